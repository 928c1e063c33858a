/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema.c - which features are wanted, and the columns that they become.
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

void tfeed_schema_unref(struct tfeed_schema *schema)
{
    if (schema == NULL)
        return;
    /* acq_rel: every use by the other holders comes before the last one frees */
    if (atomic_fetch_sub_explicit(&schema->n_references, 1, memory_order_acq_rel) != 1)
        return;
    for (int i = 0; i < schema->n_columns; i++)
        tfi_free(schema->allocator, schema->columns[i].name);
    tfi_free(schema->allocator, schema->columns);
    tfi_free(schema->allocator, schema);
}

static tfeed_status reserve_column(struct tfeed_schema *schema, struct tfeed_error *reterr)
{
    if (schema->n_columns < schema->capacity)
        return TFEED_OK;
    const int capacity = schema->capacity == 0 ? 8 : schema->capacity * 2;
    struct tfi_column *columns =
        tfi_realloc_array(schema->allocator, schema->columns, (size_t)capacity, sizeof *columns);
    if (columns == NULL)
        return tfi_fail_memory(reterr, "the columns of a schema");
    schema->columns = columns;
    schema->capacity = capacity;
    return TFEED_OK;
}

/* Adds a column whose meaning (store, kind, dtype, shape, scale, offset) is given. */
static tfeed_status add_column(struct tfeed_schema *schema, const char *name,
                               struct tfi_column column, struct tfeed_error *reterr)
{
    if (atomic_load_explicit(&schema->in_use, memory_order_relaxed))
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "feature '%s': a schema does not change once a parser uses it", name);
    for (int i = 0; i < schema->n_columns; i++)
        if (strcmp(schema->columns[i].name, name) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "feature '%s' was added twice", name);
    int64_t n_elements;
    if (tfeed_shape_n_elements(&column.shape, &n_elements) != TFEED_OK ||
        column.shape.n_dims == TFEED_MAX_DIMS ||
        (uint64_t)n_elements > PTRDIFF_MAX / tfeed_dtype_size(column.dtype)) {
        char text[TFEED_SHAPE_TEXT_BYTES];
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': a row needs a fully known shape of at most %d dimensions, "
                        "got %s",
                        name, TFEED_MAX_DIMS - 1, tfeed_shape_format(&column.shape, text));
    }
    TFI_TRY(reserve_column(schema, reterr));
    column.name_len = strlen(name);
    column.name = tfi_strndup(schema->allocator, name, column.name_len);
    if (column.name == NULL)
        return tfi_fail_memory(reterr, "the name of a feature");
    column.n_elements = (size_t)n_elements;
    column.row_bytes = (size_t)n_elements * tfeed_dtype_size(column.dtype);
    column.n_values = tfi_column_is_raw(&column) ? 1 : column.n_elements;
    schema->columns[schema->n_columns++] = column;
    return TFEED_OK;
}

tfeed_status tfeed_schema_add_fixed(struct tfeed_schema *schema, const char *name,
                                    enum tfeed_dtype dtype, const struct tfeed_shape *shape,
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
            return add_column(schema, name,
                              (struct tfi_column){.store = known[i].store,
                                                  .kind = known[i].kind,
                                                  .dtype = dtype,
                                                  .shape = *shape},
                              reterr);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "feature '%s': dtype %s, expected int64, int32, float32 or string", name,
                    tfeed_dtype_name(dtype));
}

tfeed_status tfeed_schema_add_raw(struct tfeed_schema *schema, const char *name,
                                  enum tfeed_dtype dtype, int64_t n_values, float scale,
                                  float offset, struct tfeed_error *reterr)
{
    if (dtype != TFEED_UINT8 && dtype != TFEED_FLOAT)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "raw feature '%s': dtype %s, expected uint8 or float32", name,
                        tfeed_dtype_name(dtype));
    if (dtype == TFEED_UINT8 && (scale != 1.0F || offset != 0.0F))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "raw feature '%s': scale and offset are for float32, uint8 takes 1 and 0",
                        name);
    return add_column(schema, name,
                      (struct tfi_column){.store = dtype == TFEED_UINT8 ? TFI_STORE_RAW_UINT8
                                                                        : TFI_STORE_RAW_FLOAT,
                                          .kind = TFEED_FEATURE_BYTES,
                                          .dtype = dtype,
                                          .shape = tfeed_shape_vector(n_values),
                                          .scale = scale,
                                          .offset = offset},
                      reterr);
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

struct tfeed_shape tfeed_schema_column_shape(const struct tfeed_schema *schema, int column)
{
    return schema->columns[column].shape;
}

tfeed_status tfeed_schema_alloc_columns(const struct tfeed_schema *schema, int64_t n_rows,
                                        const struct tfeed_allocator *allocator,
                                        struct tfeed_tensor *columns, struct tfeed_error *reterr)
{
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
