/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_parser.c - serialized SequenceExamples into the lists of a batch.
 *
 * The context has the field number of an Example's features, and is read by the parser of those.
 * Of the lists each record is looked through once, which finds the last one of each name; these are
 * then read step by step. A step of a decoded list grows the list by a row and is decoded into it
 * at once: a record's steps take no memory behind the first one that is bad.
 */
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "features/features_internal.h"
#include "features/schema_private.h"
#include "features/sequence_private.h"

void tfeed_sequence_parser_free(struct tfeed_sequence_parser *parser)
{
    if (parser == NULL)
        return;
    for (int i = 0; parser->lists != NULL && i < parser->n_lists; i++)
        tfi_batch_list_clear(&parser->lists[i], parser->allocator);
    tfi_free(parser->allocator, parser->lists);
    tfeed_columns_free(parser->context);
    tfeed_example_parser_free(parser->context_parser);
    tfeed_sequence_schema_unref(parser->schema);
    tfi_free(parser->allocator, parser);
}

static tfeed_status open_context(struct tfeed_sequence_parser *parser, struct tfeed_error *reterr)
{
    struct tfeed_schema *context = parser->schema->context;
    const int n_columns = context == NULL ? 0 : tfeed_schema_n_columns(context);
    if (n_columns == 0 && parser->n_lists == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a schema that wants neither features of the context nor lists");
    for (int i = 0; i < n_columns; i++)
        if (tfeed_schema_column_kind(context, i) == TFEED_COLUMN_SEQUENCE)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "context feature '%s': a sequence stands in a list, not in the context",
                            tfeed_schema_column_name(context, i));
    if (n_columns == 0)
        return TFEED_OK;
    if (context->records != TFI_RECORDS_EXAMPLE)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the schema of the context has records of JSON or CSV: SequenceExamples "
                        "are serialized");
    TFI_TRY(tfeed_example_parser_new(context, parser->allocator, &parser->context_parser, reterr));
    return tfeed_columns_new(context, parser->n_rows_max, parser->allocator, &parser->context,
                             reterr);
}

static tfeed_status open_lists(struct tfeed_sequence_parser *parser, struct tfeed_error *reterr)
{
    const struct tfeed_sequence_schema *schema = parser->schema;
    parser->lists =
        tfi_alloc_zeroed(parser->allocator, (size_t)parser->n_lists, sizeof *parser->lists);
    if (parser->lists == NULL)
        return tfi_fail_memory(reterr, "the lists of a batch");
    for (int i = 0; i < parser->n_lists; i++) {
        const struct tfi_sequence_list *spec =
            i < schema->lists.n ? &schema->lists.at[i] : &schema->parts.at[i - schema->lists.n];
        TFI_TRY(tfi_batch_list_init(&parser->lists[i], spec, parser->n_rows_max, parser->allocator,
                                    reterr));
    }
    return TFEED_OK;
}

tfeed_status tfeed_sequence_parser_new(struct tfeed_sequence_schema *schema, int64_t n_rows_max,
                                       const struct tfeed_allocator *allocator,
                                       struct tfeed_sequence_parser **ret_parser,
                                       struct tfeed_error *reterr)
{
    if (n_rows_max < 0 || n_rows_max > PTRDIFF_MAX / (int64_t)sizeof(int64_t) - 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "no batch has %lld rows",
                        (long long)n_rows_max);
    struct tfeed_sequence_parser *parser = tfi_alloc_zeroed(allocator, 1, sizeof *parser);
    if (parser == NULL)
        return tfi_fail_memory(reterr, "a sequence parser");
    parser->allocator = allocator;
    parser->schema = tfeed_sequence_schema_ref(schema);
    parser->n_rows_max = n_rows_max;
    parser->n_lists = schema->lists.n + schema->parts.n;
    atomic_store_explicit(&schema->in_use, true, memory_order_relaxed);
    tfeed_status status = open_context(parser, reterr);
    if (status == TFEED_OK)
        status = open_lists(parser, reterr);
    if (status != TFEED_OK) {
        tfeed_sequence_parser_free(parser);
        return status;
    }
    *ret_parser = parser;
    return TFEED_OK;
}

/* Steps of numbers in text grow less than this when they are decoded. Those that are padded,
 * compressed or repeat a value may grow by any factor: up to a limit they may. */
enum { MAX_GROWTH = 16 };

/* ------------------------------------------------------------------- faults */

/* A failure in a record: with its file and the place of its first byte, where known. */
static tfeed_status fail_record(const struct tfeed_bytes *serialized, struct tfeed_error *reterr,
                                const char *message)
{
    const char *path;
    uint64_t offset;
    if (tfi_bytes_origin(serialized, &path, &offset))
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, path, TFEED_NOWHERE, offset, "%s",
                           message);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s", message);
}

static tfeed_status fail_malformed(const struct tfeed_bytes *serialized, const uint8_t *at,
                                   struct tfeed_error *reterr)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message,
                   "Could not parse example input: not a SequenceExample of %zu bytes, malformed "
                   "near byte %td",
                   serialized->len, at - serialized->data);
    return fail_record(serialized, reterr, message);
}

/* TensorFlow's name of the dtype that a list of this kind has. */
static const char *kind_name(enum tfeed_feature_kind kind)
{
    static const char *const names[] = {"none", "string", "float", "int64"};
    return names[kind];
}

static tfeed_status fail_kind(const struct tfeed_bytes *serialized,
                              const struct tfi_sequence_list *spec, size_t step,
                              enum tfeed_feature_kind kind, struct tfeed_error *reterr)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message,
                   "Feature list: %s, Index: %zu.  Data types don't match. Expected type: %s  "
                   "Data type: %s",
                   spec->key, step, kind_name(spec->kind), kind_name(kind));
    return fail_record(serialized, reterr, message);
}

static tfeed_status fail_count(const struct tfeed_bytes *serialized,
                               const struct tfi_sequence_list *spec, size_t step, size_t n,
                               struct tfeed_error *reterr)
{
    const bool is_one = spec->is_decoded && tfi_feature_is_spelled(&spec->step);
    char message[TFEED_ERROR_MESSAGE_BYTES];
    char shape[TFEED_SHAPE_TEXT_BYTES];
    (void)snprintf(message, sizeof message,
                   "Key: %s, Index: %zu.  Number of %s values != expected.  values size: %zu but "
                   "output shape: %s",
                   spec->key, step, kind_name(spec->kind), n,
                   is_one ? "[]" : tfeed_shape_format(&spec->shape, shape));
    return fail_record(serialized, reterr, message);
}

/* reterr says what is wrong with a value of the step. */
static tfeed_status fail_value(const struct tfeed_bytes *serialized,
                               const struct tfi_sequence_list *spec, size_t step,
                               struct tfeed_error *reterr)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message, "Key: %s, Index: %zu.  %.400s", spec->key, step,
                   reterr == NULL ? "" : reterr->message);
    return fail_record(serialized, reterr, message);
}

static tfeed_status fail_too_large(const struct tfeed_bytes *serialized,
                                   const struct tfi_sequence_list *spec, size_t step,
                                   struct tfeed_error *reterr)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message,
                   "Key: %s, Index: %zu.  The steps of %zu bytes decode to more than %zu bytes and "
                   "%d times as many",
                   spec->key, step, serialized->len, TFEED_DECODE_MAX_BYTES, MAX_GROWTH);
    return fail_record(serialized, reterr, message);
}

static tfeed_status fail_missing(const struct tfeed_bytes *serialized,
                                 const struct tfi_sequence_list *spec, struct tfeed_error *reterr)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message,
                   "Feature list '%s' is required but could not be found. (allow_missing is for "
                   "lists that need not be there)",
                   spec->key);
    return fail_record(serialized, reterr, message);
}

/* -------------------------------------------------------------------- steps */

/* The list that is all that a Feature holds, as ordinary writers make it; false: look closer. */
static inline bool ordinary_list(struct tfi_wire feature, enum tfeed_feature_kind kind,
                                 struct tfi_chunk *ret_message)
{
    struct tfi_field field;
    if (tfi_wire_done(&feature) || !tfi_wire_field(&feature, &field) || !tfi_wire_done(&feature) ||
        !tfi_field_is_len(&field, (uint32_t)kind))
        return false;
    *ret_message = (struct tfi_chunk){field.data, field.len};
    return true;
}

/* Appends the values of a step that has any form that protobuf accepts. */
static tfeed_status append_any(struct tfi_batch_list *list, struct tfi_wire feature, size_t step,
                               const struct tfeed_bytes *serialized, struct tfeed_error *reterr)
{
    const struct tfi_sequence_list *spec = list->spec;
    struct tfi_feature_values values;
    if (!tfi_feature_values_init(&values, feature))
        return fail_malformed(serialized, feature.at, reterr);
    if (values.kind == TFEED_FEATURE_NONE && !spec->is_fixed)
        return TFEED_OK; /* a step without values */
    if (values.kind != spec->kind)
        return fail_kind(serialized, spec, step, values.kind, reterr);
    switch (tfi_list_append_feature(&list->steps, &values, serialized->block)) {
    case TFI_APPEND_OK:
        return TFEED_OK;
    case TFI_APPEND_MALFORMED:
        return fail_malformed(serialized, feature.at, reterr);
    case TFI_APPEND_NO_MEMORY:
        break;
    }
    return tfi_fail_memory(reterr, "the values of a list");
}

/* How many values, which are bytes; false: they are malformed. */
static bool count_values(struct tfi_feature_values values, size_t *ret_n)
{
    struct tfi_chunk chunk;
    enum tfi_next next;
    for (*ret_n = 0; (next = tfi_feature_values_next(&values, &chunk)) == TFI_NEXT_CHUNK;)
        ++*ret_n;
    return next == TFI_NEXT_END;
}

/* Appends the row that the values of a step are decoded to. */
static tfeed_status append_decoded(struct tfi_batch_list *list, struct tfi_wire feature,
                                   size_t step, const struct tfeed_bytes *serialized,
                                   struct tfeed_error *reterr)
{
    const struct tfi_sequence_list *spec = list->spec;
    struct tfi_feature_values values;
    size_t n;
    if (!tfi_feature_values_init(&values, feature))
        return fail_malformed(serialized, feature.at, reterr);
    if (values.kind != spec->kind)
        return fail_kind(serialized, spec, step, values.kind, reterr);
    if (!count_values(values, &n))
        return fail_malformed(serialized, feature.at, reterr);
    if (n != spec->step.n_values)
        return fail_count(serialized, spec, step, n, reterr);
    const size_t max_bytes = TFEED_DECODE_MAX_BYTES > MAX_GROWTH * serialized->len
                                 ? TFEED_DECODE_MAX_BYTES
                                 : MAX_GROWTH * serialized->len;
    if (step > 0 && step >= max_bytes / spec->step.row_bytes)
        return fail_too_large(serialized, spec, step, reterr);
    uint8_t *row = tfi_list_extend(&list->steps, spec->n_elements);
    if (row == NULL)
        return tfi_fail_memory(reterr, "the values of a list");
    for (size_t i = 0; i < n; i++) {
        struct tfi_chunk chunk;
        (void)tfi_feature_values_next(&values, &chunk);
        const struct tfeed_bytes value = {chunk.data, chunk.len, serialized->block};
        const tfeed_status status =
            tfi_decoder_decode(list->decoder, &value, i, &list->kept, row, reterr);
        if (status == TFEED_RESOURCE_EXHAUSTED)
            return tfi_fail_memory(reterr, "the values of a list");
        if (status != TFEED_OK)
            return fail_value(serialized, spec, step, reterr);
    }
    return TFEED_OK;
}

/* Appends the values of a step as they are. */
static tfeed_status append_values(struct tfi_batch_list *list, struct tfi_wire feature, size_t step,
                                  const struct tfeed_bytes *serialized, struct tfeed_error *reterr)
{
    struct tfi_list *steps = &list->steps;
    struct tfi_chunk message;
    enum tfi_append append = TFI_APPEND_MALFORMED;
    if (ordinary_list(feature, list->spec->kind, &message))
        append = tfi_list_append_ordinary(steps, message, serialized->block);
    if (append == TFI_APPEND_NO_MEMORY)
        return tfi_fail_memory(reterr, "the values of a list");
    if (append == TFI_APPEND_MALFORMED) {
        tfi_list_restart_row(steps);
        TFI_TRY(append_any(list, feature, step, serialized, reterr));
    }
    const size_t n = tfi_list_row_len(steps);
    if (list->spec->is_fixed && n != list->spec->n_elements)
        return fail_count(serialized, list->spec, step, n, reterr);
    return TFEED_OK;
}

static tfeed_status append_step(struct tfi_batch_list *list, struct tfi_wire feature, size_t step,
                                const struct tfeed_bytes *serialized, struct tfeed_error *reterr)
{
    if (!tfi_list_reserve_rows(&list->steps, 1))
        return tfi_fail_memory(reterr, "the steps of a list");
    TFI_TRY((list->spec->is_decoded ? append_decoded : append_values)(list, feature, step,
                                                                      serialized, reterr));
    tfi_list_end_row(&list->steps);
    return TFEED_OK;
}

/* Appends the steps that the current record has. */
static tfeed_status append_steps(struct tfi_batch_list *list, const struct tfeed_bytes *serialized,
                                 struct tfeed_error *reterr)
{
    struct tfi_wire steps = list->found;
    for (size_t step = 0; !tfi_wire_done(&steps);) {
        struct tfi_field field;
        if (!tfi_wire_field(&steps, &field))
            return fail_malformed(serialized, steps.at, reterr);
        if (!tfi_field_is_len(&field, TFI_FIELD_LIST_FEATURE))
            continue;
        TFI_TRY(append_step(list, tfi_wire_of(&field), step, serialized, reterr));
        step++;
    }
    return TFEED_OK;
}

/* --------------------------------------------------------------- one record */

/* Notes a list of the record wherever it is wanted: several ragged lists may want the same. Most
 * records keep the order of the last one, and most schemas want a list once. */
static void note_list(struct tfeed_sequence_parser *parser, const struct tfi_entry *entry)
{
    for (int i = 0; i < parser->n_lists; i++) {
        const int place = (parser->next_list + i) % parser->n_lists;
        struct tfi_batch_list *list = &parser->lists[place];
        if (list->spec->key_len != entry->name_len ||
            memcmp(list->spec->key, entry->name, entry->name_len) != 0)
            continue;
        list->found = entry->feature;
        list->found_record = parser->record;
        if (!list->spec->is_ragged) {
            parser->next_list = place + 1;
            return;
        }
    }
}

/* Notes the lists in a message of FeatureLists. False when it is malformed; lists->at is then near
 * the place. */
static bool find_lists(struct tfeed_sequence_parser *parser, struct tfi_wire *lists)
{
    while (!tfi_wire_done(lists)) {
        struct tfi_field field;
        struct tfi_entry split;
        if (!tfi_wire_field(lists, &field))
            return false;
        if (!tfi_field_is_len(&field, TFI_FIELD_FEATURES_ENTRY))
            continue;
        struct tfi_wire entry = tfi_wire_of(&field);
        if (!tfi_entry_split(&entry, &split)) {
            lists->at = entry.at;
            return false;
        }
        note_list(parser, &split);
    }
    return true;
}

static tfeed_status parse_record(struct tfeed_sequence_parser *parser,
                                 const struct tfeed_bytes *serialized, int64_t row,
                                 struct tfeed_error *reterr)
{
    static const uint8_t nothing[1];
    const uint8_t *data = serialized->len > 0 ? serialized->data : nothing;
    struct tfi_wire example = {data, data + serialized->len};
    parser->record++;
    while (!tfi_wire_done(&example)) {
        struct tfi_field field;
        if (!tfi_wire_field(&example, &field))
            return fail_malformed(serialized, example.at, reterr);
        struct tfi_wire lists = tfi_wire_of(&field);
        if (tfi_field_is_len(&field, TFI_FIELD_SEQUENCE_LISTS) && !find_lists(parser, &lists))
            return fail_malformed(serialized, lists.at, reterr);
    }
    for (int i = 0; i < parser->n_lists; i++) {
        struct tfi_batch_list *list = &parser->lists[i];
        if (list->found_record == parser->record)
            TFI_TRY(append_steps(list, serialized, reterr));
        else if (!list->spec->allow_missing)
            return fail_missing(serialized, list->spec, reterr);
        const int64_t n_steps = (int64_t)list->steps.n_rows;
        list->lengths[row] = n_steps - list->step_splits[row];
        list->step_splits[row + 1] = n_steps;
        if (list->longest < list->lengths[row])
            list->longest = list->lengths[row];
    }
    for (int i = 0; i < parser->schema->lists.n; i++) {
        char message[TFEED_ERROR_MESSAGE_BYTES];
        if (parser->lists[i].levels == NULL)
            continue;
        const tfeed_status status = tfi_batch_list_divide(parser, i, row, message, reterr);
        if (status == TFEED_INVALID_ARGUMENT)
            return fail_record(serialized, reterr, message);
        TFI_TRY(status);
    }
    return TFEED_OK;
}

/* ------------------------------------------------------------------- a run */

static tfeed_status parse_lists(struct tfeed_sequence_parser *parser,
                                const struct tfeed_bytes *serialized, int64_t n,
                                size_t *ret_bad_row, struct tfeed_error *reterr)
{
    for (int i = 0; i < parser->n_lists; i++)
        TFI_TRY(tfi_batch_list_start(&parser->lists[i], n, reterr));
    for (int64_t row = 0; row < n; row++) {
        const tfeed_status status = parse_record(parser, &serialized[row], row, reterr);
        if (status == TFEED_INVALID_ARGUMENT && ret_bad_row != NULL)
            *ret_bad_row = (size_t)row;
        if (status != TFEED_OK)
            return status;
    }
    for (int i = 0; i < parser->n_lists; i++)
        TFI_TRY(tfi_batch_list_finish(&parser->lists[i], n, parser->allocator, reterr));
    return TFEED_OK;
}

/* Where even that finds no memory, the batch has none already. */
void tfi_sequence_parser_drop(struct tfeed_sequence_parser *parser)
{
    if (parser->context != NULL)
        tfi_columns_drop(parser->context);
    for (int i = 0; i < parser->n_lists; i++)
        tfi_batch_list_empty(&parser->lists[i], parser->allocator);
    parser->n_rows = 0;
}

tfeed_status tfeed_sequence_parser_parse(struct tfeed_sequence_parser *parser,
                                         const struct tfeed_bytes *serialized, size_t n,
                                         size_t *ret_bad_row, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    if (n > (uint64_t)parser->n_rows_max)
        status = tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "%zu examples, the parser was made for batches of %lld", n,
                          (long long)parser->n_rows_max);
    if (status == TFEED_OK && parser->context != NULL)
        status = tfeed_example_parser_parse_batch(parser->context_parser, serialized, n,
                                                  parser->context, ret_bad_row, reterr);
    if (status == TFEED_OK)
        status = parse_lists(parser, serialized, (int64_t)n, ret_bad_row, reterr);
    if (status != TFEED_OK) {
        tfi_sequence_parser_drop(parser);
        return status;
    }
    parser->n_rows = (int64_t)n;
    return TFEED_OK;
}
