/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * features.h - tf.train.Example: what to take from it (schema), reading it straight into the
 * columns of a batch (parser), making it (builder), and looking at one of unknown content (walk).
 *
 *    schema ──▶ parser    records ─▶ columns [n_rows, …], of any length where the schema says so
 *               builder   features ─▶ record, in the one form that is defined
 *               walk      record ─▶ its features, one by one
 *
 * doc/example-format.md describes the bytes, and what is accepted.
 */
#ifndef TFEED_FEATURES_H
#define TFEED_FEATURES_H

#include <stdbool.h>
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

/* Other bytes, texts and serialized tensors as columns of numbers: tfeed_schema_add_decoded of
 * <tfeed/decode.h>. Records that are JSON or lines of CSV: tfeed_schema_set_json_records and
 * tfeed_schema_set_csv_records there. */

/**
 * As tfeed_schema_add_fixed, for a feature that may be missing (FixedLenFeature with a default).
 * A feature that is there with an empty list is not missing: that is an error.
 *
 * @param default_value  the column's dtype and as many elements as shape has, in any shape; copied.
 *                       A tensor without elements is "no default", as in TensorFlow.
 * @return as tfeed_schema_add_fixed; TFEED_INVALID_ARGUMENT also for a default that does not fit
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_fixed_default(
    struct tfeed_schema *schema, const char *name, enum tfeed_dtype dtype,
    const struct tfeed_shape *shape, const struct tfeed_tensor *default_value,
    struct tfeed_error *reterr);

/*
 * The kinds below hold any number of values in an example. Such columns are read by
 * tfeed_example_parser_parse_batch. dtype is TFEED_INT64, TFEED_FLOAT or TFEED_STRING, which are
 * the three kinds of list. A feature that is missing has no values.
 */

/**
 * Adds a feature with any number of values (VarLenFeature).
 *
 * Shapes: values [total], row_splits int64 [n_rows + 1]: row r is values[row_splits[r] …
 *         row_splits[r + 1] - 1]. TensorFlow's form: tfeed_columns_sparse.
 *
 * @return as tfeed_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_variable(struct tfeed_schema *schema,
                                                                const char *name,
                                                                enum tfeed_dtype dtype,
                                                                struct tfeed_error *reterr);

/**
 * Adds a feature of any number of steps, each of `shape`, padded to the longest row of the batch
 * (FixedLenSequenceFeature with allow_missing).
 *
 * Shapes: values [n_rows, longest] + shape, n_steps int64 [n_rows].
 *
 * @param shape    of a step; fully known, with at least one element
 * @param padding  one element of the column's dtype, copied; NULL: 0 or ""
 * @return as tfeed_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_sequence(struct tfeed_schema *schema,
                                                                const char *name,
                                                                enum tfeed_dtype dtype,
                                                                const struct tfeed_shape *shape,
                                                                const struct tfeed_tensor *padding,
                                                                struct tfeed_error *reterr);

/**
 * Adds the sparse tensor whose values stand in one feature and whose indices in others, one for
 * each dimension (SparseFeature). In every example all of these have the same number of values, or
 * none. Indices are not compared with the size.
 *
 * Keys may be shared with other sparse and with variable columns of the same dtype.
 *
 * Shapes: indices int64 [total, 1 + n_index_keys], the first index being the row; values [total];
 *         dense_shape int64 [1 + n_index_keys].
 *
 * @param name            of the column; it need not be that of a feature
 * @param index_keys      [n_index_keys], 1 to TFEED_MAX_DIMS - 2 names of int64 features; copied
 * @param value_key       name of the feature that holds the values; copied
 * @param size            [n_index_keys]
 * @param already_sorted  false: each row is sorted by its indices, equal ones in their given order
 * @return as tfeed_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_sparse(
    struct tfeed_schema *schema, const char *name, const char *const *index_keys, int n_index_keys,
    const char *value_key, enum tfeed_dtype dtype, const int64_t *size, bool already_sorted,
    struct tfeed_error *reterr);

/** How a feature, or a constant, divides what lies below it into rows (RaggedFeature). */
enum tfeed_partition_kind {
    TFEED_PARTITION_ROW_SPLITS,        /**< 0, then where each row ends */
    TFEED_PARTITION_ROW_LENGTHS,       /**< of each row */
    TFEED_PARTITION_ROW_STARTS,        /**< of each row; the first is 0 */
    TFEED_PARTITION_ROW_LIMITS,        /**< where each row ends */
    TFEED_PARTITION_VALUE_ROWIDS,      /**< the row of each value, never falling */
    TFEED_PARTITION_UNIFORM_ROW_LENGTH /**< all rows have `length` */
};

struct tfeed_partition {
    enum tfeed_partition_kind kind;
    const char *key; /**< an int64 feature; NULL for UNIFORM_ROW_LENGTH */
    int64_t length;  /**< of UNIFORM_ROW_LENGTH, at least 1 */
};

/**
 * Adds a feature whose values are divided into rows, these into rows again, and so on
 * (RaggedFeature). The partitions of every example are checked: they divide exactly what they
 * stand above, and row ids leave out at most 65536 rows in an example.
 *
 * Shapes: values [total]; one row_splits for the batch and one for each partition. Uniform lengths
 *         that stand innermost are dimensions of values instead: [total / length, length].
 *
 * @param value_key         name of the feature that holds the values; NULL: name
 * @param partitions        [n_partitions], outermost first, at most TFEED_MAX_DIMS - 2; copied
 * @param row_splits_dtype  TFEED_INT32 or TFEED_INT64
 * @return as tfeed_schema_add_fixed
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_add_ragged(
    struct tfeed_schema *schema, const char *name, const char *value_key, enum tfeed_dtype dtype,
    const struct tfeed_partition *partitions, int n_partitions, enum tfeed_dtype row_splits_dtype,
    struct tfeed_error *reterr);

/** What a column is. */
enum tfeed_column_kind {
    TFEED_COLUMN_FIXED, /**< also raw and decoded ones: rows of one shape */
    TFEED_COLUMN_VARIABLE,
    TFEED_COLUMN_SEQUENCE,
    TFEED_COLUMN_SPARSE,
    TFEED_COLUMN_RAGGED
};

/** The number of columns. */
TFEED_API int tfeed_schema_n_columns(const struct tfeed_schema *schema);

/** The feature's name; lives as long as the schema. */
TFEED_API const char *tfeed_schema_column_name(const struct tfeed_schema *schema, int column);

/** The dtype of the column. */
TFEED_API enum tfeed_dtype tfeed_schema_column_dtype(const struct tfeed_schema *schema, int column);

/** The kind of the column. */
TFEED_API enum tfeed_column_kind tfeed_schema_column_kind(const struct tfeed_schema *schema,
                                                          int column);

/** The shape of one row; TFEED_DIM_UNKNOWN stands for what differs from row to row. */
TFEED_API struct tfeed_shape tfeed_schema_column_shape(const struct tfeed_schema *schema,
                                                       int column);

/**
 * Makes the columns of a batch: columns[n_columns], each [n_rows] + row shape; numbers undefined,
 * strings empty.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (n_rows negative, or a column that is not of
 *         TFEED_COLUMN_FIXED: see tfeed_columns_new), TFEED_RESOURCE_EXHAUSTED (none is left)
 * Ownership: clear each with tfeed_tensor_clear.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_alloc_columns(
    const struct tfeed_schema *schema, int64_t n_rows, const struct tfeed_allocator *allocator,
    struct tfeed_tensor *columns, struct tfeed_error *reterr);

/* ------------------------------------------------------------------ parser */

/**
 * Reads serialized Examples into columns, or records of another form where the schema says so. It
 * remembers the order of keys of the last record: files that keep one order are read fastest.
 */
struct tfeed_example_parser;

/**
 * Makes a parser; from now on the schema does not change.
 *
 * @param schema     a reference is taken
 * @param allocator  NULL: malloc
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (a schema without features, or with columns that its
 *         lines of CSV cannot fill), TFEED_RESOURCE_EXHAUSTED
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
 * For schemas whose columns all are of TFEED_COLUMN_FIXED; any schema: tfeed_columns_new. Columns
 * come from tfeed_schema_alloc_columns or have its dtypes and shapes. What was in those
 * rows is replaced; strings take a reference to the block of their record (bytes without a block
 * must outlive the column; strings of JSON have blocks of their own). No byte is trusted: nothing
 * outside serialized[i] is read.
 *
 * @param ret_bad_row  on INVALID_ARGUMENT in an example its index i; may be NULL
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  not a valid Example; a feature is missing, has another kind, or
 *                                 another number of values; a value does not fit its column. The
 *                                 message names the feature, expected and found, and where the
 *                                 bytes come from a file, that and the byte. Rows before it are
 *                                 filled, it and those behind it hold no strings; the parser can go
 *                                 on. Also: columns that are not those of the schema, or too
 *                                 short, or a schema with other kinds than TFEED_COLUMN_FIXED; then
 *                                 nothing has changed.
 *         TFEED_RESOURCE_EXHAUSTED  no memory to inflate with (tfeed_schema_add_decoded), or for
 *                                 records that are no serialized Examples; as for a bad example,
 *                                 *ret_bad_row too
 * Thread safety: owner thread only (one parser a thread; the schema is shared).   Blocks: no.
 * Complexity:    one pass; no allocation, but for the first values that are inflated, and by the
 *                block for texts (tfeed_schema_set_json_records, tfeed_schema_set_csv_records).
 * Source:        doc/example-format.md; TensorFlow's parse_example for FixedLenFeature
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_parser_parse(
    struct tfeed_example_parser *parser, const struct tfeed_bytes *serialized, size_t n,
    struct tfeed_tensor *columns, int64_t first_row, size_t *ret_bad_row,
    struct tfeed_error *reterr);

/* ----------------------------------------------------------------- columns */

/**
 * What a batch holds, for any schema. Its buffers grow as batches need and are kept for the next
 * one; a tensor of which somebody took a reference (tfeed_tensor_ref) is left to him instead.
 *
 * Thread safety: owner thread only while it is filled; then immutable but for tfeed_columns_sparse.
 */
struct tfeed_columns;

/**
 * Makes columns for batches of up to n_rows_max examples; from now on the schema does not change.
 *
 * @param schema     a reference is taken
 * @param allocator  NULL: malloc
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (n_rows_max negative, a schema without features),
 *         TFEED_RESOURCE_EXHAUSTED
 * Ownership: tfeed_columns_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_columns_new(struct tfeed_schema *schema,
                                                        int64_t n_rows_max,
                                                        const struct tfeed_allocator *allocator,
                                                        struct tfeed_columns **ret_columns,
                                                        struct tfeed_error *reterr);

/** NULL does nothing. Tensors of which somebody took a reference live on. */
TFEED_API void tfeed_columns_free(struct tfeed_columns *columns);

/**
 * Parses serialized[n] into columns of the parser's schema, replacing all that they held. One
 * example (parse_single_example) is a batch of one: see tfeed_columns_row.
 *
 * @param ret_bad_row  on INVALID_ARGUMENT in an example its index i; may be NULL
 * @return TFEED_OK                  the columns hold n rows
 *         TFEED_INVALID_ARGUMENT    as tfeed_example_parser_parse; also values that are no whole
 *                                   steps of a sequence, values and indices that differ in number,
 *                                   partitions that do not fit; n above n_rows_max, or the columns
 *                                   of another schema. The columns hold the rows before the bad
 *                                   one.
 *         TFEED_RESOURCE_EXHAUSTED  no memory, or more values than row_splits can count; the
 *                                   columns hold no rows
 * Thread safety: owner thread only.   Blocks: no.
 * Complexity:    one pass; allocates only while batches still grow. Memory: a padded column has
 *                n times its longest row, all else is in proportion to the bytes of the examples.
 * Source:        doc/example-format.md; TensorFlow's parse_example
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_parser_parse_batch(
    struct tfeed_example_parser *parser, const struct tfeed_bytes *serialized, size_t n,
    struct tfeed_columns *columns, size_t *ret_bad_row, struct tfeed_error *reterr);

/** The rows that the columns hold. */
TFEED_API int64_t tfeed_columns_n_rows(const struct tfeed_columns *columns);

/*
 * What a batch holds of a column. All of it belongs to the columns and is valid until the next
 * batch; tfeed_tensor_ref keeps it longer.
 */

/** The values, as the function says that added the column. */
TFEED_API const struct tfeed_tensor *tfeed_columns_values(const struct tfeed_columns *columns,
                                                          int column);

/** The number of row_splits: 1 of a variable column, 1 or more of a ragged one, else 0. */
TFEED_API int tfeed_columns_n_levels(const struct tfeed_columns *columns, int column);

/** The row_splits of a level, outermost first; NULL where there is none. */
TFEED_API const struct tfeed_tensor *tfeed_columns_row_splits(const struct tfeed_columns *columns,
                                                              int column, int level);

/** The steps of each row of a sequence column, int64 [n_rows]; NULL for other kinds. */
TFEED_API const struct tfeed_tensor *tfeed_columns_n_steps(const struct tfeed_columns *columns,
                                                           int column);

/**
 * The values of one row, without padding: of the row's shape where that is fixed, [steps] + shape
 * of a sequence, [count] of a variable, sparse or ragged column (of which uniform dimensions stay).
 *
 * @return a borrowed tensor, valid until the next batch; empty (TFEED_DTYPE_INVALID) when there is
 *         no such row
 */
TFEED_API struct tfeed_tensor tfeed_columns_row(const struct tfeed_columns *columns, int column,
                                                int64_t row);

/** A sparse tensor in TensorFlow's form; tensors as tfeed_columns_values gives them. */
struct tfeed_sparse {
    struct tfeed_tensor indices;     /**< int64 [total, rank] */
    struct tfeed_tensor values;      /**< [total] */
    struct tfeed_tensor dense_shape; /**< int64 [rank] */
};

/** For tfeed_columns_sparse: the whole batch. */
#define TFEED_ALL_ROWS (-1)

/**
 * A variable or sparse column in TensorFlow's form, made when it is asked for.
 *
 * @param row         TFEED_ALL_ROWS: as parse_example gives it, the first index being the row;
 *                    dense_shape of a variable column [n_rows, longest]. Else that row as
 *                    parse_single_example gives it, without the first index.
 * @param ret_sparse  borrowed; valid until the next call on the same column, or the next batch
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (another kind of column, or no such row),
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_columns_sparse(struct tfeed_columns *columns,
                                                           int column, int64_t row,
                                                           struct tfeed_sparse *ret_sparse,
                                                           struct tfeed_error *reterr);

/* ------------------------------------------------------------------ builder */

/**
 * Makes serialized Examples: keys in byte order, lists packed, the form of deterministic protobuf.
 *
 * A feature becomes its bytes when it is added, in a buffer that is kept from one example to the
 * next: no tree, and no copy of the whole where names are added in byte order.
 *
 * Thread safety: distinct objects.   Source: doc/example-format.md §2
 */
struct tfeed_example_builder;

/** @return TFEED_OK or TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_new(const struct tfeed_allocator *allocator,
                          struct tfeed_example_builder **ret_builder, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_example_builder_free(struct tfeed_example_builder *builder);

/** Forgets all features, also an open list; memory is kept for the next example. */
TFEED_API void tfeed_example_builder_clear(struct tfeed_example_builder *builder);

/*
 * Adding a whole list: names and values are copied. A name given twice, and an example that is too
 * long, are INVALID_ARGUMENT by finish. n may be 0: an empty list of that kind.
 * All return TFEED_OK, TFEED_FAILED_PRECONDITION (a list is open) or TFEED_RESOURCE_EXHAUSTED.
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

/*
 * Adding a list piece by piece, for values that come one after the other: begin, append as often as
 * needed, end. The same bytes as the whole list at once.
 */

/** The kind of a feature's list. */
enum tfeed_feature_kind {
    TFEED_FEATURE_NONE = 0, /**< a feature without a list */
    TFEED_FEATURE_BYTES = 1,
    TFEED_FEATURE_FLOAT = 2,
    TFEED_FEATURE_INT64 = 3
};

/**
 * Opens the list of a feature.
 *
 * @param name  borrowed until the end of the list
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (no such kind, or NONE), TFEED_FAILED_PRECONDITION (a
 *         list is open), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_begin(struct tfeed_example_builder *builder, const char *name,
                            enum tfeed_feature_kind kind, struct tfeed_error *reterr);

/** Appends n values, which are copied, to the open list of int64.
 * @return TFEED_OK, TFEED_FAILED_PRECONDITION (no such list is open), TFEED_RESOURCE_EXHAUSTED */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_append_int64(struct tfeed_example_builder *builder, const int64_t *values,
                                   size_t n, struct tfeed_error *reterr);

/** … of floats. */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_append_float(struct tfeed_example_builder *builder, const float *values,
                                   size_t n, struct tfeed_error *reterr);

/** … of bytes. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_builder_append_bytes(
    struct tfeed_example_builder *builder, const struct tfeed_bytes *values, size_t n,
    struct tfeed_error *reterr);

/**
 * Appends one value of len bytes, which the caller writes, to the open list of bytes: a file is
 * read, an image decoded straight into the record.
 *
 * @param ret_data  to be filled before the next call on the builder
 * @return TFEED_OK, TFEED_FAILED_PRECONDITION (no such list is open), TFEED_INVALID_ARGUMENT (more
 *         than an example can hold), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_append_room(struct tfeed_example_builder *builder, size_t len,
                                  uint8_t **ret_data, struct tfeed_error *reterr);

/** Ends the open list. @return TFEED_OK, TFEED_FAILED_PRECONDITION (none is open),
 * TFEED_RESOURCE_EXHAUSTED (it stays open) */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_end(struct tfeed_example_builder *builder, struct tfeed_error *reterr);

/**
 * The serialized features added since the last clear. They stay added.
 *
 * @param ret_data, ret_len  valid until the next call on the builder
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT     a name was added twice, or the example exceeds protobuf's
 *                                    limit of 2 GiB - 1
 *         TFEED_FAILED_PRECONDITION  a list is open
 *         TFEED_RESOURCE_EXHAUSTED   no memory
 * Complexity: nothing is copied where the names were added in byte order; else all entries are,
 *             once.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_builder_finish(struct tfeed_example_builder *builder, const uint8_t **ret_data,
                             size_t *ret_len, struct tfeed_error *reterr);

/* ------------------------------------------------------------------ walking */

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
