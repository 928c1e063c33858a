/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema.c - which features are wanted, and the columns that they become: the list of both. What
 * each kind of column is made of stands in schema_columns.c.
 */
#include "features/schema_private.h"

#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

tfeed_status tfeed_schema_new(const struct tfeed_allocator *allocator,
                              struct tfeed_schema **ret_schema, struct tfeed_error *reterr)
{
    struct tfeed_schema *schema = tfi_alloc_zeroed(allocator, 1, sizeof *schema);
    if (schema == NULL)
        return tfi_fail_memory(reterr, "a schema");
    schema->allocator = allocator;
    atomic_init(&schema->n_references, 1);
    atomic_init(&schema->in_use, false);
    *ret_schema = schema;
    return TFEED_OK;
}

struct tfeed_schema *tfeed_schema_ref(struct tfeed_schema *schema)
{
    /* relaxed: whoever passes a reference on already orders it */
    atomic_fetch_add_explicit(&schema->n_references, 1, memory_order_relaxed);
    return schema;
}

/* Drops the features from the n-th on. */
static void keep_features(struct tfeed_schema *schema, int n)
{
    while (schema->n_features > n) {
        struct tfi_feature *feature = &schema->features[--schema->n_features];
        tfeed_tensor_clear(&feature->default_value);
        tfi_free(schema->allocator, feature->name);
    }
}

void tfeed_schema_unref(struct tfeed_schema *schema)
{
    if (schema == NULL)
        return;
    /* acq_rel: every use by the other holders comes before the last one frees */
    if (atomic_fetch_sub_explicit(&schema->n_references, 1, memory_order_acq_rel) != 1)
        return;
    for (int i = 0; i < schema->n_columns; i++) {
        tfeed_tensor_clear(&schema->columns[i].padding);
        tfi_free(schema->allocator, schema->columns[i].name);
    }
    keep_features(schema, 0);
    tfi_schema_clear_records(schema);
    tfi_free(schema->allocator, schema->columns);
    tfi_free(schema->allocator, schema->features);
    tfi_free(schema->allocator, schema);
}

/* ------------------------------------------------------------------- adding */

/* Room for one more element of an array of the schema; the array, or NULL. */
static void *reserve_one(const struct tfeed_schema *schema, void *array, int n, int *capacity,
                         size_t element_bytes)
{
    if (n < *capacity)
        return array;
    const int larger = *capacity == 0 ? 8 : *capacity * 2;
    void *grown = tfi_realloc_array(schema->allocator, array, (size_t)larger, element_bytes);
    if (grown != NULL)
        *capacity = larger;
    return grown;
}

static tfeed_status fail_shared(const struct tfi_feature *a, const struct tfi_feature *b,
                                struct tfeed_error *reterr)
{
    static const char *const set_names[] = {"Dense", "Sparse", "Ragged"};
    if (a->key_set != b->key_set)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s and %s keys must not intersect: feature '%s'", set_names[a->key_set],
                        set_names[b->key_set], a->name);
    if (a->dtype != b->dtype)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Conflicting type %s vs %s for feature %s.",
                        tfeed_dtype_name(a->dtype), tfeed_dtype_name(b->dtype), a->name);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "feature '%s' was added twice", a->name);
}

/* Finds the feature, or adds it; takes over its default value. */
static tfeed_status use_feature(struct tfeed_schema *schema, const char *name,
                                struct tfi_feature *feature, int *ret_index,
                                struct tfeed_error *reterr)
{
    for (int i = 0; i < schema->n_features; i++) {
        const struct tfi_feature *known = &schema->features[i];
        if (strcmp(known->name, name) != 0)
            continue;
        if (known->key_set == TFI_KEYS_DENSE || known->key_set != feature->key_set ||
            known->dtype != feature->dtype)
            return fail_shared(known, feature, reterr);
        *ret_index = i;
        return TFEED_OK;
    }
    struct tfi_feature *features = reserve_one(schema, schema->features, schema->n_features,
                                               &schema->feature_capacity, sizeof *schema->features);
    if (features == NULL)
        return tfi_fail_memory(reterr, "the features of a schema");
    schema->features = features;
    feature->name_len = strlen(name);
    feature->name = tfi_strndup(schema->allocator, name, feature->name_len);
    if (feature->name == NULL)
        return tfi_fail_memory(reterr, "the name of a feature");
    *ret_index = schema->n_features;
    schema->features[schema->n_features++] = *feature;
    feature->default_value = (struct tfeed_tensor){0};
    return TFEED_OK;
}

static tfeed_status add_column(struct tfeed_schema *schema, const char *name,
                               struct tfi_column *column, struct tfi_feature *features,
                               const char *const *feature_names, int n_features,
                               struct tfeed_error *reterr)
{
    int places[1 + TFI_MAX_PARTS];
    if (atomic_load_explicit(&schema->in_use, memory_order_relaxed))
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "feature '%s': a schema does not change once a parser uses it", name);
    for (int i = 0; i < schema->n_columns; i++)
        if (strcmp(schema->columns[i].name, name) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "feature '%s' was added twice", name);
    for (int i = 0; i < n_features; i++)
        TFI_TRY(use_feature(schema, feature_names[i], &features[i], &places[i], reterr));
    struct tfi_column *columns = reserve_one(schema, schema->columns, schema->n_columns,
                                             &schema->column_capacity, sizeof *schema->columns);
    if (columns == NULL)
        return tfi_fail_memory(reterr, "the columns of a schema");
    schema->columns = columns;
    column->name = tfi_strndup(schema->allocator, name, strlen(name));
    if (column->name == NULL)
        return tfi_fail_memory(reterr, "the name of a feature");
    column->values = places[column->values];
    for (int i = 0; i < column->n_parts; i++)
        if (column->parts[i].feature >= 0)
            column->parts[i].feature = places[column->parts[i].feature];
    schema->columns[schema->n_columns++] = *column;
    return TFEED_OK;
}

tfeed_status tfi_schema_add(struct tfeed_schema *schema, const char *name,
                            struct tfi_column *column, struct tfi_feature *features,
                            const char *const *feature_names, int n_features,
                            struct tfeed_error *reterr)
{
    const int n_before = schema->n_features;
    const tfeed_status status =
        add_column(schema, name, column, features, feature_names, n_features, reterr);
    if (status == TFEED_OK)
        return TFEED_OK;
    keep_features(schema, n_before);
    for (int i = 0; i < n_features; i++)
        tfeed_tensor_clear(&features[i].default_value);
    tfeed_tensor_clear(&column->padding);
    return status;
}

/* ------------------------------------------------------------------- asking */

int tfi_schema_first_growing(const struct tfeed_schema *schema)
{
    for (int i = 0; i < schema->n_columns; i++)
        if (schema->columns[i].kind != TFEED_COLUMN_FIXED)
            return i;
    return -1;
}

int tfeed_schema_n_columns(const struct tfeed_schema *schema)
{
    return schema->n_columns;
}

const char *tfeed_schema_column_name(const struct tfeed_schema *schema, int column)
{
    return schema->columns[column].name;
}

enum tfeed_dtype tfeed_schema_column_dtype(const struct tfeed_schema *schema, int column)
{
    return schema->columns[column].dtype;
}

enum tfeed_column_kind tfeed_schema_column_kind(const struct tfeed_schema *schema, int column)
{
    return schema->columns[column].kind;
}

struct tfeed_shape tfeed_schema_column_shape(const struct tfeed_schema *schema, int column)
{
    return schema->columns[column].shape;
}

tfeed_status tfeed_schema_alloc_columns(const struct tfeed_schema *schema, int64_t n_rows,
                                        const struct tfeed_allocator *allocator,
                                        struct tfeed_tensor *columns, struct tfeed_error *reterr)
{
    const int growing = tfi_schema_first_growing(schema);
    if (growing >= 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "column %d (%s) has rows of any length: its tensors grow, see "
                        "tfeed_columns_new",
                        growing, schema->columns[growing].name);
    for (int i = 0; i < schema->n_columns; i++) {
        const struct tfeed_shape shape = tfeed_shape_batch(n_rows, schema->columns[i].shape);
        const tfeed_status status =
            tfeed_tensor_alloc(schema->columns[i].dtype, &shape, allocator, &columns[i], reterr);
        if (status != TFEED_OK) {
            while (i > 0)
                tfeed_tensor_clear(&columns[--i]);
            return status;
        }
    }
    return TFEED_OK;
}
