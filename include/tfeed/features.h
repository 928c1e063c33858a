/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * features.h - tf.train.Example: what to take from it (schema), reading it straight into the
 * columns of a batch (parser), making it (builder), and looking at one of unknown content (walk).
 *
 *    schema ──▶ parser    records ─▶ columns [n_rows, …]
 *               builder   features ─▶ record, in the one form that is defined
 *               walk      record ─▶ its features, one by one
 *
 * doc/example-format.md describes the bytes, and what is accepted.
 */
#ifndef TFEED_FEATURES_H
#define TFEED_FEATURES_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ schema */

/**
 * The features a program wants, each with the column it becomes. Columns are numbered in the order
 * of adding. Counted, because parsers and batchers keep it.
 *
 * Thread safety: externally locked while features are added; immutable once a parser was made.
 */
struct tfeed_schema;

/**
 * Makes a schema without features.
 *
 * @param allocator  NULL: malloc
 * @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED
 * Ownership: the caller has one reference, ended by tfeed_schema_unref.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_new(const struct tfeed_allocator *allocator,
                                                       struct tfeed_schema **ret_schema,
                                                       struct tfeed_error *reterr);

/** One more reference; returns schema. Thread safety: fully concurrent. */
TFEED_API struct tfeed_schema *tfeed_schema_ref(struct tfeed_schema *schema);

/** Ends a reference; NULL does nothing. Thread safety: fully concurrent. */
TFEED_API void tfeed_schema_unref(struct tfeed_schema *schema);

/**
 * Adds a feature with the same number of values in every example (FixedLenFeature, no default).
 *
 * The dtype of the column decides the kind that is wanted: TFEED_INT64 or TFEED_INT32 an int64_list
 * (a value that does not fit is INVALID_ARGUMENT when it is parsed), TFEED_FLOAT a float_list,
 * TFEED_STRING a bytes_list (the column's strings are views that hold the record's block).
 *
 * Shapes: column [n_rows] + shape; a scalar shape: [n_rows].
 *
 * @param name  copied
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT     dtype, shape not fully known or of TFEED_MAX_DIMS dimensions,
 *                                    or a name added before; the message names the feature
 *         TFEED_FAILED_PRECONDITION  a parser was made of this schema
 *         TFEED_RESOURCE_EXHAUSTED   no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_fixed(struct tfeed_schema *schema,
                                                             const char *name,
                                                             enum tfeed_dtype dtype,
                                                             const struct tfeed_shape *shape,
                                                             struct tfeed_error *reterr);

/**
 * Adds one bytes value of exactly n_values uint8 (decode_raw), as TFEED_UINT8 or as TFEED_FLOAT:
 * (float)byte * scale + offset, multiplied and added with a rounding each, bit-equal to
 * TensorFlow's cast, multiply, subtract. For TFEED_UINT8 scale is 1 and offset 0.
 *
 * Shapes: column [n_rows][n_values].
 *
 * @return as tfeed_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_raw(struct tfeed_schema *schema,
                                                           const char *name, enum tfeed_dtype dtype,
                                                           int64_t n_values, float scale,
                                                           float offset,
                                                           struct tfeed_error *reterr);

/** The number of columns. */
TFEED_API int tfeed_schema_n_columns(const struct tfeed_schema *schema);

/** The feature's name; lives as long as the schema. */
TFEED_API const char *tfeed_schema_column_name(const struct tfeed_schema *schema, int column);

/** The dtype of the column. */
TFEED_API enum tfeed_dtype tfeed_schema_column_dtype(const struct tfeed_schema *schema, int column);

/** The shape of one row. */
TFEED_API struct tfeed_shape tfeed_schema_column_shape(const struct tfeed_schema *schema,
                                                       int column);

/**
 * Makes the columns of a batch: columns[n_columns], each [n_rows] + row shape; numbers undefined,
 * strings empty.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (n_rows negative), TFEED_RESOURCE_EXHAUSTED (none is
 *         left)
 * Ownership: clear each with tfeed_tensor_clear.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_alloc_columns(
    const struct tfeed_schema *schema, int64_t n_rows, const struct tfeed_allocator *allocator,
    struct tfeed_tensor *columns, struct tfeed_error *reterr);

/* ------------------------------------------------------------------ parser */

/**
 * Reads serialized Examples into columns. It remembers the order of keys of the last record: files
 * that keep one order are read fastest.
 */
struct tfeed_example_parser;

/**
 * Makes a parser; from now on the schema does not change.
 *
 * @param schema     a reference is taken
 * @param allocator  NULL: malloc
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (a schema without features), TFEED_RESOURCE_EXHAUSTED
 * Ownership: tfeed_example_parser_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_parser_new(struct tfeed_schema *schema, const struct tfeed_allocator *allocator,
                         struct tfeed_example_parser **ret_parser, struct tfeed_error *reterr);

/** NULL does nothing. Columns live on. */
TFEED_API void tfeed_example_parser_free(struct tfeed_example_parser *parser);

/**
 * Parses serialized[n] into rows first_row … first_row + n - 1 of the columns.
 *
 * Columns come from tfeed_schema_alloc_columns or have its dtypes and shapes. What was in those
 * rows is replaced; strings take a reference to the block of their record (bytes without a block
 * must outlive the column). No byte is trusted: nothing outside serialized[i] is read.
 *
 * @param ret_bad_row  on INVALID_ARGUMENT in an example its index i; may be NULL
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  not a valid Example; a feature is missing, has another kind, or
 *                                 another number of values; a value does not fit its column. The
 *                                 message names the feature, expected and found, and where the
 *                                 bytes come from a file, that and the byte. Rows before it are
 *                                 filled, it and those behind it hold no strings; the parser can go
 *                                 on. Also: columns that are not those of the schema, or too short;
 *                                 then nothing has changed.
 * Thread safety: owner thread only (one parser a thread; the schema is shared).   Blocks: no.
 * Complexity:    one pass; no allocation.
 * Source:        doc/example-format.md; TensorFlow's parse_example for FixedLenFeature
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_parser_parse(
    struct tfeed_example_parser *parser, const struct tfeed_bytes *serialized, size_t n,
    struct tfeed_tensor *columns, int64_t first_row, size_t *ret_bad_row,
    struct tfeed_error *reterr);

/* ------------------------------------------------------------------ builder */

/**
 * Makes serialized Examples: keys in byte order, lists packed, the form of deterministic protobuf.
 *
 * Thread safety: distinct objects.
 */
struct tfeed_example_builder;

/** @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_new(const struct tfeed_allocator *allocator,
                          struct tfeed_example_builder **ret_builder, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_example_builder_free(struct tfeed_example_builder *builder);

/** Forgets all features; memory is kept for the next example. */
TFEED_API void tfeed_example_builder_clear(struct tfeed_example_builder *builder);

/*
 * Adding: names and values are borrowed until finish or clear. A name given twice is
 * INVALID_ARGUMENT, by finish. n may be 0: an empty list of that kind.
 * All return TFEED_OK or TFEED_RESOURCE_EXHAUSTED.
 */

/** Adds an int64_list of n values. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_add_int64(struct tfeed_example_builder *builder, const char *name,
                                const int64_t *values, size_t n, struct tfeed_error *reterr);

/** Adds a float_list of n values. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_add_float(struct tfeed_example_builder *builder, const char *name,
                                const float *values, size_t n, struct tfeed_error *reterr);

/** Adds a bytes_list of n values; their blocks are not looked at. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_builder_add_bytes(
    struct tfeed_example_builder *builder, const char *name, const struct tfeed_bytes *values,
    size_t n, struct tfeed_error *reterr);

/** Adds a feature without a list: present, but of no kind. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_builder_add_empty(
    struct tfeed_example_builder *builder, const char *name, struct tfeed_error *reterr);

/**
 * Serializes the features added since the last clear: sizes are computed first, then one exact pass
 * writes. The features stay added.
 *
 * @param ret_data, ret_len  valid until the next call on the builder
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    a name was added twice, or the example exceeds protobuf's limit
 *                                   of 2 GiB - 1
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_finish(struct tfeed_example_builder *builder, const uint8_t **ret_data,
                             size_t *ret_len, struct tfeed_error *reterr);

/* ------------------------------------------------------------------ walking */

/** The kind of a feature's list. */
enum tfeed_feature_kind {
    TFEED_FEATURE_NONE = 0, /**< a feature without a list */
    TFEED_FEATURE_BYTES = 1,
    TFEED_FEATURE_FLOAT = 2,
    TFEED_FEATURE_INT64 = 3
};

/** One feature of an Example; views into the record. */
struct tfeed_feature_view {
    const char *name; /**< not NUL-terminated */
    size_t name_len;
    enum tfeed_feature_kind kind;
    size_t n_values;     /**< lower it to take only the first */
    const uint8_t *list; /**< the bytes that hold the values, for the functions below */
    size_t list_len;
};

/** A place in a serialized Example; a plain value in the caller's storage. */
struct tfeed_example_walk {
    const uint8_t *start;
    const uint8_t *at;
    const uint8_t *features_end;
    const uint8_t *end;
};

/**
 * Starts a walk over the features of an Example, for programs that print or convert any record.
 * `data` is borrowed as long as the walk and its views are used.
 */
TFEED_API void tfeed_example_walk_init(struct tfeed_example_walk *walk, const void *data,
                                       size_t len);

/**
 * The next feature, in the record's own order, with all its values checked. A name may come again:
 * then the last one that has a kind counts.
 *
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE      no more; again at each call
 *         TFEED_INVALID_ARGUMENT  not a valid Example; the message says near which byte
 * Thread safety: distinct objects.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_walk_next(struct tfeed_example_walk *walk,
                                                              struct tfeed_feature_view *ret_view,
                                                              struct tfeed_error *reterr);

/** Copies the n_values of a view of TFEED_FEATURE_INT64. */
TFEED_API void tfeed_feature_int64s(const struct tfeed_feature_view *view, int64_t *values);

/** Copies the n_values of a view of TFEED_FEATURE_FLOAT. */
TFEED_API void tfeed_feature_floats(const struct tfeed_feature_view *view, float *values);

/** The n_values of a view of TFEED_FEATURE_BYTES as views into the record, without a block. */
TFEED_API void tfeed_feature_bytes(const struct tfeed_feature_view *view,
                                   struct tfeed_bytes *values);

#ifdef __cplusplus
}
#endif
#endif
