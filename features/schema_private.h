/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_private.h - the columns of a schema, as the parser reads them.
 */
#ifndef TFI_SCHEMA_PRIVATE_H
#define TFI_SCHEMA_PRIVATE_H

#include <stdatomic.h>

#include <tfeed/features.h>

/* How the values of a feature become a row of a column. A new kind of column (variable, sparse,
 * sequence, with a default) is a new value here, a function beside the others in example_parser.c,
 * and a tfeed_schema_add_…. */
enum tfi_store {
    TFI_STORE_INT64,
    TFI_STORE_INT32,
    TFI_STORE_FLOAT,
    TFI_STORE_STRING,
    TFI_STORE_RAW_UINT8,
    TFI_STORE_RAW_FLOAT
};

struct tfi_column {
    char *name;
    size_t name_len;
    enum tfi_store store;
    enum tfeed_feature_kind kind; /* the list that is wanted */
    enum tfeed_dtype dtype;
    struct tfeed_shape shape; /* of a row */
    size_t n_elements;        /* of a row */
    size_t row_bytes;
    size_t n_values; /* that the list holds: n_elements, or 1 that spells them all */
    float scale;     /* TFI_STORE_RAW_FLOAT: (float)byte * scale + offset */
    float offset;
};

struct tfeed_schema {
    const struct tfeed_allocator *allocator;
    _Atomic unsigned n_references;
    _Atomic bool in_use; /* a parser was made: no further columns */
    int n_columns;
    int capacity;
    struct tfi_column *columns;
};

/* True when the column holds one value of the list that spells all elements of the row. */
static inline bool tfi_column_is_raw(const struct tfi_column *column)
{
    return column->store == TFI_STORE_RAW_UINT8 || column->store == TFI_STORE_RAW_FLOAT;
}

#endif
