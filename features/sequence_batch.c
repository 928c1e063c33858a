/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_batch.c - the lists of a batch as tensors: padded, divided by partitions, and in
 * TensorFlow's sparse form.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "features/features_internal.h"
#include "features/sequence_private.h"

void tfi_batch_list_clear(struct tfi_batch_list *list, const struct tfeed_allocator *allocator)
{
    if (list->spec == NULL)
        return;
    tfi_list_clear(&list->steps);
    tfi_levels_free(&list->spec->ragged, list->levels, allocator);
    tfeed_tensor_clear(&list->padded);
    tfeed_tensor_clear(&list->indices);
    tfi_decoder_free(list->decoder);
    tfi_kept_bytes_clear(&list->kept);
    tfi_free(allocator, list->step_splits);
    tfi_free(allocator, list->lengths);
}

tfeed_status tfi_batch_list_init(struct tfi_batch_list *list, const struct tfi_sequence_list *spec,
                                 int64_t n_rows_max, const struct tfeed_allocator *allocator,
                                 struct tfeed_error *reterr)
{
    *list = (struct tfi_batch_list){.spec = spec, .kept.allocator = allocator};
    tfi_list_init(&list->steps, spec->dtype, allocator);
    list->step_splits =
        tfi_alloc_zeroed(allocator, (size_t)n_rows_max + 1, sizeof *list->step_splits);
    list->lengths = tfi_alloc_zeroed(allocator, (size_t)n_rows_max + 1, sizeof *list->lengths);
    if (spec->ragged.n_levels > 0)
        list->levels = tfi_levels_new(&spec->ragged, allocator);
    if (list->step_splits == NULL || list->lengths == NULL ||
        (spec->ragged.n_levels > 0 && list->levels == NULL))
        return tfi_fail_memory(reterr, "the rows of a list");
    if (spec->is_decoded)
        TFI_TRY(tfi_decoder_new(&spec->step, allocator, &list->decoder, reterr));
    TFI_TRY(tfi_batch_list_start(list, 0, reterr));
    return tfi_batch_list_finish(list, 0, allocator, reterr);
}

tfeed_status tfi_batch_list_start(struct tfi_batch_list *list, int64_t n_rows,
                                  struct tfeed_error *reterr)
{
    list->longest = 0;
    list->step_splits[0] = 0;
    if (list->spec->dtype == TFEED_STRING) /* their blocks are not kept for a batch more */
        tfeed_tensor_clear(&list->padded);
    if (!tfi_list_start(&list->steps, (size_t)n_rows))
        return tfi_fail_memory(reterr, "the steps of a list");
    if (list->levels != NULL && !tfi_levels_start(&list->spec->ragged, list->levels, 0))
        return tfi_fail_memory(reterr, "the row_splits of a list");
    list->is_filled = true;
    return TFEED_OK;
}

/* ------------------------------------------------------------------ padding */

/* Copies the steps of each row to its place and fills up what is behind them. */
static void copy_padded(const struct tfi_batch_list *list, int64_t n_rows)
{
    const size_t step_bytes = list->spec->n_elements * tfeed_dtype_size(list->spec->dtype);
    const size_t row_bytes = (size_t)list->longest * step_bytes;
    const uint8_t *from = list->steps.values.data;
    uint8_t *to = list->padded.data;
    for (int64_t row = 0; row < n_rows; row++, to += row_bytes) {
        const size_t n_bytes = (size_t)list->lengths[row] * step_bytes;
        if (n_bytes > 0)
            memcpy(to, from, n_bytes);
        memset(to + n_bytes, 0, row_bytes - n_bytes);
        from += n_bytes;
    }
    if (list->spec->dtype == TFEED_STRING) /* both hold the blocks */
        tfi_bytes_ref_n(list->steps.values.data,
                        (size_t)tfeed_tensor_n_elements(&list->steps.values));
}

/* Sets values of a fixed list: [n_rows, longest] + shape. */
static tfeed_status pad(struct tfi_batch_list *list, int64_t n_rows,
                        const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    const struct tfeed_shape shape =
        tfeed_shape_batch(n_rows, tfeed_shape_batch(list->longest, list->spec->shape));
    const int64_t n_steps = list->step_splits[n_rows];
    int64_t n_elements;
    if (tfeed_shape_n_elements(&shape, &n_elements) != TFEED_OK ||
        (uint64_t)n_elements > PTRDIFF_MAX / tfeed_dtype_size(list->spec->dtype))
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "list '%s': no memory for rows padded to %zu steps", list->spec->name,
                        (size_t)list->longest);
    if (n_steps == n_rows * list->longest) { /* they stand padded already */
        list->values = tfeed_tensor_borrow(list->spec->dtype, &shape, list->steps.values.data);
        return TFEED_OK;
    }
    TFI_TRY(tfi_tensor_renew(&list->padded, list->spec->dtype, &shape, allocator, reterr));
    copy_padded(list, n_rows);
    list->values = list->padded;
    return TFEED_OK;
}

tfeed_status tfi_batch_list_finish(struct tfi_batch_list *list, int64_t n_rows,
                                   const struct tfeed_allocator *allocator,
                                   struct tfeed_error *reterr)
{
    const struct tfeed_shape rows = tfeed_shape_vector(n_rows);
    const struct tfeed_shape splits = tfeed_shape_vector(n_rows + 1);
    tfi_list_finish(&list->steps, (size_t)list->step_splits[n_rows]);
    tfi_kept_bytes_settle(&list->kept);
    list->is_filled = false;
    list->lengths_tensor = tfeed_tensor_borrow(TFEED_INT64, &rows, list->lengths);
    list->splits_tensor = tfeed_tensor_borrow(TFEED_INT64, &splits, list->step_splits);
    list->values = list->steps.values;
    if (list->spec->is_fixed)
        return pad(list, n_rows, allocator, reterr);
    if (list->levels == NULL)
        return TFEED_OK;
    list->values = tfi_ragged_values(&list->spec->ragged, &list->steps);
    return tfi_levels_finish(&list->spec->ragged, list->levels, (size_t)list->step_splits[n_rows],
                             allocator, reterr);
}

void tfi_batch_list_empty(struct tfi_batch_list *list, const struct tfeed_allocator *allocator)
{
    list->longest = 0;
    if (!list->is_filled) /* without memory for that there is nothing in it either */
        (void)tfi_batch_list_start(list, 0, NULL);
    (void)tfi_batch_list_finish(list, 0, allocator, NULL);
}

/* ----------------------------------------------------------------- dividing */

/* The values that a list has in a step, counted over all examples. */
static struct tfi_numbers step_of(const struct tfi_batch_list *list, int64_t step)
{
    const int64_t *splits = list->steps.splits + step;
    return (struct tfi_numbers){(const int64_t *)(const void *)list->steps.data + splits[0],
                                (size_t)(splits[1] - splits[0])};
}

/* Divides one step by the same step of the partitions: the n-th that each has in this row. */
static tfeed_status divide_step(const struct tfeed_sequence_parser *parser, int list, int64_t row,
                                int64_t n, int64_t *empty_rows_left,
                                char message[TFEED_ERROR_MESSAGE_BYTES], struct tfeed_error *reterr)
{
    const struct tfi_batch_list *divided = &parser->lists[list];
    const struct tfi_batch_list *parts = parser->lists + parser->schema->lists.n;
    const struct tfi_column *of = &divided->spec->ragged;
    const int64_t *splits = divided->steps.splits + divided->step_splits[row] + n;
    struct tfi_numbers numbers[TFI_MAX_PARTS] = {{NULL, 0}};
    struct tfi_ragged_fault fault = {0, 0};
    for (int i = 0; i < of->n_parts; i++)
        if (of->parts[i].feature >= 0) {
            const struct tfi_batch_list *part = &parts[of->parts[i].feature];
            numbers[i] = step_of(part, part->step_splits[row] + n);
        }
    switch (tfi_levels_divide(of, divided->levels, (size_t)(splits[1] - splits[0]), numbers,
                              empty_rows_left, &fault)) {
    case TFI_APPEND_OK:
        tfi_levels_end_row(of, divided->levels);
        return TFEED_OK;
    case TFI_APPEND_NO_MEMORY:
        return tfi_fail_memory(reterr, "the row_splits of a list");
    case TFI_APPEND_MALFORMED:
        break;
    }
    const int feature = of->parts[fault.part].feature;
    tfi_ragged_say(of, divided->spec->name, &fault, feature < 0 ? NULL : parts[feature].spec->key,
                   message);
    return TFEED_INVALID_ARGUMENT;
}

tfeed_status tfi_batch_list_divide(struct tfeed_sequence_parser *parser, int list, int64_t row,
                                   char message[TFEED_ERROR_MESSAGE_BYTES],
                                   struct tfeed_error *reterr)
{
    const struct tfi_batch_list *divided = &parser->lists[list];
    const struct tfi_batch_list *parts = parser->lists + parser->schema->lists.n;
    const struct tfi_column *of = &divided->spec->ragged;
    int64_t empty_rows_left = TFI_RAGGED_EMPTY_ROWS;
    for (int i = 0; i < of->n_parts; i++) {
        const int feature = of->parts[i].feature;
        if (feature < 0 || parts[feature].lengths[row] == divided->lengths[row])
            continue;
        (void)snprintf(message, TFEED_ERROR_MESSAGE_BYTES,
                       "List %s: values and partitions are not aligned: %" PRId64
                       " steps, partition %d (%s) has %" PRId64,
                       divided->spec->name, divided->lengths[row], i, parts[feature].spec->key,
                       parts[feature].lengths[row]);
        return TFEED_INVALID_ARGUMENT;
    }
    for (int64_t n = 0; n < divided->lengths[row]; n++)
        TFI_TRY(divide_step(parser, list, row, n, &empty_rows_left, message, reterr));
    return TFEED_OK;
}

/* ------------------------------------------------------------ what is asked */

static uint64_t list_bytes(const struct tfi_list *list)
{
    return (uint64_t)list->capacity * tfeed_dtype_size(list->dtype) +
           ((uint64_t)list->row_capacity + 1) * sizeof(int64_t);
}

uint64_t tfi_sequence_parser_list_bytes(const struct tfeed_sequence_parser *parser)
{
    uint64_t n_bytes = 0;
    for (int i = 0; i < parser->n_lists; i++) {
        const struct tfi_batch_list *list = &parser->lists[i];
        const int n_levels = list->levels != NULL ? list->spec->ragged.n_levels : 0;
        n_bytes += list_bytes(&list->steps) + tfi_tensor_bytes(&list->padded) +
                   2 * ((uint64_t)parser->n_rows_max + 1) * sizeof(int64_t);
        for (int level = 0; level < n_levels; level++)
            n_bytes += list_bytes(&list->levels[level].list) +
                       tfi_tensor_bytes(&list->levels[level].narrow);
    }
    return n_bytes;
}

const struct tfeed_sequence_schema *tfeed_sequence_parser_schema(
    const struct tfeed_sequence_parser *parser)
{
    return parser->schema;
}

int64_t tfeed_sequence_parser_n_rows(const struct tfeed_sequence_parser *parser)
{
    return parser->n_rows;
}

struct tfeed_columns *tfeed_sequence_parser_context(const struct tfeed_sequence_parser *parser)
{
    return parser->context;
}

const struct tfeed_tensor *tfeed_sequence_parser_values(const struct tfeed_sequence_parser *parser,
                                                        int list)
{
    return &parser->lists[list].values;
}

const struct tfeed_tensor *tfeed_sequence_parser_lengths(const struct tfeed_sequence_parser *parser,
                                                         int list)
{
    return &parser->lists[list].lengths_tensor;
}

const struct tfeed_tensor *tfeed_sequence_parser_step_splits(
    const struct tfeed_sequence_parser *parser, int list)
{
    return &parser->lists[list].splits_tensor;
}

const struct tfeed_tensor *tfeed_sequence_parser_value_splits(
    const struct tfeed_sequence_parser *parser, int list)
{
    const struct tfi_batch_list *lists = &parser->lists[list];
    return lists->spec->is_fixed ? NULL : &lists->steps.row_splits;
}

int tfeed_sequence_parser_n_levels(const struct tfeed_sequence_parser *parser, int list)
{
    return parser->lists[list].spec->ragged.n_levels;
}

const struct tfeed_tensor *tfeed_sequence_parser_row_splits(
    const struct tfeed_sequence_parser *parser, int list, int level)
{
    if (level < 0 || level >= tfeed_sequence_parser_n_levels(parser, list))
        return NULL;
    return &parser->lists[list].levels[level].splits;
}

struct tfeed_tensor tfeed_sequence_parser_row(const struct tfeed_sequence_parser *parser, int list,
                                              int64_t row)
{
    const struct tfi_batch_list *lists = &parser->lists[list];
    const struct tfi_sequence_list *spec = lists->spec;
    struct tfeed_tensor values = lists->values;
    if (row < 0 || row >= parser->n_rows)
        return (struct tfeed_tensor){0};
    size_t first;
    if (spec->is_fixed) {
        first = (size_t)(row * lists->longest) * spec->n_elements;
        values.shape = tfeed_shape_batch(lists->lengths[row], spec->shape);
    } else {
        const int64_t *splits = tfeed_tensor_int64s(&lists->steps.row_splits);
        const int64_t begin = splits[lists->step_splits[row]];
        const int64_t n = splits[lists->step_splits[row + 1]] - begin;
        first = (size_t)begin;
        values.shape.dims[0] = lists->levels != NULL ? n / spec->ragged.uniform_size : n;
    }
    return tfeed_tensor_borrow(spec->dtype, &values.shape,
                               (uint8_t *)values.data + first * tfeed_dtype_size(spec->dtype));
}

/* Writes the indices of the values of the steps of rows first_row … end_row - 1, each of `rank`
 * numbers, the last ones of (row, step, place); the most values that a step has. */
static int64_t write_indices(const struct tfi_batch_list *list, int64_t first_row, int64_t end_row,
                             int rank, int64_t *to)
{
    const int64_t *value_splits = tfeed_tensor_int64s(&list->steps.row_splits);
    int64_t most = 0;
    for (int64_t row = first_row; row < end_row; row++) {
        const int64_t first_step = list->step_splits[row];
        for (int64_t step = first_step; step < list->step_splits[row + 1]; step++) {
            const int64_t n = value_splits[step + 1] - value_splits[step];
            most = n > most ? n : most;
            for (int64_t place = 0; place < n; place++, to += rank) {
                const int64_t index[3] = {row, step - first_step, place};
                memcpy(to, index + 3 - rank, (size_t)rank * sizeof *to);
            }
        }
    }
    return most;
}

tfeed_status tfeed_sequence_parser_sparse(struct tfeed_sequence_parser *parser, int list,
                                          int64_t row, struct tfeed_sparse *ret_sparse,
                                          struct tfeed_error *reterr)
{
    struct tfi_batch_list *lists = &parser->lists[list];
    const bool is_all = row == TFEED_ALL_ROWS;
    const int rank = is_all ? 3 : 2;
    if (lists->spec->is_fixed || lists->levels != NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "list '%s' is %s, not variable",
                        lists->spec->name, lists->spec->is_fixed ? "fixed" : "ragged");
    if (!is_all && (row < 0 || row >= parser->n_rows))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "list '%s': no such row",
                        lists->spec->name);
    const int64_t first_row = is_all ? 0 : row;
    const int64_t end_row = is_all ? parser->n_rows : row + 1;
    static const int64_t nothing[1] = {0};
    const int64_t *value_splits =
        parser->n_rows > 0 ? tfeed_tensor_int64s(&lists->steps.row_splits) : nothing;
    const int64_t first = value_splits[lists->step_splits[first_row]];
    const int64_t total = value_splits[lists->step_splits[end_row]] - first;
    const struct tfeed_shape indices_shape = tfeed_shape_matrix(total, rank);
    const struct tfeed_shape values_shape = tfeed_shape_vector(total);
    const struct tfeed_shape dense_shape = tfeed_shape_vector(rank);
    TFI_TRY(
        tfi_tensor_renew(&lists->indices, TFEED_INT64, &indices_shape, parser->allocator, reterr));
    int64_t *dense = lists->dense_shape;
    if (is_all)
        *dense++ = parser->n_rows;
    *dense++ = is_all ? lists->longest : lists->lengths[row];
    *dense = write_indices(lists, first_row, end_row, rank, tfeed_tensor_int64s(&lists->indices));
    ret_sparse->indices = lists->indices;
    ret_sparse->values = tfeed_tensor_borrow(
        lists->spec->dtype, &values_shape,
        (uint8_t *)lists->steps.values.data + (size_t)first * tfeed_dtype_size(lists->spec->dtype));
    ret_sparse->dense_shape = tfeed_tensor_borrow(TFEED_INT64, &dense_shape, lists->dense_shape);
    return TFEED_OK;
}
