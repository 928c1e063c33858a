/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * list_private.h - rows of any length, one behind the other: values that grow, and where each row
 * ends.
 *
 *   values      ┌ a b c │ d │ │ e f ─ ─ ─ room ─ ─ ┐
 *   row_splits  0       3   4 4     6
 *
 * A list is filled from tfi_list_start on: values are appended, tfi_list_end_row ends a row, and
 * tfi_list_restart_row forgets what the row that is not ended yet has. tfi_list_finish makes
 * tensors of it. Buffers are counted and kept from one filling to the next; one that somebody else
 * holds by then is left to him. The values may be of any dtype; those that stand in records are
 * appended to lists of the dtypes that records have.
 *
 * Invariant: while a list is filled its strings are uncounted views; tfi_list_finish counts those
 * that are in rows and empties the rest.
 */
#ifndef TFI_LIST_PRIVATE_H
#define TFI_LIST_PRIVATE_H

#include <stdbool.h>
#include <string.h>

#include <tfeed/tensor.h>

#include "features/feature_values_private.h"
#include "features/varint_run_private.h"

struct tfi_list {
    const struct tfeed_allocator *allocator;
    enum tfeed_dtype dtype;
    tfi_varint_run_function *decode;
    uint8_t *data;   /* of values, while the list is filled */
    int64_t *splits; /* of row_splits */
    size_t n;        /* values so far, those of the open row included */
    size_t n_rows;   /* that were ended */
    size_t capacity;
    size_t row_capacity;
    size_t n_touched; /* strings behind this have not been written */
    struct tfeed_tensor values;
    struct tfeed_tensor row_splits; /* int64 [n_rows + 1] */
};

/* An empty list, which holds no memory yet. */
void tfi_list_init(struct tfi_list *list, enum tfeed_dtype dtype,
                   const struct tfeed_allocator *allocator);
void tfi_list_clear(struct tfi_list *list);

/* Empties the list and makes room for n_rows rows. False: no memory. */
bool tfi_list_start(struct tfi_list *list, size_t n_rows);

/* Makes tensors of the first n_rows rows that were ended. */
void tfi_list_finish(struct tfi_list *list, size_t n_rows);

/* The slow halves of the functions below. */
bool tfi_list_grow(struct tfi_list *list, size_t n_more);
bool tfi_list_grow_rows(struct tfi_list *list, size_t n_more);

/* Room for n_more values, or n_more rows; false: no memory. */
static inline bool tfi_list_reserve(struct tfi_list *list, size_t n_more)
{
    return n_more <= list->capacity - list->n || tfi_list_grow(list, n_more);
}

/* n more values of the open row, for the caller to set; NULL: no memory. */
static inline uint8_t *tfi_list_extend(struct tfi_list *list, size_t n)
{
    if (!tfi_list_reserve(list, n))
        return NULL;
    list->n += n;
    return list->data + (list->n - n) * tfeed_dtype_size(list->dtype);
}

static inline bool tfi_list_reserve_rows(struct tfi_list *list, size_t n_more)
{
    return n_more <= list->row_capacity - list->n_rows || tfi_list_grow_rows(list, n_more);
}

/* The values of the row that is not ended yet. */
static inline size_t tfi_list_row_len(const struct tfi_list *list)
{
    return list->n - (size_t)list->splits[list->n_rows];
}

static inline void tfi_list_restart_row(struct tfi_list *list)
{
    if (list->n_touched < list->n)
        list->n_touched = list->n;
    list->n = (size_t)list->splits[list->n_rows];
}

/* Ends the row; there is room for it. */
static inline void tfi_list_end_row(struct tfi_list *list)
{
    list->splits[++list->n_rows] = (int64_t)list->n;
}

/* What became of values that were to be appended. */
enum tfi_append { TFI_APPEND_OK, TFI_APPEND_MALFORMED, TFI_APPEND_NO_MEMORY };

/* Appends values that lie together: varints, floats, or one string that stands in `block`. The list
 * is one of int64, float or string. */
enum tfi_append tfi_list_append(struct tfi_list *list, struct tfi_chunk chunk,
                                struct tfeed_block *block);

/* Appends all values of the list that counts in a Feature; its kind is the one of the dtype. */
enum tfi_append tfi_list_append_feature(struct tfi_list *list, struct tfi_feature_values *values,
                                        struct tfeed_block *block);

/* Appends the values of a list message in its ordinary form: numbers in one packed piece or none,
 * strings only. TFI_APPEND_MALFORMED also for any other form; then tfi_list_append_feature says
 * what it is, after tfi_list_restart_row. */
enum tfi_append tfi_list_append_ordinary(struct tfi_list *list, struct tfi_chunk message,
                                         struct tfeed_block *block);

#endif
