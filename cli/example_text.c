/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_text.c - one Example on standard output.
 *
 * A record is taken apart completely before a byte of it is printed: a line is whole or not there.
 */
#include "cli/example_text.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "cli/console.h"

enum { FIRST_SLOTS = 16, SHOWN_VALUES = 8, SHOWN_BYTES = 16, SHOWN_TEXT_BYTES = 48 };

void example_text_clear(struct example_text *text)
{
    free(text->features);
    free(text->values);
    *text = (struct example_text){0};
}

static tfeed_status no_memory(struct tfeed_error *reterr)
{
    *reterr = (struct tfeed_error){.code = TFEED_RESOURCE_EXHAUSTED,
                                   .offset = TFEED_NOWHERE,
                                   .record = TFEED_NOWHERE,
                                   .message = "no memory to print a record"};
    return reterr->code;
}

static tfeed_status grow_features(struct example_text *text, struct tfeed_error *reterr)
{
    const size_t n_slots = text->n_slots ? 2 * text->n_slots : FIRST_SLOTS;
    struct tfeed_feature_view *features = realloc(text->features, n_slots * sizeof *features);

    if (!features)
        return no_memory(reterr);
    text->features = features;
    text->n_slots = n_slots;
    return TFEED_OK;
}

tfeed_status example_text_read(struct example_text *text, const void *data, size_t len,
                               struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    tfeed_status status = TFEED_OK;

    text->n_features = 0;
    text->data = data;
    text->len = len;
    tfeed_example_walk_init(&walk, data, len);
    while (status == TFEED_OK) {
        if (text->n_features == text->n_slots)
            status = grow_features(text, reterr);
        if (status == TFEED_OK)
            status = tfeed_example_walk_next(&walk, &text->features[text->n_features], reterr);
        if (status == TFEED_OK)
            text->n_features++;
    }
    text->has_none = text->n_features == 0;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* By length first: only equality matters. */
static int compare_names(const void *one, const void *other)
{
    const struct tfeed_feature_view *a = one;
    const struct tfeed_feature_view *b = other;

    if (a->name_len != b->name_len)
        return a->name_len < b->name_len ? -1 : 1;
    return memcmp(a->name, b->name, a->name_len);
}

static bool has_double_names(const struct example_text *text)
{
    enum { FEW = 16 };
    const size_t n = text->n_features;
    bool is_double = false;

    if (n <= FEW) {
        for (size_t i = 1; i < n && !is_double; i++)
            for (size_t j = 0; j < i && !is_double; j++)
                is_double = compare_names(&text->features[i], &text->features[j]) == 0;
        return is_double;
    }
    struct tfeed_feature_view *sorted = malloc(n * sizeof *sorted);
    if (!sorted)
        return false; /* a warning less */
    memcpy(sorted, text->features, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_names);
    for (size_t i = 1; i < n && !is_double; i++)
        is_double = compare_names(&sorted[i - 1], &sorted[i]) == 0;
    free(sorted);
    return is_double;
}

bool example_text_is_exact(const struct example_text *text)
{
    return tfeed_dataset_jsonl_is_exact(text->data, text->len) && !has_double_names(text);
}

const char *example_kind_name(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return "bytes";
    case TFEED_FEATURE_FLOAT:
        return "float";
    case TFEED_FEATURE_INT64:
        return "int64";
    case TFEED_FEATURE_NONE:
        break;
    }
    return "none";
}

static void load_values(const struct tfeed_feature_view *feature, void *values)
{
    switch (feature->kind) {
    case TFEED_FEATURE_BYTES:
        tfeed_feature_bytes(feature, values);
        break;
    case TFEED_FEATURE_FLOAT:
        tfeed_feature_floats(feature, values);
        break;
    case TFEED_FEATURE_INT64:
        tfeed_feature_int64s(feature, values);
        break;
    case TFEED_FEATURE_NONE:
        break;
    }
}

/* ----------------------------------------------------------------- JSON */

static size_t value_bytes(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return sizeof(struct tfeed_bytes);
    case TFEED_FEATURE_FLOAT:
        return sizeof(float);
    case TFEED_FEATURE_INT64:
        return sizeof(int64_t);
    case TFEED_FEATURE_NONE:
        break;
    }
    return 0;
}

/* Makes room for the values of any one feature, so that printing cannot fail. */
static tfeed_status grow_values(struct example_text *text, struct tfeed_error *reterr)
{
    size_t most = 0;

    for (size_t i = 0; i < text->n_features; i++) {
        const struct tfeed_feature_view *feature = &text->features[i];
        size_t bytes;
        if (__builtin_mul_overflow(feature->n_values, value_bytes(feature->kind), &bytes))
            return no_memory(reterr);
        if (bytes > most)
            most = bytes;
    }
    if (most <= text->values_bytes)
        return TFEED_OK;
    free(text->values);
    text->values_bytes = 0;
    if (!(text->values = malloc(most)))
        return no_memory(reterr);
    text->values_bytes = most;
    return TFEED_OK;
}

static void print_json_values(struct example_text *text, const struct tfeed_feature_view *feature,
                              struct json_writer *json, bool utf8)
{
    const struct tfeed_bytes *bytes = text->values;
    const float *floats = text->values;
    const int64_t *int64s = text->values;

    load_values(feature, text->values);
    for (size_t i = 0; i < feature->n_values; i++) {
        if (feature->kind == TFEED_FEATURE_FLOAT)
            json_float(json, floats[i]);
        else if (feature->kind == TFEED_FEATURE_INT64)
            json_int(json, int64s[i]);
        else if (utf8 && json_is_text(bytes[i].data, bytes[i].len))
            json_string_bytes(json, bytes[i].data, bytes[i].len);
        else
            json_base64(json, bytes[i].data, bytes[i].len);
    }
}

tfeed_status example_text_print_json(struct example_text *text, struct json_writer *json, bool utf8,
                                     struct tfeed_error *reterr)
{
    const tfeed_status status = grow_values(text, reterr);

    if (status != TFEED_OK)
        return status;
    json_begin_object(json);
    json_key(json, "features");
    json_begin_object(json);
    for (size_t i = 0; i < text->n_features; i++) {
        const struct tfeed_feature_view *feature = &text->features[i];
        json_key_bytes(json, feature->name, feature->name_len);
        json_begin_object(json);
        if (feature->kind != TFEED_FEATURE_NONE) {
            json_key(json, example_kind_name(feature->kind));
            json_begin_array(json);
            print_json_values(text, feature, json, utf8);
            json_end_array(json);
        }
        json_end_object(json);
    }
    json_end_object(json);
    if (text->has_none &&
        text->len > 0) { /* features, but none of them: not the same as no bytes */
        json_key(json, "empty");
        json_bool(json, false);
    }
    json_end_object(json);
    json_end_line(json);
    return TFEED_OK;
}

/* ----------------------------------------------------------- for people */

void example_text_print_bytes(const uint8_t *data, size_t len)
{
    if (len > 0 && len <= SHOWN_TEXT_BYTES && json_is_text(data, len)) {
        output_text("\"");
        output_name_bytes((const char *)data, len);
        output_text("\"");
        return;
    }
    output_format("%zu bytes%s", len, len > 0 ? ":" : "");
    for (size_t i = 0; i < len && i < SHOWN_BYTES; i++)
        output_format(" %02x", data[i]);
    if (len > SHOWN_BYTES)
        output_text(" ...");
}

static void print_values(const struct tfeed_feature_view *feature)
{
    union {
        struct tfeed_bytes bytes[SHOWN_VALUES];
        float floats[SHOWN_VALUES];
        int64_t int64s[SHOWN_VALUES];
    } values;
    struct tfeed_feature_view shown = *feature;

    if (shown.n_values > SHOWN_VALUES)
        shown.n_values = SHOWN_VALUES;
    load_values(&shown, &values);
    for (size_t i = 0; i < shown.n_values; i++) {
        output_text(i > 0 ? ", " : "  ");
        if (feature->kind == TFEED_FEATURE_FLOAT)
            output_format("%.6g", (double)values.floats[i]);
        else if (feature->kind == TFEED_FEATURE_INT64)
            output_format("%lld", (long long)values.int64s[i]);
        else
            example_text_print_bytes(values.bytes[i].data, values.bytes[i].len);
    }
    if (feature->n_values > shown.n_values)
        output_text(", ...");
}

/* Names are aligned as far as they are of usual length. */
static int name_column(const struct example_text *text)
{
    enum { WIDEST = 32 };
    size_t width = 0;

    for (size_t i = 0; i < text->n_features; i++)
        if (text->features[i].name_len > width && text->features[i].name_len <= WIDEST)
            width = text->features[i].name_len;
    return (int)width;
}

void example_text_print(const struct example_text *text, int indent)
{
    const int width = name_column(text);

    for (size_t i = 0; i < text->n_features; i++) {
        const struct tfeed_feature_view *feature = &text->features[i];
        const int name_len = feature->name_len < INT16_MAX ? (int)feature->name_len : INT16_MAX;
        output_format("%*s", indent, "");
        output_name_bytes(feature->name, feature->name_len);
        output_format("%*s  %s[%zu]", name_len < width ? width - name_len : 0, "",
                      example_kind_name(feature->kind), feature->n_values);
        print_values(feature);
        output_text("\n");
    }
}
