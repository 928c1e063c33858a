/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence.h - tf.train.SequenceExample: a context of features, as an Example has them, and lists
 * of steps, each step a feature.
 *
 *    SequenceExample                       a batch of n
 *      context        name → values   ──▶  columns of a schema (features.h)
 *      feature_lists  name → step 0   ──▶  lists: values, and how many each step and example has
 *                            step 1
 *                            …
 */
#ifndef TFEED_SEQUENCE_H
#define TFEED_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/decode.h>
#include <tfeed/features.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ schema */

/**
 * What a program wants of SequenceExamples. Lists are numbered in the order of adding. Counted.
 *
 * Thread safety: externally locked while lists are added; immutable once a parser was made.
 */
struct tfeed_sequence_schema;

/**
 * Makes a schema without lists.
 *
 * @param context    what is wanted of the context, or NULL: nothing; a reference is taken
 * @param allocator  NULL: malloc
 * @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED
 * Ownership: the caller has one reference, ended by tfeed_sequence_schema_unref.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_schema_new(struct tfeed_schema *context, const struct tfeed_allocator *allocator,
                          struct tfeed_sequence_schema **ret_schema, struct tfeed_error *reterr);

/** One more reference; returns schema. Thread safety: fully concurrent. */
TFEED_API struct tfeed_sequence_schema *tfeed_sequence_schema_ref(
    struct tfeed_sequence_schema *schema);

/** Ends a reference; NULL does nothing. Thread safety: fully concurrent. */
TFEED_API void tfeed_sequence_schema_unref(struct tfeed_sequence_schema *schema);

/**
 * Adds a list whose steps all have the same number of values (FixedLenSequenceFeature).
 *
 * @param name           copied
 * @param dtype          TFEED_INT64, TFEED_FLOAT or TFEED_STRING
 * @param shape          of a step; at least one element, at most TFEED_MAX_DIMS - 2 dimensions
 * @param allow_missing  an example without the list has none of its steps; else that is an error
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT     dtype, shape, or a name added before; the message names the
 *                                    list
 *         TFEED_FAILED_PRECONDITION  a parser was made of this schema
 *         TFEED_RESOURCE_EXHAUSTED   no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_schema_add_fixed(
    struct tfeed_sequence_schema *schema, const char *name, enum tfeed_dtype dtype,
    const struct tfeed_shape *shape, bool allow_missing, struct tfeed_error *reterr);

/**
 * Adds a list whose steps are bytes that become numbers or other strings while a SequenceExample is
 * parsed (FixedLenSequenceFeature of tf.string, then a decode op): frames as raw bytes, serialized
 * tensors, numbers in text, compressed strings. It is a list of TFEED_COLUMN_SEQUENCE: what
 * tfeed_schema_add_decoded makes of an Example's feature is made of each step, and stands in the
 * list as a step of that shape does.
 *
 * A step that cannot be decoded, or to another number of bytes or another shape, makes its
 * SequenceExample INVALID_ARGUMENT: the message names list and step, and says what
 * tfeed_decode_raw and its neighbours say. Limits on what is inflated, and who holds strings: as of
 * a decoded column.
 *
 * Shapes: values [n_rows, longest] + options->shape.
 *
 * @param name           of the list and its key in the record; copied
 * @param options        shape is that of a step; default_value is NULL
 * @param allow_missing  an example without the list has none of its steps; else that is an error
 * @return as tfeed_sequence_schema_add_fixed; TFEED_INVALID_ARGUMENT also for options that
 *         tfeed_schema_add_decoded refuses, and a default value
 * Complexity: memory for a step's row is taken when the step is decoded. A step of a few bytes is a
 *             whole row where it is padded or compressed, or a tensor whose last value is repeated:
 *             a record whose steps would take more than 16 times its length and more than
 *             TFEED_DECODE_MAX_BYTES is INVALID_ARGUMENT.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_schema_add_decoded(
    struct tfeed_sequence_schema *schema, const char *name,
    const struct tfeed_decoded_column *options, bool allow_missing, struct tfeed_error *reterr);

/**
 * Adds a list whose steps are each one bytes value of exactly n_values uint8, as TFEED_UINT8 or as
 * TFEED_FLOAT: (float)byte * scale + offset, as tfeed_schema_add_raw makes them. So quantized
 * features of frames become floats.
 *
 * Shapes: values [n_rows, longest, n_values].
 *
 * @return as tfeed_sequence_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_schema_add_raw(
    struct tfeed_sequence_schema *schema, const char *name, enum tfeed_dtype dtype,
    int64_t n_values, float scale, float offset, bool allow_missing, struct tfeed_error *reterr);

/**
 * Adds a list whose steps have any number of values (VarLenFeature; a RaggedFeature without
 * partitions is the same). A list that is missing has no steps.
 *
 * @return as tfeed_sequence_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_schema_add_variable(struct tfeed_sequence_schema *schema, const char *name,
                                   enum tfeed_dtype dtype, struct tfeed_error *reterr);

/**
 * Adds a list each step of which partitions divide into rows, and these into rows again
 * (RaggedFeature with partitions): as a ragged column divides the values of a record, step by step.
 * Each partition with a key is a list of its own in the record, with as many steps as the values;
 * step i of it divides step i of the values. All missing, they have no steps.
 *
 * @param value_key         the list that holds the values; NULL: the name. Several ragged lists may
 *                          share their values or partitions.
 * @param partitions        outermost first, as of tfeed_schema_add_ragged; may be none
 * @param row_splits_dtype  TFEED_INT32 or TFEED_INT64
 * @return as tfeed_sequence_schema_add_fixed
 *         TFEED_INVALID_ARGUMENT     also: partitions that tfeed_schema_add_ragged refuses; a key
 *                                    that is a list of another kind or dtype, too
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_schema_add_ragged(
    struct tfeed_sequence_schema *schema, const char *name, const char *value_key,
    enum tfeed_dtype dtype, const struct tfeed_partition *partitions, int n_partitions,
    enum tfeed_dtype row_splits_dtype, struct tfeed_error *reterr);

/** The number of lists; those of partitions do not count. */
TFEED_API int tfeed_sequence_schema_n_lists(const struct tfeed_sequence_schema *schema);

/** The name of a list; lives as long as the schema. */
TFEED_API const char *tfeed_sequence_schema_list_name(const struct tfeed_sequence_schema *schema,
                                                      int list);

/** TFEED_COLUMN_SEQUENCE: steps of one shape, VARIABLE or RAGGED. */
TFEED_API enum tfeed_column_kind tfeed_sequence_schema_list_kind(
    const struct tfeed_sequence_schema *schema, int list);

/** The schema of the context, or NULL. */
TFEED_API struct tfeed_schema *tfeed_sequence_schema_context(
    const struct tfeed_sequence_schema *schema);

/* ------------------------------------------------------------------ parser */

/**
 * Parses serialized SequenceExamples. It owns the batch that the last call made; buffers grow,
 * keep their size, and are used again.
 *
 * Thread safety: owner thread only (one parser a thread; the schema is shared).
 */
struct tfeed_sequence_parser;

/**
 * Makes a parser; from now on the schema does not change.
 *
 * @param schema     a reference is taken
 * @param n_rows_max of a batch
 * @param allocator  NULL: malloc
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    nothing is wanted, neither of the context nor a list; the
 *                                   context has a column of TFEED_COLUMN_SEQUENCE, which are lists
 *                                   here; n_rows_max is negative
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Ownership: tfeed_sequence_parser_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_parser_new(struct tfeed_sequence_schema *schema, int64_t n_rows_max,
                          const struct tfeed_allocator *allocator,
                          struct tfeed_sequence_parser **ret_parser, struct tfeed_error *reterr);

/** NULL does nothing. What the functions below gave goes with it. */
TFEED_API void tfeed_sequence_parser_free(struct tfeed_sequence_parser *parser);

/**
 * Parses serialized[n] as one batch, in place of the last one.
 *
 * A list that occurs again replaces the one before. No byte is trusted: nothing outside
 * serialized[i] is read. Strings take a reference to the block of their record (bytes without a
 * block must outlive the batch).
 *
 * @param ret_bad_row  on INVALID_ARGUMENT in an example its index; may be NULL
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    not a valid SequenceExample; a feature of the context as
 *                                   tfeed_example_parser_parse_batch says; a list is missing, or a
 *                                   step has another kind or number of values, or cannot be
 *                                   decoded, or its partitions do not divide it (always checked):
 *                                   the message names list, step, expected and found, and where
 *                                   the bytes come from a file, that and the byte. Or n is above
 *                                   n_rows_max.
 *         TFEED_RESOURCE_EXHAUSTED  no memory; padding to the longest example counts
 *         After a failure the batch is empty; the parser can go on.
 * Blocks: no.
 * Source: doc/example-format.md §6; TensorFlow's parse_sequence_example
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_parser_parse(
    struct tfeed_sequence_parser *parser, const struct tfeed_bytes *serialized, size_t n,
    size_t *ret_bad_row, struct tfeed_error *reterr);

/** The schema that the parser was made of; lives as long as the parser. */
TFEED_API const struct tfeed_sequence_schema *tfeed_sequence_parser_schema(
    const struct tfeed_sequence_parser *parser);

/** Rows of the batch. */
TFEED_API int64_t tfeed_sequence_parser_n_rows(const struct tfeed_sequence_parser *parser);

/** The columns of the context (features.h); NULL where nothing of it is wanted. */
TFEED_API struct tfeed_columns *tfeed_sequence_parser_context(
    const struct tfeed_sequence_parser *parser);

/*
 * The lists of the batch. What is returned belongs to the parser and changes with the next batch;
 * tfeed_tensor_ref does not keep it.
 */

/**
 * The values of a list.
 *
 * Shapes: fixed     [n_rows, longest] + shape of a step; examples with fewer steps are filled up
 *                   with 0 or the empty string
 *         variable  [total]: the values of step s, counted over all examples, are
 *                   values[value_splits[s] .. value_splits[s + 1])
 *         ragged    [rows of the innermost level] + the uniform lengths behind it
 */
TFEED_API const struct tfeed_tensor *tfeed_sequence_parser_values(
    const struct tfeed_sequence_parser *parser, int list);

/** How many steps each example has, int64 [n_rows]; 0 where the list is missing. */
TFEED_API const struct tfeed_tensor *tfeed_sequence_parser_lengths(
    const struct tfeed_sequence_parser *parser, int list);

/**
 * Where the steps of each example begin, int64 [n_rows + 1]: the steps of row r, counted over all
 * examples, are step_splits[r] .. step_splits[r + 1] - 1.
 */
TFEED_API const struct tfeed_tensor *tfeed_sequence_parser_step_splits(
    const struct tfeed_sequence_parser *parser, int list);

/** Where the values of each step begin in the record's list, int64 [all steps + 1]; NULL for a
 *  fixed list. */
TFEED_API const struct tfeed_tensor *tfeed_sequence_parser_value_splits(
    const struct tfeed_sequence_parser *parser, int list);

/** The number of row_splits of a ragged list, 1 or more; 0 of another one. */
TFEED_API int tfeed_sequence_parser_n_levels(const struct tfeed_sequence_parser *parser, int list);

/**
 * The row_splits of a level of a ragged list, outermost first, in the dtype that was asked for;
 * NULL where there is none. Level 0 divides what lies below into steps, counted over all examples;
 * which steps are whose, tfeed_sequence_parser_step_splits says.
 */
TFEED_API const struct tfeed_tensor *tfeed_sequence_parser_row_splits(
    const struct tfeed_sequence_parser *parser, int list, int level);

/**
 * The values of one row of a list, without padding.
 *
 * Shapes: fixed     [steps] + shape of a step
 *         variable  [values of all steps of the row]
 *         ragged    [the row's rows of the innermost level] + the uniform lengths behind it
 *
 * @return a borrowed tensor, valid until the next batch, in the place that the row has in
 *         tfeed_sequence_parser_values: what is written to numbers there is seen in these. Empty
 *         (TFEED_DTYPE_INVALID) where there is no such row
 */
TFEED_API struct tfeed_tensor tfeed_sequence_parser_row(const struct tfeed_sequence_parser *parser,
                                                        int list, int64_t row);

/**
 * A variable list in TensorFlow's form, made when it is asked for.
 *
 * @param row         TFEED_ALL_ROWS: as parse_sequence_example gives it: indices (row, step, place
 *                    in the step), dense_shape (rows, most steps, most values of a step). Else that
 *                    row as parse_single_sequence_example gives it, without the first of each.
 * @param ret_sparse  borrowed; valid until the next call on the same list, or the next batch
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (not a variable list, or no such row),
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_parser_sparse(struct tfeed_sequence_parser *parser, int list, int64_t row,
                             struct tfeed_sparse *ret_sparse, struct tfeed_error *reterr);

/* ----------------------------------------------------------------- builder */

/**
 * Makes serialized SequenceExamples: names in byte order, lists packed, context and feature_lists
 * written also where they are empty.
 *
 * Thread safety: distinct objects.
 */
struct tfeed_sequence_builder;

/** @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_builder_new(const struct tfeed_allocator *allocator,
                           struct tfeed_sequence_builder **ret_builder, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_sequence_builder_free(struct tfeed_sequence_builder *builder);

/** Forgets context and lists; memory is kept. */
TFEED_API void tfeed_sequence_builder_clear(struct tfeed_sequence_builder *builder);

/** The context, to be filled as an Example is; it belongs to the builder and is not finished by
 *  itself. */
TFEED_API struct tfeed_example_builder *tfeed_sequence_builder_context(
    struct tfeed_sequence_builder *builder);

/**
 * Begins a list; steps follow, then its end.
 *
 * @param name  borrowed until the end of the list
 * @return TFEED_OK, TFEED_FAILED_PRECONDITION (a list is open), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_builder_begin_list(
    struct tfeed_sequence_builder *builder, const char *name, struct tfeed_error *reterr);

/*
 * The next step of the open list; values are copied. All return TFEED_OK, TFEED_FAILED_PRECONDITION
 * (no list is open) or TFEED_RESOURCE_EXHAUSTED.
 */

/** A step of n int64. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_builder_step_int64(struct tfeed_sequence_builder *builder, const int64_t *values,
                                  size_t n, struct tfeed_error *reterr);

/** A step of n floats. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_builder_step_float(struct tfeed_sequence_builder *builder, const float *values,
                                  size_t n, struct tfeed_error *reterr);

/** A step of n byte strings; their blocks are not looked at. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_builder_step_bytes(
    struct tfeed_sequence_builder *builder, const struct tfeed_bytes *values, size_t n,
    struct tfeed_error *reterr);

/** A step that is a feature of no kind. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_builder_step_empty(
    struct tfeed_sequence_builder *builder, struct tfeed_error *reterr);

/** Ends the open list. @return TFEED_OK, TFEED_FAILED_PRECONDITION, TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_builder_end_list(struct tfeed_sequence_builder *builder, struct tfeed_error *reterr);

/**
 * The serialized context and lists added since the last clear. They stay added.
 *
 * @param ret_data, ret_len  valid until the next call on the builder
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT     a name was added twice, or the message exceeds 2 GiB - 1
 *         TFEED_FAILED_PRECONDITION  a list is open
 *         TFEED_RESOURCE_EXHAUSTED   no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_builder_finish(struct tfeed_sequence_builder *builder, const uint8_t **ret_data,
                              size_t *ret_len, struct tfeed_error *reterr);

/* ----------------------------------------------------------------- walking */

/** One list of a SequenceExample; views into the record. */
struct tfeed_list_view {
    const char *name; /**< not NUL-terminated */
    size_t name_len;
    size_t n_steps;    /**< that are still to come; lower it to take only the first */
    const uint8_t *at; /**< the bytes that hold them, for tfeed_list_next_step */
    const uint8_t *end;
};

/**
 * Whether a record holds feature lists, in its field 2, which an Example has not: that is how a
 * SequenceExample is told from an Example. Both have their features, or context, in field 1, and a
 * SequenceExample without lists is an Example to every reader.
 *
 * Thread safety: immutable.   Blocks: no.
 */
TFEED_API bool tfeed_sequence_has_lists(const void *data, size_t len);

/**
 * The next list, in the record's own order, with all values of all its steps checked. A name may
 * come again: then the last one counts, whole. The features of the context are those that
 * tfeed_example_walk_next gives; a walk is for one or the other.
 *
 * @param walk  started by tfeed_example_walk_init
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE      no more; again at each call
 *         TFEED_INVALID_ARGUMENT  not a valid SequenceExample; the message says near which byte
 * Thread safety: distinct objects.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_walk_next_list(struct tfeed_example_walk *walk,
                                                                   struct tfeed_list_view *ret_view,
                                                                   struct tfeed_error *reterr);

/**
 * Takes the next step out of a list: a feature with the list's name, of any kind or none.
 *
 * @return false when there is no other
 */
TFEED_API bool tfeed_list_next_step(struct tfeed_list_view *list,
                                    struct tfeed_feature_view *ret_step);

#ifdef __cplusplus
}
#endif
#endif
