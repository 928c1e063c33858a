/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_walk.c - the features of any Example, one after the other, with every value checked.
 *
 * For programs that print, convert or compare records whose features they do not know beforehand.
 */
#include <tfeed/features.h>

#include <string.h>

#include "core/error_internal.h"
#include "features/feature_values_private.h"

void tfeed_example_walk_init(struct tfeed_example_walk *walk, const void *data, size_t len)
{
    static const uint8_t nothing[1];
    const uint8_t *start = len > 0 ? data : nothing;
    *walk = (struct tfeed_example_walk){
        .start = start, .at = start, .features_end = start, .end = start + len};
}

/* The values in a chunk; false when a varint is malformed. */
static bool count_chunk(enum tfeed_feature_kind kind, struct tfi_chunk chunk, size_t *n)
{
    const uint8_t *at = chunk.data;
    const uint8_t *end = chunk.data + chunk.len;
    switch (kind) {
    case TFEED_FEATURE_NONE:
        return true;
    case TFEED_FEATURE_BYTES:
        ++*n;
        return true;
    case TFEED_FEATURE_FLOAT:
        *n += chunk.len / sizeof(float);
        return true;
    case TFEED_FEATURE_INT64:
        for (uint64_t value; at < end; ++*n)
            if ((at = tfi_wire_varint(at, end, &value)) == NULL)
                return false;
        return true;
    }
    return false;
}

static bool count_values(struct tfi_wire feature, struct tfeed_feature_view *view)
{
    struct tfi_feature_values values;
    struct tfi_chunk chunk;
    enum tfi_next next;
    view->list = feature.at;
    view->list_len = (size_t)(feature.end - feature.at);
    view->n_values = 0;
    if (!tfi_feature_values_init(&values, feature))
        return false;
    view->kind = values.kind;
    while ((next = tfi_feature_values_next(&values, &chunk)) == TFI_NEXT_CHUNK)
        if (!count_chunk(view->kind, chunk, &view->n_values))
            return false;
    return next == TFI_NEXT_END;
}

static tfeed_status fail_malformed(const struct tfeed_example_walk *walk, const uint8_t *at,
                                   struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "Could not parse example input: not an Example, malformed near byte %td of %td",
                    at - walk->start, walk->end - walk->start);
}

tfeed_status tfeed_example_walk_next(struct tfeed_example_walk *walk,
                                     struct tfeed_feature_view *ret_view,
                                     struct tfeed_error *reterr)
{
    for (;;) {
        const bool in_features = walk->at < walk->features_end;
        struct tfi_wire wire = {walk->at, in_features ? walk->features_end : walk->end};
        struct tfi_field field;
        if (tfi_wire_done(&wire))
            return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more features");
        if (!tfi_wire_field(&wire, &field))
            return fail_malformed(walk, wire.at, reterr);
        if (!in_features && tfi_field_is_len(&field, TFI_FIELD_EXAMPLE_FEATURES)) {
            walk->at = field.data;
            walk->features_end = field.data + field.len;
            continue;
        }
        if (!in_features || !tfi_field_is_len(&field, TFI_FIELD_FEATURES_ENTRY)) {
            walk->at = wire.at;
            continue;
        }
        struct tfi_wire entry = tfi_wire_of(&field);
        struct tfi_entry split;
        struct tfeed_feature_view view;
        if (!tfi_entry_split(&entry, &split))
            return fail_malformed(walk, entry.at, reterr);
        if (!count_values(split.feature, &view))
            return fail_malformed(walk, split.feature.at, reterr);
        view.name = (const char *)split.name;
        view.name_len = split.name_len;
        walk->at = wire.at;
        *ret_view = view;
        return TFEED_OK;
    }
}

/* The chunks of a view; it was checked when it was made. */
static struct tfi_feature_values values_of(const struct tfeed_feature_view *view)
{
    struct tfi_feature_values values;
    (void)tfi_feature_values_init(&values,
                                  (struct tfi_wire){view->list, view->list + view->list_len});
    return values;
}

void tfeed_feature_int64s(const struct tfeed_feature_view *view, int64_t *values)
{
    struct tfi_feature_values chunks = values_of(view);
    struct tfi_chunk chunk;
    size_t left = view->n_values;
    while (left > 0 && tfi_feature_values_next(&chunks, &chunk) == TFI_NEXT_CHUNK) {
        const uint8_t *at = chunk.data;
        const uint8_t *end = chunk.data + chunk.len;
        uint64_t value;
        for (; left > 0 && at < end && (at = tfi_wire_varint(at, end, &value)) != NULL; left--)
            *values++ = (int64_t)value;
    }
}

void tfeed_feature_floats(const struct tfeed_feature_view *view, float *values)
{
    struct tfi_feature_values chunks = values_of(view);
    struct tfi_chunk chunk;
    size_t left = view->n_values;
    while (left > 0 && tfi_feature_values_next(&chunks, &chunk) == TFI_NEXT_CHUNK) {
        const size_t n_here = chunk.len / sizeof *values;
        const size_t n = n_here < left ? n_here : left;
        memcpy(values, chunk.data, n * sizeof *values);
        values += n;
        left -= n;
    }
}

void tfeed_feature_bytes(const struct tfeed_feature_view *view, struct tfeed_bytes *values)
{
    struct tfi_feature_values chunks = values_of(view);
    struct tfi_chunk chunk;
    size_t left = view->n_values;
    for (; left > 0 && tfi_feature_values_next(&chunks, &chunk) == TFI_NEXT_CHUNK; left--)
        *values++ = (struct tfeed_bytes){chunk.data, chunk.len, NULL};
}
