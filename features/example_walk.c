/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_walk.c - the features of any Example, and the lists of any SequenceExample, one after the
 * other, with every value checked.
 *
 * For programs that print, convert or compare records whose features they do not know beforehand.
 */
#include <tfeed/sequence.h>

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

static tfeed_status fail_malformed(const struct tfeed_example_walk *walk, const char *what,
                                   const uint8_t *at, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "Could not parse example input: not %s, malformed near byte %td of %td", what,
                    at - walk->start, walk->end - walk->start);
}

/* The next entry of the messages that field `number` holds. OUT_OF_RANGE: there is none; INVALID_-
 * ARGUMENT: *ret_bad is near the place. The walk stays where it is until walk->at is moved behind
 * the entry, to *ret_behind. */
static tfeed_status next_entry(struct tfeed_example_walk *walk, uint32_t number,
                               struct tfi_entry *ret_entry, const uint8_t **ret_behind,
                               const uint8_t **ret_bad)
{
    for (;;) {
        const bool is_inside = walk->at < walk->features_end;
        struct tfi_wire wire = {walk->at, is_inside ? walk->features_end : walk->end};
        struct tfi_field field;
        if (tfi_wire_done(&wire))
            return TFEED_OUT_OF_RANGE;
        if (!tfi_wire_field(&wire, &field)) {
            *ret_bad = wire.at;
            return TFEED_INVALID_ARGUMENT;
        }
        if (!is_inside && tfi_field_is_len(&field, number)) {
            walk->at = field.data;
            walk->features_end = field.data + field.len;
            continue;
        }
        if (!is_inside || !tfi_field_is_len(&field, TFI_FIELD_FEATURES_ENTRY)) {
            walk->at = wire.at;
            continue;
        }
        struct tfi_wire entry = tfi_wire_of(&field);
        *ret_behind = wire.at;
        *ret_bad = entry.at;
        const bool is_good = tfi_entry_split(&entry, ret_entry);
        if (!is_good)
            *ret_bad = entry.at;
        return is_good ? TFEED_OK : TFEED_INVALID_ARGUMENT;
    }
}

tfeed_status tfeed_example_walk_next(struct tfeed_example_walk *walk,
                                     struct tfeed_feature_view *ret_view,
                                     struct tfeed_error *reterr)
{
    struct tfi_entry entry;
    struct tfeed_feature_view view;
    const uint8_t *behind = NULL;
    const uint8_t *bad = walk->at;
    tfeed_status status = next_entry(walk, TFI_FIELD_EXAMPLE_FEATURES, &entry, &behind, &bad);
    if (status == TFEED_OUT_OF_RANGE)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more features");
    if (status == TFEED_OK && !count_values(entry.feature, &view)) {
        status = TFEED_INVALID_ARGUMENT;
        bad = entry.feature.at;
    }
    if (status != TFEED_OK)
        return fail_malformed(walk, "an Example", bad, reterr);
    view.name = (const char *)entry.name;
    view.name_len = entry.name_len;
    walk->at = behind;
    *ret_view = view;
    return TFEED_OK;
}

/* -------------------------------------------------------------------- lists */

bool tfeed_sequence_has_lists(const void *data, size_t len)
{
    static const uint8_t nothing[1];
    const uint8_t *start = len > 0 ? data : nothing;
    struct tfi_wire record = {start, start + len};
    struct tfi_field field;
    while (!tfi_wire_done(&record) && tfi_wire_field(&record, &field))
        if (tfi_field_is_len(&field, TFI_FIELD_SEQUENCE_LISTS))
            return true;
    return false;
}

/* The next step of a list that has one left; false: it is malformed. */
static bool next_step(struct tfi_wire *steps, struct tfi_wire *ret_feature)
{
    struct tfi_field field;
    while (!tfi_wire_done(steps)) {
        if (!tfi_wire_field(steps, &field))
            return false;
        if (tfi_field_is_len(&field, TFI_FIELD_LIST_FEATURE)) {
            *ret_feature = tfi_wire_of(&field);
            return true;
        }
    }
    ret_feature->at = NULL; /* what follows the last one is not known */
    return true;
}

tfeed_status tfeed_example_walk_next_list(struct tfeed_example_walk *walk,
                                          struct tfeed_list_view *ret_view,
                                          struct tfeed_error *reterr)
{
    static const char what[] = "a SequenceExample";
    struct tfi_entry entry;
    struct tfeed_feature_view view;
    const uint8_t *behind = NULL;
    const uint8_t *bad = walk->at;
    const tfeed_status status = next_entry(walk, TFI_FIELD_SEQUENCE_LISTS, &entry, &behind, &bad);
    if (status == TFEED_OUT_OF_RANGE)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more lists");
    if (status != TFEED_OK)
        return fail_malformed(walk, what, bad, reterr);
    struct tfi_wire steps = entry.feature;
    struct tfi_wire step = {steps.at, steps.at};
    struct tfeed_list_view list = {.name = (const char *)entry.name,
                                   .name_len = entry.name_len,
                                   .at = steps.at,
                                   .end = steps.end};
    for (;;) {
        if (!next_step(&steps, &step))
            return fail_malformed(walk, what, steps.at, reterr);
        if (step.at == NULL)
            break;
        if (!count_values(step, &view))
            return fail_malformed(walk, what, step.at, reterr);
        list.n_steps++;
    }
    walk->at = behind;
    *ret_view = list;
    return TFEED_OK;
}

bool tfeed_list_next_step(struct tfeed_list_view *list, struct tfeed_feature_view *ret_step)
{
    struct tfi_wire steps = {list->at, list->end};
    struct tfi_wire step;
    if (list->n_steps == 0 || !next_step(&steps, &step) || step.at == NULL)
        return false;
    (void)count_values(step, ret_step); /* it was checked when the list was found */
    ret_step->name = list->name;
    ret_step->name_len = list->name_len;
    list->at = steps.at;
    list->n_steps--;
    return true;
}

/* ------------------------------------------------------------------- values */

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
