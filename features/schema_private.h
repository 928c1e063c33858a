/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_private.h - the features of a schema, as the parser reads them, and the columns that are
 * made of them.
 *
 *   fixed, raw, decoded, variable, sequence    one feature, of the column's name
 *   sparse                                     a feature of values, one of indices for each
 *                                              dimension
 *   ragged                                     a feature of values, one for each partition with a
 *                                              key
 *
 * Where all columns have rows of one shape, feature i is column i.
 */
#ifndef TFI_SCHEMA_PRIVATE_H
#define TFI_SCHEMA_PRIVATE_H

#include <stdatomic.h>

#include <tfeed/decode.h>
#include <tfeed/features.h>

/* How the values of a feature become a row. */
enum tfi_store {
    TFI_STORE_INT64,
    TFI_STORE_INT32,
    TFI_STORE_FLOAT,
    TFI_STORE_STRING,
    TFI_STORE_RAW_BYTES, /* of the elements as they lie in memory */
    TFI_STORE_RAW_FLOAT, /* each byte as a scaled float */
    TFI_STORE_DECODED,   /* decoded_column_private.h */
    TFI_STORE_LIST       /* any number of them: list_private.h */
};

/* What a feature that is not there means. */
enum tfi_missing { TFI_MISSING_FAILS, TFI_MISSING_DEFAULT, TFI_MISSING_EMPTY };

/* Which columns may share a feature: TensorFlow's three sets of keys, which do not intersect. */
enum tfi_key_set { TFI_KEYS_DENSE, TFI_KEYS_SPARSE, TFI_KEYS_RAGGED };

/* What a row of TFI_STORE_DECODED is decoded from. */
struct tfi_decoded {
    enum tfeed_decoding decoding;
    bool big_endian;
    bool padded;
    enum tfeed_compression compression;
    size_t max_bytes; /* 0: the default; of strings that are inflated */
};

struct tfi_feature {
    char *name;
    size_t name_len;
    enum tfi_store store;
    enum tfeed_feature_kind kind; /* the list that is wanted */
    enum tfeed_dtype dtype;
    struct tfeed_shape shape; /* of a row; of a step of TFI_STORE_LIST */
    size_t n_elements;        /* of shape */
    size_t row_bytes;
    size_t n_values;    /* that the list holds: n_elements, or 1 that spells them all */
    size_t value_bytes; /* TFI_STORE_RAW_…: of that one */
    float scale;        /* TFI_STORE_RAW_FLOAT: (float)byte * scale + offset */
    float offset;
    struct tfi_decoded decoded; /* TFI_STORE_DECODED */
    enum tfi_missing when_missing;
    struct tfeed_tensor default_value; /* TFI_MISSING_DEFAULT: of shape */
    enum tfi_key_set key_set;
};

enum { TFI_MAX_PARTS = TFEED_MAX_DIMS - 2 };

/* A dimension of a sparse column, or a partition of a ragged one. */
struct tfi_part {
    int feature; /* -1: none, UNIFORM_ROW_LENGTH */
    enum tfeed_partition_kind partition;
    int64_t size; /* of the dimension, or the uniform length */
};

struct tfi_column {
    char *name;
    enum tfeed_column_kind kind;
    enum tfeed_dtype dtype;
    struct tfeed_shape shape;    /* of a row, as far as it is known */
    int values;                  /* the feature that holds the values */
    struct tfeed_tensor padding; /* SEQUENCE: one element */
    int n_parts;                 /* SPARSE, RAGGED */
    struct tfi_part parts[TFI_MAX_PARTS];
    bool already_sorted;               /* SPARSE */
    int n_levels;                      /* RAGGED: row_splits; parts behind are dimensions */
    int64_t uniform_size;              /* RAGGED: the values of these dimensions together */
    enum tfeed_dtype row_splits_dtype; /* RAGGED */
};

/* What the records of a schema are. */
enum tfi_records { TFI_RECORDS_EXAMPLE, TFI_RECORDS_JSON, TFI_RECORDS_CSV };

struct tfeed_schema {
    const struct tfeed_allocator *allocator;
    _Atomic unsigned n_references;
    _Atomic bool in_use; /* a parser was made: no further columns */
    int n_columns;
    int column_capacity;
    struct tfi_column *columns;
    int n_features;
    int feature_capacity;
    struct tfi_feature *features;
    enum tfi_records records;
    struct tfeed_csv_options csv; /* TFI_RECORDS_CSV; what it points to is ours */
};

/* True when the feature holds one value of the list, of one length in all records. */
static inline bool tfi_feature_is_raw(const struct tfi_feature *feature)
{
    return feature->store == TFI_STORE_RAW_BYTES || feature->store == TFI_STORE_RAW_FLOAT;
}

/* True when the feature holds one value of the list that spells all elements of the row. */
static inline bool tfi_feature_is_spelled(const struct tfi_feature *feature)
{
    return tfi_feature_is_raw(feature) || (feature->store == TFI_STORE_DECODED &&
                                           (feature->decoded.decoding == TFEED_DECODING_RAW ||
                                            feature->decoded.decoding == TFEED_DECODING_TENSOR));
}

/* Completes a feature whose store, dtype and shape are given. False: the shape is not fully known,
 * or its elements are too many. */
bool tfi_feature_set_shape(struct tfi_feature *feature);

/* The feature that a raw column or the steps of a raw list are made of; tfi_feature_set_shape
 * completes it. `what` is one of the two, for messages: "feature", "list". INVALID_ARGUMENT: dtype,
 * or scaled uint8. */
tfeed_status tfi_raw_describe(const char *what, const char *name, enum tfeed_dtype dtype,
                              int64_t n_values, float scale, float offset,
                              struct tfi_feature *ret_feature, struct tfeed_error *reterr);

/* The first column that has rows of any length; -1: all are of one shape. */
int tfi_schema_first_growing(const struct tfeed_schema *schema);

/* INVALID_ARGUMENT where tensors are not columns of a schema of one shape each, or have no room for
 * n rows from first_row on. */
tfeed_status tfi_schema_check_tensors(const struct tfeed_schema *schema, size_t n,
                                      const struct tfeed_tensor *columns, int64_t first_row,
                                      struct tfeed_error *reterr);

/* Adds a column and the features that it needs: column->values and its parts come as places in
 * `features`, and become those in the schema. Takes over padding and default values, also on
 * failure; then the schema is as it was. */
tfeed_status tfi_schema_add(struct tfeed_schema *schema, const char *name,
                            struct tfi_column *column, struct tfi_feature *features,
                            const char *const *feature_names, int n_features,
                            struct tfeed_error *reterr);

/* Adds a column that is one feature of its name, with rows of its shape; NULL or a tensor without
 * elements: it has no default value. */
tfeed_status tfi_schema_add_rows(struct tfeed_schema *schema, const char *name,
                                 struct tfi_feature *feature,
                                 const struct tfeed_tensor *default_value,
                                 struct tfeed_error *reterr);

/* Makes the records of a schema those that `from` has. */
tfeed_status tfi_schema_copy_records(struct tfeed_schema *schema, const struct tfeed_schema *from,
                                     struct tfeed_error *reterr);

/* Frees what says what the records are: they are Examples. */
void tfi_schema_clear_records(struct tfeed_schema *schema);

/* Some columns and lists do not say what bytes they were made of: INVALID_ARGUMENT, or
 * UNIMPLEMENTED where nobody encodes them. `what` is "feature" or "list", for messages. */
tfeed_status tfi_check_encodable(const char *what, const char *name,
                                 const struct tfi_feature *feature, struct tfeed_error *reterr);

/* A copy of n elements of `from` as a tensor of this shape. */
tfeed_status tfi_copy_elements(const struct tfeed_tensor *from, const struct tfeed_shape *shape,
                               const struct tfeed_allocator *allocator,
                               struct tfeed_tensor *ret_copy, struct tfeed_error *reterr);

#endif
