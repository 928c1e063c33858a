/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_features.c - the forms of features in golden files.
 */
#include "tests/golden/replay_features.h"

#include <stdlib.h>
#include <string.h>

#include "tests/golden/replay.h"

enum tfeed_dtype replay_dtype_of(const json_t *feature)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_FLOAT, TFEED_STRING, TFEED_INT32,
                                              TFEED_DOUBLE};
    const char *name = json_string_value(json_object_get(feature, "dtype"));
    for (size_t i = 0; name != NULL && i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(tfeed_dtype_name(dtypes[i]), name) == 0)
            return dtypes[i];
    return TFEED_DTYPE_INVALID;
}

bool replay_shape_of(const json_t *dims, struct tfeed_shape *ret_shape)
{
    *ret_shape = (struct tfeed_shape)TFEED_SHAPE_SCALAR;
    if (json_array_size(dims) >= TFEED_MAX_DIMS)
        return false;
    ret_shape->n_dims = (int32_t)json_array_size(dims);
    for (int i = 0; i < ret_shape->n_dims; i++) {
        const json_t *dim = json_array_get(dims, (size_t)i);
        ret_shape->dims[i] = json_is_integer(dim) ? json_integer_value(dim) : TFEED_DIM_UNKNOWN;
    }
    return true;
}

bool replay_default_of(const json_t *value, enum tfeed_dtype dtype, struct tfeed_tensor *ret_tensor)
{
    const json_t *texts = json_object_get(value, "hex");
    const bool is_list = json_is_array(value);
    const size_t n = texts != NULL ? json_array_size(texts) : is_list ? json_array_size(value) : 1;
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    const bool is_string = texts != NULL || json_is_string(value);
    if (tfeed_tensor_alloc(is_string ? TFEED_STRING : dtype, &shape, NULL, ret_tensor, NULL) !=
        TFEED_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *element = is_list ? json_array_get(value, i) : value;
        if (is_string) {
            size_t len = 0;
            const char *text = json_string_value(texts != NULL ? json_array_get(texts, i) : value);
            uint8_t *bytes = texts != NULL ? replay_hex(text, &len) : NULL;
            if (tfeed_tensor_set_string(ret_tensor, (int64_t)i, bytes, len, NULL) != TFEED_OK)
                abort();
            free(bytes);
        } else if (dtype == TFEED_FLOAT) {
            tfeed_tensor_floats(ret_tensor)[i] = (float)json_number_value(element);
        } else if (dtype == TFEED_INT64) {
            tfeed_tensor_int64s(ret_tensor)[i] = json_integer_value(element);
        }
    }
    return true;
}

enum { MAX_KEYS = 8 };

/* Texts of a list, or of one text alone; their number. */
static int texts_of(const json_t *value, const char *ret_texts[MAX_KEYS])
{
    ret_texts[0] = json_string_value(value);
    int n = ret_texts[0] != NULL;
    for (size_t i = 0; i < json_array_size(value) && n < MAX_KEYS; i++)
        ret_texts[n++] = json_string_value(json_array_get(value, i));
    return n;
}

static tfeed_status add_sparse(struct tfeed_schema *schema, const char *name, const json_t *feature)
{
    const char *keys[MAX_KEYS];
    int64_t sizes[MAX_KEYS] = {0};
    const json_t *size = json_object_get(feature, "size");
    const int n = texts_of(json_object_get(feature, "index_key"), keys);
    for (int i = 0; i < n; i++)
        sizes[i] = json_integer_value(json_is_array(size) ? json_array_get(size, (size_t)i) : size);
    return tfeed_schema_add_sparse(schema, name, keys, n,
                                   json_string_value(json_object_get(feature, "value_key")),
                                   replay_dtype_of(feature), sizes,
                                   json_is_true(json_object_get(feature, "already_sorted")), NULL);
}

tfeed_status replay_add_feature(struct tfeed_schema *schema, const char *name,
                                const json_t *feature)
{
    const char *kind = json_string_value(json_object_get(feature, "kind"));
    const json_t *value = json_object_get(feature, "default");
    const enum tfeed_dtype dtype = replay_dtype_of(feature);
    struct tfeed_tensor given = {0};
    struct tfeed_shape shape;
    if (kind == NULL || !replay_shape_of(json_object_get(feature, "shape"), &shape))
        return TFEED_UNIMPLEMENTED;
    const bool has_default = value != NULL && !json_is_null(value);
    if (has_default && !replay_default_of(value, dtype, &given))
        return TFEED_UNIMPLEMENTED;
    tfeed_status status = TFEED_UNIMPLEMENTED;
    if (strcmp(kind, "var") == 0)
        status = tfeed_schema_add_variable(schema, name, dtype, NULL);
    else if (strcmp(kind, "sparse") == 0)
        status = add_sparse(schema, name, feature);
    else if (strcmp(kind, "fixed") == 0)
        status = tfeed_schema_add_fixed_default(schema, name, dtype, &shape,
                                                has_default ? &given : NULL, NULL);
    else if (strcmp(kind, "seq") == 0)
        status = tfeed_schema_add_sequence(schema, name, dtype, &shape, has_default ? &given : NULL,
                                           NULL);
    tfeed_tensor_clear(&given);
    return status;
}

bool replay_is_tensor(const json_t *expected, const struct tfeed_tensor *got)
{
    struct tfeed_tensor wanted;
    if (!replay_tensor(expected, &wanted))
        return false;
    const bool equal = replay_tensor_equal(&wanted, got);
    tfeed_tensor_clear(&wanted);
    return equal;
}

bool replay_is_sparse(const json_t *expected, const struct tfeed_sparse *got)
{
    const json_t *sparse = json_object_get(expected, "sparse");
    return replay_is_tensor(json_object_get(sparse, "indices"), &got->indices) &&
           replay_is_tensor(json_object_get(sparse, "values"), &got->values) &&
           replay_is_tensor(json_object_get(sparse, "dense_shape"), &got->dense_shape);
}

size_t replay_serialized_of(const json_t *row, struct tfeed_bytes **ret_serialized)
{
    const json_t *texts = json_object_get(row, "serialized");
    const size_t n = texts == NULL ? 1 : json_array_size(texts);
    *ret_serialized = calloc(n + 1, sizeof **ret_serialized);
    if (*ret_serialized == NULL)
        abort();
    for (size_t i = 0; i < json_array_size(texts); i++)
        (*ret_serialized)[i].data =
            replay_base64(json_string_value(json_array_get(texts, i)), &(*ret_serialized)[i].len);
    return n;
}

void replay_free_serialized(struct tfeed_bytes *serialized, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)serialized[i].data);
    free(serialized);
}

const json_t *replay_single_result(const json_t *row, size_t i)
{
    const json_t *results = json_object_get(row, "parse_single_example");
    return json_is_array(results) ? json_array_get(results, i) : results;
}
