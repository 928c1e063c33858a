/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_ragged.c - values that partitions divide into rows, and these into rows again.
 *
 *   values       a b c d e                      feature v
 *   level 2      0 2 2 5        over values     innermost partition, of each record
 *   level 1      0 3            over level 2    …
 *   level 0      0 1            over level 1    the records of the batch
 *
 * Every record is divided from the innermost partition outwards: each makes rows of what lies below
 * it, and their number is what the next one divides. Whatever a partition says, its rows must be
 * exactly what is below it, so that row_splits never point outside.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/error_internal.h"
#include "core/tensor_internal.h"
#include "features/columns_private.h"
#include "features/example_parser_private.h"

/* Row ids may leave out rows; so many in one record, whatever the ids say. */
enum { MAX_EMPTY_ROWS = 65536 };

/* Numbers of a feature in the current record. */
struct numbers {
    const int64_t *at;
    size_t n;
};

bool tfi_ragged_start(struct tfeed_columns *columns, int column, size_t n_rows)
{
    struct tfi_level *levels = columns->made[column].levels;
    for (int i = 0; i < columns->schema->columns[column].n_levels; i++) {
        struct tfi_list *list = &levels[i].list;
        if (!tfi_list_start(list, n_rows + 1) || !tfi_list_reserve(list, 1))
            return false;
        ((int64_t *)(void *)list->data)[list->n++] = 0;
        tfi_list_end_row(list);
    }
    return true;
}

/* Where a row ends, as the partition says it; -1 where it says nothing that could be. */
static int64_t row_end(const struct tfi_part *part, struct numbers numbers, size_t row,
                       int64_t n_below, int64_t last_end)
{
    int64_t end;
    switch (part->partition) {
    case TFEED_PARTITION_ROW_SPLITS:
        return numbers.at[row + 1];
    case TFEED_PARTITION_ROW_LIMITS:
        return numbers.at[row];
    case TFEED_PARTITION_ROW_STARTS:
        return row + 1 < numbers.n ? numbers.at[row + 1] : n_below;
    case TFEED_PARTITION_ROW_LENGTHS:
        return __builtin_add_overflow(last_end, numbers.at[row], &end) ? -1 : end;
    case TFEED_PARTITION_UNIFORM_ROW_LENGTH:
        return last_end + part->size;
    case TFEED_PARTITION_VALUE_ROWIDS:
        end = last_end;
        while (end < n_below && numbers.at[end] == (int64_t)row)
            end++;
        return end;
    }
    return -1;
}

/* The rows that a partition makes of what is below it; false when it cannot be. */
static bool count_rows(const struct tfi_part *part, struct numbers numbers, int64_t n_below,
                       size_t *ret_n_rows)
{
    const bool is_empty = numbers.n == 0;
    switch (part->partition) {
    case TFEED_PARTITION_ROW_SPLITS:
        *ret_n_rows = is_empty ? 0 : numbers.n - 1;
        return is_empty || numbers.at[0] == 0;
    case TFEED_PARTITION_ROW_STARTS:
        *ret_n_rows = numbers.n;
        return is_empty || numbers.at[0] == 0;
    case TFEED_PARTITION_ROW_LIMITS:
    case TFEED_PARTITION_ROW_LENGTHS:
        *ret_n_rows = numbers.n;
        return true;
    case TFEED_PARTITION_UNIFORM_ROW_LENGTH:
        *ret_n_rows = (size_t)(n_below / part->size);
        return n_below % part->size == 0;
    case TFEED_PARTITION_VALUE_ROWIDS: {
        const int64_t last = is_empty ? -1 : numbers.at[numbers.n - 1];
        *ret_n_rows = (size_t)last + 1;
        return (int64_t)numbers.n == n_below && last >= -1 && last < n_below + MAX_EMPTY_ROWS;
    }
    }
    return false;
}

/* Appends where the rows end that a partition makes of the n_below rows or values below it. */
static enum tfi_append divide(const struct tfi_part *part, struct numbers numbers, int64_t n_below,
                              struct tfi_list *level, int64_t *ret_n_rows)
{
    size_t n_rows;
    if (!count_rows(part, numbers, n_below, &n_rows))
        return TFI_APPEND_MALFORMED;
    if (!tfi_list_reserve(level, n_rows))
        return TFI_APPEND_NO_MEMORY;
    int64_t *splits = (int64_t *)(void *)level->data + level->n;
    const int64_t base = splits[-1];
    int64_t last_end = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const int64_t end = row_end(part, numbers, i, n_below, last_end);
        if (end < last_end || end > n_below)
            return TFI_APPEND_MALFORMED;
        splits[i] = base + end;
        last_end = end;
    }
    if (last_end != n_below)
        return TFI_APPEND_MALFORMED;
    level->n += n_rows;
    *ret_n_rows = (int64_t)n_rows;
    return TFI_APPEND_OK;
}

/* A partition that does not divide what is below it. */
static tfeed_status fail_partition(const struct tfeed_columns *columns, const struct tfi_column *of,
                                   int part, int64_t n_below,
                                   const struct tfeed_example_parser *parser,
                                   struct tfeed_error *reterr)
{
    static const char *const kinds[] = {"row_splits", "row_lengths",  "row_starts",
                                        "row_limits", "value_rowids", "uniform_row_length"};
    const int feature = of->parts[part].feature;
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message,
                   "Column %s: values and partitions are not aligned: partition %d (%s%s%s) does "
                   "not divide the %" PRId64 " %s below it",
                   of->name, part, kinds[of->parts[part].partition], feature < 0 ? "" : " ",
                   feature < 0 ? "" : columns->schema->features[feature].name, n_below,
                   part + 1 < of->n_parts ? "rows" : "values");
    return tfi_example_fail(parser, reterr, message);
}

tfeed_status tfi_ragged_divide_row(const struct tfeed_columns *columns, int column,
                                   const struct tfeed_example_parser *parser,
                                   struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    struct tfi_level *levels = columns->made[column].levels;
    int64_t n_below = (int64_t)tfi_list_row_len(tfi_columns_list(columns, column));
    if (n_below % of->uniform_size != 0)
        return fail_partition(columns, of, of->n_parts - 1, n_below, parser, reterr);
    n_below /= of->uniform_size;
    for (int i = of->n_levels - 1; i > 0; i--) {
        const struct tfi_part *part = &of->parts[i - 1];
        struct numbers numbers = {NULL, 0};
        if (part->feature >= 0) {
            const struct tfi_list *list = &columns->held[part->feature].list;
            numbers.n = tfi_list_row_len(list);
            numbers.at = (const int64_t *)(const void *)list->data + list->splits[list->n_rows];
        }
        int64_t n_rows = 0;
        const enum tfi_append append = divide(part, numbers, n_below, &levels[i].list, &n_rows);
        if (append == TFI_APPEND_NO_MEMORY)
            return tfi_fail_memory(reterr, "the row_splits of a batch");
        if (append == TFI_APPEND_MALFORMED)
            return fail_partition(columns, of, i - 1, n_below, parser, reterr);
        n_below = n_rows;
    }
    struct tfi_list *batch = &levels[0].list;
    if (!tfi_list_reserve(batch, 1))
        return tfi_fail_memory(reterr, "the row_splits of a batch");
    int64_t *splits = (int64_t *)(void *)batch->data + batch->n;
    splits[0] = splits[-1] + n_below;
    batch->n++;
    return TFEED_OK;
}

void tfi_ragged_end_row(const struct tfeed_columns *columns, int column)
{
    for (int i = 0; i < columns->schema->columns[column].n_levels; i++)
        tfi_list_end_row(&columns->made[column].levels[i].list);
}

void tfi_ragged_drop_row(const struct tfeed_columns *columns, int column)
{
    for (int i = 0; i < columns->schema->columns[column].n_levels; i++)
        tfi_list_restart_row(&columns->made[column].levels[i].list);
}

/* The same row_splits as int32. */
static tfeed_status narrow_splits(const struct tfeed_columns *columns, struct tfi_level *level,
                                  struct tfeed_error *reterr)
{
    const struct tfi_list *list = &level->list;
    const int64_t *splits = (const int64_t *)(const void *)list->data;
    if (splits[list->n - 1] > INT32_MAX)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "%" PRId64 " values or rows in a batch, int32 row_splits count to %d",
                        splits[list->n - 1], INT32_MAX);
    TFI_TRY(tfi_tensor_renew(&level->narrow, TFEED_INT32, &list->values.shape, columns->allocator,
                             reterr));
    for (size_t i = 0; i < list->n; i++)
        tfeed_tensor_int32s(&level->narrow)[i] = (int32_t)splits[i];
    level->splits = level->narrow;
    return TFEED_OK;
}

tfeed_status tfi_ragged_finish(struct tfeed_columns *columns, int column,
                               struct tfeed_error *reterr)
{
    const struct tfi_column *of = &columns->schema->columns[column];
    const struct tfi_list *list = tfi_columns_list(columns, column);
    struct tfi_made *made = &columns->made[column];
    made->values = list->values;
    made->values.shape.n_dims = 1 + of->n_parts - (of->n_levels - 1);
    made->values.shape.dims[0] = (int64_t)list->n / of->uniform_size;
    for (int i = of->n_levels - 1; i < of->n_parts; i++)
        made->values.shape.dims[i + 2 - of->n_levels] = of->parts[i].size;
    for (int i = 0; i < of->n_levels; i++) {
        struct tfi_level *level = &made->levels[i];
        tfi_list_finish(&level->list, columns->n_rows + 1);
        level->splits = level->list.values;
        if (of->row_splits_dtype == TFEED_INT32)
            TFI_TRY(narrow_splits(columns, level, reterr));
    }
    return TFEED_OK;
}
