/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_columns.c - what each kind of column is made of.
 */
#include <inttypes.h>
#include <string.h>

#include "core/error_internal.h"
#include "features/ragged_private.h"
#include "features/schema_private.h"

/* ---------------------------------------------------------- rows of one shape */

bool tfi_feature_set_shape(struct tfi_feature *feature)
{
    int64_t n_elements;
    if (tfeed_shape_n_elements(&feature->shape, &n_elements) != TFEED_OK ||
        (uint64_t)n_elements > PTRDIFF_MAX / tfeed_dtype_size(feature->dtype))
        return false;
    feature->n_elements = (size_t)n_elements;
    feature->row_bytes = (size_t)n_elements * tfeed_dtype_size(feature->dtype);
    feature->n_values = tfi_feature_is_spelled(feature) ? 1 : feature->n_elements;
    feature->value_bytes =
        feature->store == TFI_STORE_RAW_FLOAT ? feature->n_elements : feature->row_bytes;
    return true;
}

static tfeed_status set_shape(struct tfi_feature *feature, const char *name,
                              struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (feature->shape.n_dims < TFEED_MAX_DIMS && tfi_feature_set_shape(feature))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "feature '%s': a row needs a fully known shape of at most %d dimensions, "
                    "got %s",
                    name, TFEED_MAX_DIMS - 1, tfeed_shape_format(&feature->shape, text));
}

/* Adds a column that is one feature of its name; takes over what both own. */
static tfeed_status add_alone(struct tfeed_schema *schema, const char *name,
                              struct tfi_column *column, struct tfi_feature *feature,
                              struct tfeed_error *reterr)
{
    column->dtype = feature->dtype;
    return tfi_schema_add(schema, name, column, feature, &name, 1, reterr);
}

tfeed_status tfi_schema_add_rows(struct tfeed_schema *schema, const char *name,
                                 struct tfi_feature *feature, const struct tfeed_tensor *value,
                                 struct tfeed_error *reterr)
{
    struct tfi_column column = {.kind = TFEED_COLUMN_FIXED, .shape = feature->shape};
    TFI_TRY(set_shape(feature, name, reterr));
    if (value != NULL && tfeed_tensor_n_elements(value) > 0) {
        char text[TFEED_SHAPE_TEXT_BYTES];
        if (value->dtype != feature->dtype ||
            (uint64_t)tfeed_tensor_n_elements(value) != feature->n_elements)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "feature '%s': a default of %" PRId64 " elements of %s, expected %zu "
                            "of %s for shape %s",
                            name, tfeed_tensor_n_elements(value), tfeed_dtype_name(value->dtype),
                            feature->n_elements, tfeed_dtype_name(feature->dtype),
                            tfeed_shape_format(&feature->shape, text));
        TFI_TRY(tfi_copy_elements(value, &feature->shape, schema->allocator,
                                  &feature->default_value, reterr));
        feature->when_missing = TFI_MISSING_DEFAULT;
    }
    return add_alone(schema, name, &column, feature, reterr);
}

tfeed_status tfi_copy_elements(const struct tfeed_tensor *from, const struct tfeed_shape *shape,
                               const struct tfeed_allocator *allocator,
                               struct tfeed_tensor *ret_copy, struct tfeed_error *reterr)
{
    struct tfeed_tensor copy;
    TFI_TRY(tfeed_tensor_alloc(from->dtype, shape, allocator, &copy, reterr));
    const int64_t n = tfeed_tensor_n_elements(&copy);
    tfeed_status status = TFEED_OK;
    if (from->dtype != TFEED_STRING)
        memcpy(copy.data, from->data, (size_t)n * tfeed_dtype_size(from->dtype));
    else
        for (int64_t i = 0; status == TFEED_OK && i < n; i++) {
            const struct tfeed_bytes *string = &tfeed_tensor_strings(from)[i];
            status = tfeed_tensor_set_string(&copy, i, string->data, string->len, reterr);
        }
    if (status != TFEED_OK) {
        tfeed_tensor_clear(&copy);
        return status;
    }
    *ret_copy = copy;
    return TFEED_OK;
}

tfeed_status tfeed_schema_add_fixed_default(struct tfeed_schema *schema, const char *name,
                                            enum tfeed_dtype dtype, const struct tfeed_shape *shape,
                                            const struct tfeed_tensor *default_value,
                                            struct tfeed_error *reterr)
{
    static const struct {
        enum tfeed_dtype dtype;
        enum tfi_store store;
        enum tfeed_feature_kind kind;
    } known[] = {
        {TFEED_INT64, TFI_STORE_INT64, TFEED_FEATURE_INT64},
        {TFEED_INT32, TFI_STORE_INT32, TFEED_FEATURE_INT64},
        {TFEED_FLOAT, TFI_STORE_FLOAT, TFEED_FEATURE_FLOAT},
        {TFEED_STRING, TFI_STORE_STRING, TFEED_FEATURE_BYTES},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].dtype == dtype)
            return tfi_schema_add_rows(schema, name,
                                       &(struct tfi_feature){.store = known[i].store,
                                                             .kind = known[i].kind,
                                                             .dtype = dtype,
                                                             .shape = *shape},
                                       default_value, reterr);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "feature '%s': dtype %s, expected int64, int32, float32 or string", name,
                    tfeed_dtype_name(dtype));
}

tfeed_status tfeed_schema_add_fixed(struct tfeed_schema *schema, const char *name,
                                    enum tfeed_dtype dtype, const struct tfeed_shape *shape,
                                    struct tfeed_error *reterr)
{
    return tfeed_schema_add_fixed_default(schema, name, dtype, shape, NULL, reterr);
}

tfeed_status tfi_check_encodable(const char *what, const char *name,
                                 const struct tfi_feature *feature, struct tfeed_error *reterr)
{
    if (feature->store == TFI_STORE_RAW_FLOAT)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s '%s': bytes cannot be made again of scaled floats", what, name);
    if (feature->store == TFI_STORE_DECODED &&
        (feature->decoded.decoding != TFEED_DECODING_RAW ||
         feature->decoded.compression != TFEED_COMPRESSION_NONE))
        return tfi_fail(reterr, TFEED_UNIMPLEMENTED,
                        "%s '%s': of what was decoded only raw bytes that are not compressed are "
                        "encoded again",
                        what, name);
    return TFEED_OK;
}

tfeed_status tfi_raw_describe(const char *what, const char *name, enum tfeed_dtype dtype,
                              int64_t n_values, float scale, float offset,
                              struct tfi_feature *ret_feature, struct tfeed_error *reterr)
{
    const bool is_float = dtype == TFEED_FLOAT;
    if (dtype != TFEED_UINT8 && !is_float)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "raw %s '%s': dtype %s, expected uint8 or float32", what, name,
                        tfeed_dtype_name(dtype));
    if (!is_float && (scale != 1.0F || offset != 0.0F))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "raw %s '%s': scale and offset are for float32, uint8 takes 1 and 0", what,
                        name);
    *ret_feature =
        (struct tfi_feature){.store = is_float ? TFI_STORE_RAW_FLOAT : TFI_STORE_RAW_BYTES,
                             .kind = TFEED_FEATURE_BYTES,
                             .dtype = dtype,
                             .shape = tfeed_shape_vector(n_values),
                             .scale = scale,
                             .offset = offset,
                             .decoded.compression = TFEED_COMPRESSION_NONE};
    return TFEED_OK;
}

tfeed_status tfeed_schema_add_raw(struct tfeed_schema *schema, const char *name,
                                  enum tfeed_dtype dtype, int64_t n_values, float scale,
                                  float offset, struct tfeed_error *reterr)
{
    struct tfi_feature feature;
    TFI_TRY(tfi_raw_describe("feature", name, dtype, n_values, scale, offset, &feature, reterr));
    return tfi_schema_add_rows(schema, name, &feature, NULL, reterr);
}

/* --------------------------------------------------------- rows of any length */

/* A feature with any number of values. `name` is that of the column, for messages. */
static tfeed_status list_feature(const char *name, enum tfeed_dtype dtype, enum tfi_key_set key_set,
                                 struct tfi_feature *ret_feature, struct tfeed_error *reterr)
{
    enum tfeed_feature_kind kind;
    switch (dtype) {
    case TFEED_INT64:
        kind = TFEED_FEATURE_INT64;
        break;
    case TFEED_FLOAT:
        kind = TFEED_FEATURE_FLOAT;
        break;
    case TFEED_STRING:
        kind = TFEED_FEATURE_BYTES;
        break;
    default:
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': dtype %s, expected int64, float32 or string", name,
                        tfeed_dtype_name(dtype));
    }
    *ret_feature = (struct tfi_feature){.store = TFI_STORE_LIST,
                                        .kind = kind,
                                        .dtype = dtype,
                                        .shape = TFEED_SHAPE_SCALAR,
                                        .n_elements = 1,
                                        .when_missing = TFI_MISSING_EMPTY,
                                        .key_set = key_set};
    return TFEED_OK;
}

tfeed_status tfeed_schema_add_variable(struct tfeed_schema *schema, const char *name,
                                       enum tfeed_dtype dtype, struct tfeed_error *reterr)
{
    struct tfi_feature feature;
    struct tfi_column column = {.kind = TFEED_COLUMN_VARIABLE,
                                .shape = tfeed_shape_vector(TFEED_DIM_UNKNOWN)};
    TFI_TRY(list_feature(name, dtype, TFI_KEYS_SPARSE, &feature, reterr));
    return add_alone(schema, name, &column, &feature, reterr);
}

/* One element: the given one, or 0 or "". */
static tfeed_status make_padding(const struct tfeed_schema *schema, const char *name,
                                 enum tfeed_dtype dtype, const struct tfeed_tensor *padding,
                                 struct tfeed_tensor *ret_padding, struct tfeed_error *reterr)
{
    static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    if (padding == NULL) {
        TFI_TRY(tfeed_tensor_alloc(dtype, &scalar, schema->allocator, ret_padding, reterr));
        memset(ret_padding->data, 0, tfeed_dtype_size(dtype));
        return TFEED_OK;
    }
    if (padding->dtype != dtype || tfeed_tensor_n_elements(padding) != 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': padding of %" PRId64 " elements of %s, expected one of %s",
                        name, tfeed_tensor_n_elements(padding), tfeed_dtype_name(padding->dtype),
                        tfeed_dtype_name(dtype));
    return tfi_copy_elements(padding, &scalar, schema->allocator, ret_padding, reterr);
}

tfeed_status tfeed_schema_add_sequence(struct tfeed_schema *schema, const char *name,
                                       enum tfeed_dtype dtype, const struct tfeed_shape *shape,
                                       const struct tfeed_tensor *padding,
                                       struct tfeed_error *reterr)
{
    struct tfi_feature feature;
    struct tfi_column column = {.kind = TFEED_COLUMN_SEQUENCE};
    TFI_TRY(list_feature(name, dtype, TFI_KEYS_DENSE, &feature, reterr));
    feature.shape = *shape;
    TFI_TRY(set_shape(&feature, name, reterr));
    if (feature.n_elements == 0 || shape->n_dims > TFEED_MAX_DIMS - 2) {
        char text[TFEED_SHAPE_TEXT_BYTES];
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': a step has at least one element and at most %d dimensions, "
                        "got %s",
                        name, TFEED_MAX_DIMS - 2, tfeed_shape_format(shape, text));
    }
    column.shape = tfeed_shape_batch(TFEED_DIM_UNKNOWN, *shape);
    TFI_TRY(make_padding(schema, name, dtype, padding, &column.padding, reterr));
    return add_alone(schema, name, &column, &feature, reterr);
}

tfeed_status tfeed_schema_add_sparse(struct tfeed_schema *schema, const char *name,
                                     const char *const *index_keys, int n_index_keys,
                                     const char *value_key, enum tfeed_dtype dtype,
                                     const int64_t *size, bool already_sorted,
                                     struct tfeed_error *reterr)
{
    struct tfi_feature features[1 + TFI_MAX_PARTS];
    const char *keys[1 + TFI_MAX_PARTS] = {value_key};
    struct tfi_column column = {.kind = TFEED_COLUMN_SPARSE,
                                .dtype = dtype,
                                .shape = {.n_dims = n_index_keys},
                                .n_parts = n_index_keys,
                                .already_sorted = already_sorted};
    if (n_index_keys < 1 || n_index_keys > TFI_MAX_PARTS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': %d index keys, expected 1 to %d", name, n_index_keys,
                        TFI_MAX_PARTS);
    TFI_TRY(list_feature(name, dtype, TFI_KEYS_SPARSE, &features[0], reterr));
    for (int i = 0; i < n_index_keys; i++) {
        if (size[i] < 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "feature '%s': size %" PRId64 " of dimension %d is negative", name,
                            size[i], i);
        TFI_TRY(list_feature(name, TFEED_INT64, TFI_KEYS_SPARSE, &features[1 + i], reterr));
        keys[1 + i] = index_keys[i];
        column.shape.dims[i] = size[i];
        column.parts[i] = (struct tfi_part){.feature = 1 + i, .size = size[i]};
    }
    return tfi_schema_add(schema, name, &column, features, keys, 1 + n_index_keys, reterr);
}

tfeed_status tfeed_schema_add_ragged(struct tfeed_schema *schema, const char *name,
                                     const char *value_key, enum tfeed_dtype dtype,
                                     const struct tfeed_partition *partitions, int n_partitions,
                                     enum tfeed_dtype row_splits_dtype, struct tfeed_error *reterr)
{
    struct tfi_feature features[1 + TFI_MAX_PARTS];
    const char *keys[1 + TFI_MAX_PARTS] = {value_key != NULL ? value_key : name};
    struct tfi_column column;
    int n_parts;
    TFI_TRY(tfi_ragged_describe(name, dtype, partitions, n_partitions, row_splits_dtype, &column,
                                keys + 1, &n_parts, reterr));
    TFI_TRY(list_feature(name, dtype, TFI_KEYS_RAGGED, &features[0], reterr));
    for (int i = 0; i < n_parts; i++)
        TFI_TRY(list_feature(name, TFEED_INT64, TFI_KEYS_RAGGED, &features[1 + i], reterr));
    return tfi_schema_add(schema, name, &column, features, keys, 1 + n_parts, reterr);
}

tfeed_status tfi_schema_check_tensors(const struct tfeed_schema *schema, size_t n,
                                      const struct tfeed_tensor *columns, int64_t first_row,
                                      struct tfeed_error *reterr)
{
    for (int i = 0; i < schema->n_columns; i++) {
        const struct tfi_column *column = &schema->columns[i];
        const struct tfeed_tensor *tensor = &columns[i];
        const int64_t n_rows = tensor->shape.n_dims > 0 ? tensor->shape.dims[0] : -1;
        const struct tfeed_shape wanted = tfeed_shape_batch(n_rows, column->shape);
        char got_text[TFEED_SHAPE_TEXT_BYTES];
        char wanted_text[TFEED_SHAPE_TEXT_BYTES];
        if (tensor->dtype != column->dtype || !tfeed_shape_equal(&tensor->shape, &wanted))
            return tfi_fail(
                reterr, TFEED_INVALID_ARGUMENT, "column %d (%s) is %s%s, expected rows of %s%s", i,
                column->name, tfeed_dtype_name(tensor->dtype),
                tfeed_shape_format(&tensor->shape, got_text), tfeed_dtype_name(column->dtype),
                tfeed_shape_format(&column->shape, wanted_text));
        if (first_row < 0 || first_row > n_rows || n > (uint64_t)(n_rows - first_row))
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "column %d (%s) has %" PRId64 " rows, %zu from row %" PRId64
                            " on do not fit",
                            i, column->name, n_rows, n, first_row);
    }
    return TFEED_OK;
}
