/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_columns_private.h - the memory of a queue: its components by column, in slots.
 *
 *    slot       0      1      2      3
 *    column 0 ┌──────┬──────┬──────┬──────┐    An element lies in one slot of every column. A slot
 *    float[3] │12 B  │      │      │      │    holds what a row of the tensor outside holds, so
 *    column 1 ├──────┼──────┼──────┼──────┤    rows move by memcpy both ways: numbers are copied,
 *    string   │24 B ●│     ●│     ●│     ●│    references to blocks and tensors change hands
 *             └──────┴──────┴──────┴──────┘    without being counted.
 *
 * Which slots are in use is the storage policy's business. Nothing here locks.
 */
#ifndef QUEUE_COLUMNS_PRIVATE_H
#define QUEUE_COLUMNS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/tensor.h>

enum queue_column_kind {
    QUEUE_COLUMN_NUMBERS, /* the elements of one row */
    QUEUE_COLUMN_STRINGS, /* n_strings struct tfeed_bytes, each with a reference to its block */
    QUEUE_COLUMN_TENSORS  /* one struct tfeed_tensor with a reference: the shape is not known, or
                             not all of it */
};

struct queue_column {
    enum queue_column_kind kind;
    size_t n_strings;        /* per row */
    size_t n_tensors_before; /* columns of that kind among those before this one */
    size_t row_bytes;
    uint8_t *slots; /* [n_slots][row_bytes] */
};

struct queue_columns {
    const struct tfeed_allocator *allocator;
    struct queue_column *columns;
    size_t n_columns;
    size_t n_tensor_columns; /* of QUEUE_COLUMN_TENSORS */
    size_t n_slots;
};

/* Where the rows of a moving operation lie outside: per column the address of row 0. */
struct queue_rows {
    uint8_t **columns;
};

/* Whether the rank and all dimensions are known. */
bool tfi_queue_shape_is_complete(const struct tfeed_shape *shape);

/* shapes NULL: every column holds whole tensors; so does one whose shape is not complete. No slots
 * yet. INVALID_ARGUMENT: a row is too large. The half-made columns are cleared on failure. */
tfeed_status tfi_queue_columns_init(struct queue_columns *columns,
                                    const struct tfeed_allocator *allocator,
                                    const enum tfeed_dtype *dtypes,
                                    const struct tfeed_shape *shapes, size_t n_columns,
                                    struct tfeed_error *reterr);

/* Frees the memory, not what the slots hold. */
void tfi_queue_columns_clear(struct queue_columns *columns);

/* The bytes of one row over all columns. */
size_t tfi_queue_columns_row_bytes(const struct queue_columns *columns);

/* More slots, behind those that are there; false when there is no memory, and then nothing changed.
 * */
bool tfi_queue_columns_grow(struct queue_columns *columns, size_t n_slots);

/* Moves the content of n slots to others, also overlapping ones. */
void tfi_queue_columns_move(struct queue_columns *columns, size_t to_slot, size_t from_slot,
                            size_t n);

/* n rows from `row` on, into or out of neighbouring slots: one copy per column. */
void tfi_queue_columns_write(struct queue_columns *columns, size_t slot,
                             const struct queue_rows *rows, size_t row, size_t n);
void tfi_queue_columns_read(const struct queue_columns *columns, size_t slot,
                            const struct queue_rows *rows, size_t row, size_t n);

/* Into or out of the n slots that `slots` lists, in its order or in reverse. */
enum queue_direction { QUEUE_FORWARD, QUEUE_BACKWARD };
void tfi_queue_columns_scatter(struct queue_columns *columns, const uint32_t *slots,
                               enum queue_direction direction, const struct queue_rows *rows,
                               size_t row, size_t n);
void tfi_queue_columns_gather(const struct queue_columns *columns, const uint32_t *slots,
                              enum queue_direction direction, const struct queue_rows *rows,
                              size_t row, size_t n);

/* What n rows of a column hold: the bytes of their numbers, or of their strings. */
size_t tfi_queue_column_bytes(const struct queue_column *column, const uint8_t *rows, size_t n);

/* Takes or gives back one reference for everything that n rows of a column refer to. */
void tfi_queue_column_ref(const struct queue_column *column, const uint8_t *rows, size_t n);
void tfi_queue_column_unref(const struct queue_column *column, const uint8_t *rows, size_t n);

#endif
