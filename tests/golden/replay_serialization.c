/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_serialization.c - tf.train.Example: the bytes of our builder, lists whole and in pieces.
 */
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "tests/golden/replay.h"

static const char serialization_file[] = "input/examples/serialization.json";

/* Adds a list value by value. */
static tfeed_status add_in_pieces(struct tfeed_example_builder *builder, const char *name,
                                  const struct tfeed_feature_view *view, const void *values)
{
    tfeed_status status = tfeed_example_builder_begin(builder, name, view->kind, NULL);
    for (size_t i = 0; i < view->n_values && status == TFEED_OK; i++)
        status =
            view->kind == TFEED_FEATURE_INT64
                ? tfeed_example_builder_append_int64(builder, (const int64_t *)values + i, 1, NULL)
            : view->kind == TFEED_FEATURE_FLOAT
                ? tfeed_example_builder_append_float(builder, (const float *)values + i, 1, NULL)
                : tfeed_example_builder_append_bytes(
                      builder, (const struct tfeed_bytes *)values + i, 1, NULL);
    return status == TFEED_OK ? tfeed_example_builder_end(builder, NULL) : status;
}

static tfeed_status rebuild_feature(struct tfeed_example_builder *builder, const char *name,
                                    const struct tfeed_feature_view *view, void *values,
                                    bool in_pieces)
{
    const size_t n = view->n_values;
    if (view->kind == TFEED_FEATURE_INT64)
        tfeed_feature_int64s(view, values);
    else if (view->kind == TFEED_FEATURE_FLOAT)
        tfeed_feature_floats(view, values);
    else if (view->kind == TFEED_FEATURE_BYTES)
        tfeed_feature_bytes(view, values);
    if (in_pieces && view->kind != TFEED_FEATURE_NONE)
        return add_in_pieces(builder, name, view, values);
    switch (view->kind) {
    case TFEED_FEATURE_NONE:
        return tfeed_example_builder_add_empty(builder, name, NULL);
    case TFEED_FEATURE_BYTES:
        return tfeed_example_builder_add_bytes(builder, name, values, n, NULL);
    case TFEED_FEATURE_FLOAT:
        return tfeed_example_builder_add_float(builder, name, values, n, NULL);
    case TFEED_FEATURE_INT64:
        return tfeed_example_builder_add_int64(builder, name, values, n, NULL);
    }
    return TFEED_INTERNAL;
}

/* Takes an Example apart and adds its features. */
static tfeed_status add_features_of(struct tfeed_example_builder *builder, const uint8_t *data,
                                    size_t len, bool in_pieces)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status = TFEED_OK;
    tfeed_example_walk_init(&walk, data, len);
    while (status == TFEED_OK &&
           (status = tfeed_example_walk_next(&walk, &view, NULL)) == TFEED_OK) {
        char *name = strndup(view.name, view.name_len);
        void *values = malloc(view.n_values * sizeof(struct tfeed_bytes) + 1);
        status = rebuild_feature(builder, name, &view, values, in_pieces);
        free(name); /* what is added is copied */
        free(values);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static void expect_bytes(struct replay *replay, const char *case_name,
                         struct tfeed_example_builder *builder, const uint8_t *expected,
                         size_t expected_len)
{
    const uint8_t *data = NULL;
    size_t len = 0;
    const tfeed_status status = tfeed_example_builder_finish(builder, &data, &len, NULL);
    if (status == TFEED_OK && len == expected_len && memcmp(data, expected, len) == 0)
        replay_pass(replay);
    else
        replay_fail(replay, serialization_file, case_name,
                    "expected the same %zu bytes, got %s and %zu bytes", expected_len,
                    tfeed_status_name(status), len);
}

/* Every kind of feature, taken apart and built again. */
static void replay_rebuild(struct replay *replay, struct tfeed_example_builder *builder,
                           const char *case_name, const char *base64)
{
    size_t len;
    uint8_t *bytes = replay_base64(base64, &len);
    for (int in_pieces = 0; in_pieces < 2; in_pieces++) {
        tfeed_example_builder_clear(builder);
        if (bytes == NULL || add_features_of(builder, bytes, len, in_pieces != 0) != TFEED_OK)
            replay_fail(replay, serialization_file, case_name, "expected an Example, got none");
        else
            expect_bytes(replay, case_name, builder, bytes, len);
    }
    free(bytes);
}

static void replay_serialization(struct replay *replay)
{
    json_t *file = replay_open(replay, serialization_file);
    struct tfeed_example_builder *builder = NULL;
    if (tfeed_example_builder_new(NULL, &builder, NULL) != TFEED_OK)
        abort();
    const char *kinds =
        json_string_value(json_object_get(json_object_get(file, "kinds"), "deterministic"));
    if (kinds != NULL)
        replay_rebuild(replay, builder, "kinds", kinds);

    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(file, "rows"), i, row)
    {
        const json_t *names = json_object_get(row, "set_in_order");
        const char *base64 = json_string_value(json_object_get(row, "deterministic"));
        const size_t n = json_array_size(names);
        size_t expected_len;
        uint8_t *expected = replay_base64(base64, &expected_len);
        int64_t *values = malloc((n + 1) * sizeof *values);
        tfeed_example_builder_clear(builder);
        for (size_t k = 0; k < n; k++) {
            const char *name = json_string_value(json_array_get(names, k));
            values[k] = json_integer_value(json_object_get(json_object_get(row, "values"), name));
            if (tfeed_example_builder_add_int64(builder, name, &values[k], 1, NULL) != TFEED_OK)
                abort();
        }
        char case_name[32];
        (void)snprintf(case_name, sizeof case_name, "row %zu", i);
        expect_bytes(replay, case_name, builder, expected, expected_len);
        replay_rebuild(replay, builder, case_name, base64);
        free(values);
        free(expected);
    }
    tfeed_example_builder_free(builder);
    json_decref(file);
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    replay_serialization(&replay);
    return replay_finish(&replay);
}
