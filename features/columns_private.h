/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * columns_private.h - what a batch holds: rows and lists that the parser fills, and what is made of
 * them when it is done.
 *
 *   features   held[i]   rows of one shape, or a list        filled record by record
 *   columns    made[i]   padded, sorted, divided values      made by tfi_columns_finish
 *
 * Starting, appending and finishing stand in features_internal.h.
 */
#ifndef TFI_COLUMNS_PRIVATE_H
#define TFI_COLUMNS_PRIVATE_H

#include <tfeed/features.h>

#include "features/features_internal.h"
#include "features/kept_bytes_private.h"
#include "features/list_private.h"
#include "features/ragged_private.h"
#include "features/schema_private.h"

/* One feature's values, by its store: one of the two is used. */
struct tfi_held {
    struct tfeed_tensor rows;
    struct tfi_list list;
};

/* What a column has beyond what its feature holds. */
struct tfi_made {
    struct tfeed_tensor values;      /* borrowed: as tfeed_columns_values gives them */
    struct tfeed_tensor own;         /* SEQUENCE: padded; SPARSE: sorted */
    struct tfeed_tensor n_steps;     /* SEQUENCE */
    struct tfeed_tensor indices;     /* SPARSE; VARIABLE when asked for */
    struct tfeed_tensor dense_shape; /* … */
    struct tfeed_tensor row_indices; /* … of the row that was asked for last */
    struct tfeed_tensor row_shape;
    struct tfi_level *levels; /* RAGGED */
};

struct tfeed_columns {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;
    size_t n_rows_max;
    size_t n_rows;         /* that were ended */
    struct tfi_held *held; /* [n_features] */
    struct tfi_made *made; /* [n_columns] */
    struct tfi_list **lists;
    int n_lists;
    int *checked; /* columns whose features must agree: sparse, ragged */
    int n_checked;
    size_t *order; /* [2][order_capacity], for sorting */
    size_t order_capacity;
    struct tfi_kept_bytes kept; /* of strings that stand in no record */
};

struct tfeed_example_parser;

/* Ends the row of the parser's current record. On failure the row has not been ended. */
tfeed_status tfi_columns_end_row(struct tfeed_columns *columns,
                                 const struct tfeed_example_parser *parser,
                                 struct tfeed_error *reterr);

/* Forgets what the row has that was not ended. */
void tfi_columns_drop_row(struct tfeed_columns *columns);

/* The list with a column's values. */
static inline struct tfi_list *tfi_columns_list(const struct tfeed_columns *columns, int column)
{
    return &columns->held[columns->schema->columns[column].values].list;
}

static inline int64_t tfi_list_longest(const struct tfi_list *list)
{
    int64_t longest = 0;
    for (size_t i = 0; i < list->n_rows; i++) {
        const int64_t len = list->splits[i + 1] - list->splits[i];
        longest = len > longest ? len : longest;
    }
    return longest;
}

/* Steps for each kind: checks while rows end, and completes what finish makes. */
tfeed_status tfi_sparse_check_row(const struct tfeed_columns *columns, int column,
                                  const struct tfeed_example_parser *parser,
                                  struct tfeed_error *reterr);
tfeed_status tfi_sparse_finish(struct tfeed_columns *columns, int column,
                               struct tfeed_error *reterr);
tfeed_status tfi_sequence_finish(struct tfeed_columns *columns, int column,
                                 struct tfeed_error *reterr);
tfeed_status tfi_ragged_divide_row(const struct tfeed_columns *columns, int column,
                                   const struct tfeed_example_parser *parser,
                                   struct tfeed_error *reterr);
tfeed_status tfi_ragged_finish(struct tfeed_columns *columns, int column,
                               struct tfeed_error *reterr);

#endif
