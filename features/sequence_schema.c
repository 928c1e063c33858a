/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_schema.c - what is wanted of SequenceExamples.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/sequence_private.h"

tfeed_status tfeed_sequence_schema_new(struct tfeed_schema *context,
                                       const struct tfeed_allocator *allocator,
                                       struct tfeed_sequence_schema **ret_schema,
                                       struct tfeed_error *reterr)
{
    struct tfeed_sequence_schema *schema = tfi_alloc_zeroed(allocator, 1, sizeof *schema);
    if (schema == NULL)
        return tfi_fail_memory(reterr, "a sequence schema");
    schema->allocator = allocator;
    atomic_init(&schema->n_references, 1);
    atomic_init(&schema->in_use, false);
    schema->context = context == NULL ? NULL : tfeed_schema_ref(context);
    *ret_schema = schema;
    return TFEED_OK;
}

struct tfeed_sequence_schema *tfeed_sequence_schema_ref(struct tfeed_sequence_schema *schema)
{
    /* relaxed: whoever passes a reference on already orders it */
    atomic_fetch_add_explicit(&schema->n_references, 1, memory_order_relaxed);
    return schema;
}

void tfeed_sequence_schema_unref(struct tfeed_sequence_schema *schema)
{
    if (schema == NULL)
        return;
    /* acq_rel: every use by the other holders comes before the last one frees */
    if (atomic_fetch_sub_explicit(&schema->n_references, 1, memory_order_acq_rel) != 1)
        return;
    for (int i = 0; i < schema->n_lists; i++)
        tfi_free(schema->allocator, schema->lists[i].name);
    tfeed_schema_unref(schema->context);
    tfi_free(schema->allocator, schema->lists);
    tfi_free(schema->allocator, schema);
}

/* The kind of list that a dtype is made of; NONE where there is none. */
static enum tfeed_feature_kind kind_of(enum tfeed_dtype dtype)
{
    return dtype == TFEED_INT64    ? TFEED_FEATURE_INT64
           : dtype == TFEED_FLOAT  ? TFEED_FEATURE_FLOAT
           : dtype == TFEED_STRING ? TFEED_FEATURE_BYTES
                                   : TFEED_FEATURE_NONE;
}

static tfeed_status check_list(const struct tfeed_sequence_schema *schema, const char *name,
                               enum tfeed_dtype dtype, struct tfeed_error *reterr)
{
    if (atomic_load_explicit(&schema->in_use, memory_order_relaxed))
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "list '%s': a schema does not change once a parser uses it", name);
    for (int i = 0; i < schema->n_lists; i++)
        if (strcmp(schema->lists[i].name, name) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "list '%s' was added twice", name);
    if (kind_of(dtype) == TFEED_FEATURE_NONE)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "list '%s': dtype %s, expected int64, float32 or string", name,
                        tfeed_dtype_name(dtype));
    return TFEED_OK;
}

static tfeed_status add_list(struct tfeed_sequence_schema *schema, const char *name,
                             struct tfi_sequence_list list, struct tfeed_error *reterr)
{
    enum { MIN_LISTS = 4 };
    if (schema->n_lists == schema->capacity) {
        const int capacity = schema->capacity == 0 ? MIN_LISTS : 2 * schema->capacity;
        struct tfi_sequence_list *lists =
            tfi_realloc_array(schema->allocator, schema->lists, (size_t)capacity, sizeof *lists);
        if (lists == NULL)
            return tfi_fail_memory(reterr, "the lists of a schema");
        schema->lists = lists;
        schema->capacity = capacity;
    }
    list.kind = kind_of(list.dtype);
    list.name_len = strlen(name);
    list.name = tfi_strndup(schema->allocator, name, list.name_len);
    if (list.name == NULL)
        return tfi_fail_memory(reterr, "the name of a list");
    schema->lists[schema->n_lists++] = list;
    return TFEED_OK;
}

tfeed_status tfeed_sequence_schema_add_fixed(struct tfeed_sequence_schema *schema, const char *name,
                                             enum tfeed_dtype dtype,
                                             const struct tfeed_shape *shape, bool allow_missing,
                                             struct tfeed_error *reterr)
{
    /* rows and steps come in front */
    enum { MAX_STEP_DIMS = TFEED_MAX_DIMS - 2 };
    int64_t n_elements;
    TFI_TRY(check_list(schema, name, dtype, reterr));
    if (shape->n_dims > MAX_STEP_DIMS || tfeed_shape_n_elements(shape, &n_elements) != TFEED_OK ||
        n_elements == 0 || (uint64_t)n_elements > PTRDIFF_MAX / tfeed_dtype_size(dtype)) {
        char text[TFEED_SHAPE_TEXT_BYTES];
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "list '%s': a step needs a fully known shape of 1 element or more and at "
                        "most %d dimensions, got %s",
                        name, MAX_STEP_DIMS, tfeed_shape_format(shape, text));
    }
    return add_list(schema, name,
                    (struct tfi_sequence_list){.dtype = dtype,
                                               .is_fixed = true,
                                               .allow_missing = allow_missing,
                                               .shape = *shape,
                                               .n_elements = (size_t)n_elements},
                    reterr);
}

tfeed_status tfeed_sequence_schema_add_variable(struct tfeed_sequence_schema *schema,
                                                const char *name, enum tfeed_dtype dtype,
                                                struct tfeed_error *reterr)
{
    TFI_TRY(check_list(schema, name, dtype, reterr));
    return add_list(schema, name, (struct tfi_sequence_list){.dtype = dtype, .allow_missing = true},
                    reterr);
}

int tfeed_sequence_schema_n_lists(const struct tfeed_sequence_schema *schema)
{
    return schema->n_lists;
}

const char *tfeed_sequence_schema_list_name(const struct tfeed_sequence_schema *schema, int list)
{
    return schema->lists[list].name;
}

struct tfeed_schema *tfeed_sequence_schema_context(const struct tfeed_sequence_schema *schema)
{
    return schema->context;
}
