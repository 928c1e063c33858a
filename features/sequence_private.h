/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_private.h - the lists of a SequenceExample's schema, and of a batch.
 *
 *   example    0        1    2        step_splits  0   3   3   4
 *   steps      a b c         d        values       a ─ b ─ c ─ d, each step a row of a tfi_list
 */
#ifndef TFI_SEQUENCE_PRIVATE_H
#define TFI_SEQUENCE_PRIVATE_H

#include <stdatomic.h>

#include <tfeed/sequence.h>

#include "features/decoded_column_private.h"
#include "features/kept_bytes_private.h"
#include "features/list_private.h"
#include "features/ragged_private.h"
#include "features/schema_private.h"

/* A list that is wanted. */
struct tfi_sequence_list {
    char *name;
    char *key; /* of the list in the record */
    size_t key_len;
    enum tfeed_dtype dtype;
    enum tfeed_feature_kind kind; /* of its steps in the record */
    bool is_fixed;
    bool allow_missing;
    struct tfeed_shape shape; /* fixed: of a step */
    size_t n_elements;        /* fixed: of a step, at least 1 */
    bool is_decoded;          /* fixed: the values of a step become a row of `step` … */
    struct tfi_feature step;  /* … which has the same dtype and shape */
    bool is_ragged;           /* each step is divided by `ragged`, or is what divides one */
    struct tfi_column ragged; /* n_levels 0: by nothing. parts[i].feature: one of `parts` below */
};

/* Lists that can become more. */
struct tfi_sequence_lists {
    int n;
    int capacity;
    struct tfi_sequence_list *at;
};

struct tfeed_sequence_schema {
    const struct tfeed_allocator *allocator;
    _Atomic unsigned n_references;
    _Atomic bool in_use; /* a parser was made: no further lists */
    struct tfeed_schema *context;
    struct tfi_sequence_lists lists;
    struct tfi_sequence_lists parts; /* the lists that partitions stand in */
};

/* A list of a batch. */
struct tfi_batch_list {
    const struct tfi_sequence_list *spec;
    struct tfi_list steps;       /* its rows are the steps of all examples */
    struct tfi_level *levels;    /* ragged: their rows are the steps, too */
    struct tfi_decoder *decoder; /* decoded */
    struct tfi_kept_bytes kept;  /* decoded: of strings that stand in no record */
    int64_t *step_splits;        /* [n_rows_max + 1] */
    int64_t *lengths;            /* [n_rows_max] */
    int64_t longest;             /* steps of an example */
    bool is_filled;              /* between _start and _finish: strings are not counted yet */

    /* The list in the record that is parsed. */
    uint64_t found_record; /* serial of the last record that has it */
    struct tfi_wire found;

    /* What is given out. */
    struct tfeed_tensor values; /* borrowed: of steps, or of padded */
    struct tfeed_tensor padded; /* fixed, where examples differ in length */
    struct tfeed_tensor lengths_tensor;
    struct tfeed_tensor splits_tensor;
    struct tfeed_tensor indices;
    int64_t dense_shape[3];
};

struct tfeed_sequence_parser {
    const struct tfeed_allocator *allocator;
    struct tfeed_sequence_schema *schema;
    struct tfeed_example_parser *context_parser; /* NULL: nothing is wanted of it */
    struct tfeed_columns *context;
    int n_lists; /* those of the schema, then its parts */
    struct tfi_batch_list *lists;
    int64_t n_rows_max;
    int64_t n_rows;
    uint64_t record; /* serial of the current record, from 1 */
    int next_list;   /* the one that is expected next: a guess */
};

/* Frees what a list holds; zeroed it holds nothing. */
void tfi_batch_list_clear(struct tfi_batch_list *list, const struct tfeed_allocator *allocator);

/* RESOURCE_EXHAUSTED: no memory. */
tfeed_status tfi_batch_list_init(struct tfi_batch_list *list, const struct tfi_sequence_list *spec,
                                 int64_t n_rows_max, const struct tfeed_allocator *allocator,
                                 struct tfeed_error *reterr);

/* Empties the list for n rows; it is not being filled. */
tfeed_status tfi_batch_list_start(struct tfi_batch_list *list, int64_t n_rows,
                                  struct tfeed_error *reterr);

/* Makes tensors of the first n rows, whose steps were ended. */
tfeed_status tfi_batch_list_finish(struct tfi_batch_list *list, int64_t n_rows,
                                   const struct tfeed_allocator *allocator,
                                   struct tfeed_error *reterr);

/* Divides the steps that the row of a ragged list has. INVALID_ARGUMENT: they cannot be divided;
 * `message` says how. */
tfeed_status tfi_batch_list_divide(struct tfeed_sequence_parser *parser, int list, int64_t row,
                                   char message[TFEED_ERROR_MESSAGE_BYTES],
                                   struct tfeed_error *reterr);

/* Makes it a list of no rows, in whatever state it is. */
void tfi_batch_list_empty(struct tfi_batch_list *list, const struct tfeed_allocator *allocator);

#endif
