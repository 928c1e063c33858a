/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * ragged.c - values that partitions divide into rows, and these into rows again.
 *
 * Every record, or step of one, is divided from the innermost partition outwards: each makes rows
 * of what lies below it, and their number is what the next one divides. Whatever a partition says,
 * its rows must be exactly what is below it, so that row_splits never point outside.
 */
#include "features/ragged_private.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/tensor_internal.h"

/* -------------------------------------------------------------- description */

/* Sets which partitions are row_splits and which dimensions, and the shape that follows. False when
 * uniform lengths multiply to more than there can be. */
static bool set_levels(struct tfi_column *column)
{
    int n_splits = column->n_parts;
    column->uniform_size = 1;
    while (n_splits > 0 && column->parts[n_splits - 1].feature < 0)
        if (__builtin_mul_overflow(column->uniform_size, column->parts[--n_splits].size,
                                   &column->uniform_size))
            return false;
    column->n_levels = 1 + n_splits;
    column->shape.n_dims = 1 + column->n_parts;
    for (int i = 0; i <= column->n_parts; i++)
        column->shape.dims[i] = i <= n_splits ? TFEED_DIM_UNKNOWN : column->parts[i - 1].size;
    return true;
}

tfeed_status tfi_ragged_describe(const char *name, enum tfeed_dtype dtype,
                                 const struct tfeed_partition *partitions, int n_partitions,
                                 enum tfeed_dtype row_splits_dtype, struct tfi_column *ret_column,
                                 const char **ret_keys, int *ret_n_keys, struct tfeed_error *reterr)
{
    struct tfi_column column = {.kind = TFEED_COLUMN_RAGGED,
                                .dtype = dtype,
                                .n_parts = n_partitions,
                                .row_splits_dtype = row_splits_dtype};
    int n_keys = 0;
    if (n_partitions < 0 || n_partitions > TFI_MAX_PARTS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': %d partitions, expected at most %d", name, n_partitions,
                        TFI_MAX_PARTS);
    if (row_splits_dtype != TFEED_INT32 && row_splits_dtype != TFEED_INT64)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': row_splits of %s, expected int32 or int64", name,
                        tfeed_dtype_name(row_splits_dtype));
    for (int i = 0; i < n_partitions; i++) {
        const struct tfeed_partition *partition = &partitions[i];
        const bool is_uniform = partition->kind == TFEED_PARTITION_UNIFORM_ROW_LENGTH;
        if (is_uniform ? partition->length < 1 : partition->key == NULL)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "feature '%s': partition %d needs %s",
                            name, i,
                            is_uniform ? "a length of at least 1" : "the key of a feature");
        if (!is_uniform)
            ret_keys[n_keys++] = partition->key;
        column.parts[i] = (struct tfi_part){.feature = is_uniform ? -1 : n_keys,
                                            .partition = partition->kind,
                                            .size = partition->length};
    }
    if (!set_levels(&column))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': uniform lengths multiply to more than int64 holds", name);
    *ret_column = column;
    *ret_n_keys = n_keys;
    return TFEED_OK;
}

/* ------------------------------------------------------------------- levels */

struct tfi_level *tfi_levels_new(const struct tfi_column *of,
                                 const struct tfeed_allocator *allocator)
{
    struct tfi_level *levels = tfi_alloc_zeroed(allocator, (size_t)of->n_levels, sizeof *levels);
    for (int i = 0; levels != NULL && i < of->n_levels; i++)
        tfi_list_init(&levels[i].list, TFEED_INT64, allocator);
    return levels;
}

void tfi_levels_free(const struct tfi_column *of, struct tfi_level *levels,
                     const struct tfeed_allocator *allocator)
{
    for (int i = 0; levels != NULL && i < of->n_levels; i++) {
        tfi_list_clear(&levels[i].list);
        tfeed_tensor_clear(&levels[i].narrow);
    }
    tfi_free(allocator, levels);
}

bool tfi_levels_start(const struct tfi_column *of, struct tfi_level *levels, size_t n_rows)
{
    for (int i = 0; i < of->n_levels; i++) {
        struct tfi_list *list = &levels[i].list;
        if (!tfi_list_start(list, n_rows + 1) || !tfi_list_reserve(list, 1))
            return false;
        ((int64_t *)(void *)list->data)[list->n++] = 0;
        tfi_list_end_row(list);
    }
    return true;
}

/* Where a row ends, as the partition says it; -1 where it says nothing that could be. */
static int64_t row_end(const struct tfi_part *part, struct tfi_numbers numbers, size_t row,
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

/* The rows that a partition makes of what is below it; false when it cannot be, or leaves out more
 * rows than are left. */
static bool count_rows(const struct tfi_part *part, struct tfi_numbers numbers, int64_t n_below,
                       int64_t *empty_rows_left, size_t *ret_n_rows)
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
        if ((int64_t)numbers.n != n_below || last < -1 || last >= n_below + *empty_rows_left)
            return false;
        if (last >= n_below)
            *empty_rows_left -= last + 1 - n_below;
        *ret_n_rows = (size_t)(last + 1);
        return true;
    }
    }
    return false;
}

/* Appends where the rows end that a partition makes of the n_below rows or values below it. */
static enum tfi_append divide(const struct tfi_part *part, struct tfi_numbers numbers,
                              int64_t n_below, int64_t *empty_rows_left, struct tfi_list *level,
                              int64_t *ret_n_rows)
{
    size_t n_rows;
    if (!count_rows(part, numbers, n_below, empty_rows_left, &n_rows))
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

enum tfi_append tfi_levels_divide(const struct tfi_column *of, struct tfi_level *levels,
                                  size_t n_values, const struct tfi_numbers *numbers,
                                  int64_t *empty_rows_left, struct tfi_ragged_fault *ret_fault)
{
    int64_t n_below = (int64_t)n_values;
    if (n_below % of->uniform_size != 0) {
        *ret_fault = (struct tfi_ragged_fault){of->n_parts - 1, n_below};
        return TFI_APPEND_MALFORMED;
    }
    n_below /= of->uniform_size;
    for (int i = of->n_levels - 1; i > 0; i--) {
        int64_t n_rows = 0;
        const enum tfi_append append = divide(&of->parts[i - 1], numbers[i - 1], n_below,
                                              empty_rows_left, &levels[i].list, &n_rows);
        *ret_fault = (struct tfi_ragged_fault){i - 1, n_below};
        if (append != TFI_APPEND_OK)
            return append;
        n_below = n_rows;
    }
    struct tfi_list *outer = &levels[0].list;
    if (!tfi_list_reserve(outer, 1))
        return TFI_APPEND_NO_MEMORY;
    int64_t *splits = (int64_t *)(void *)outer->data + outer->n;
    splits[0] = splits[-1] + n_below;
    outer->n++;
    for (int i = 0; i < of->n_levels; i++)
        if (!tfi_list_reserve_rows(&levels[i].list, 1))
            return TFI_APPEND_NO_MEMORY;
    return TFI_APPEND_OK;
}

void tfi_ragged_say(const struct tfi_column *of, const char *name,
                    const struct tfi_ragged_fault *fault, const char *key,
                    char message[TFEED_ERROR_MESSAGE_BYTES])
{
    static const char *const kinds[] = {"row_splits", "row_lengths",  "row_starts",
                                        "row_limits", "value_rowids", "uniform_row_length"};
    (void)snprintf(message, TFEED_ERROR_MESSAGE_BYTES,
                   "Column %s: values and partitions are not aligned: partition %d (%s%s%s) does "
                   "not divide the %" PRId64 " %s below it",
                   name, fault->part, kinds[of->parts[fault->part].partition],
                   key == NULL ? "" : " ", key == NULL ? "" : key, fault->n_below,
                   fault->part + 1 < of->n_parts ? "rows" : "values");
}

void tfi_levels_end_row(const struct tfi_column *of, struct tfi_level *levels)
{
    for (int i = 0; i < of->n_levels; i++)
        tfi_list_end_row(&levels[i].list);
}

void tfi_levels_drop_row(const struct tfi_column *of, struct tfi_level *levels)
{
    for (int i = 0; i < of->n_levels; i++)
        tfi_list_restart_row(&levels[i].list);
}

/* The same row_splits as int32. */
static tfeed_status narrow_splits(struct tfi_level *level, const struct tfeed_allocator *allocator,
                                  struct tfeed_error *reterr)
{
    const struct tfi_list *list = &level->list;
    const int64_t *splits = (const int64_t *)(const void *)list->data;
    if (splits == NULL)
        return tfi_fail_memory(reterr, "row_splits"); /* there was none to start with either */
    if (splits[list->n - 1] > INT32_MAX)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "%" PRId64 " values or rows in a batch, int32 row_splits count to %d",
                        splits[list->n - 1], INT32_MAX);
    TFI_TRY(tfi_tensor_renew(&level->narrow, TFEED_INT32, &list->values.shape, allocator, reterr));
    for (size_t i = 0; i < list->n; i++)
        tfeed_tensor_int32s(&level->narrow)[i] = (int32_t)splits[i];
    level->splits = level->narrow;
    return TFEED_OK;
}

tfeed_status tfi_levels_finish(const struct tfi_column *of, struct tfi_level *levels, size_t n_rows,
                               const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    for (int i = 0; i < of->n_levels; i++) {
        struct tfi_level *level = &levels[i];
        tfi_list_finish(&level->list, n_rows + 1);
        level->splits = level->list.values;
        if (of->row_splits_dtype == TFEED_INT32)
            TFI_TRY(narrow_splits(level, allocator, reterr));
    }
    return TFEED_OK;
}

struct tfeed_tensor tfi_ragged_values(const struct tfi_column *of, const struct tfi_list *list)
{
    struct tfeed_tensor values = list->values;
    values.shape.n_dims = 1 + of->n_parts - (of->n_levels - 1);
    values.shape.dims[0] = (int64_t)list->n / of->uniform_size;
    for (int i = of->n_levels - 1; i < of->n_parts; i++)
        values.shape.dims[i + 2 - of->n_levels] = of->parts[i].size;
    return values;
}
