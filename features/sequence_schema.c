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

static void free_lists(struct tfi_sequence_lists *lists, const struct tfeed_allocator *allocator)
{
    for (int i = 0; i < lists->n; i++) {
        tfi_free(allocator, lists->at[i].name);
        tfi_free(allocator, lists->at[i].key);
    }
    tfi_free(allocator, lists->at);
}

void tfeed_sequence_schema_unref(struct tfeed_sequence_schema *schema)
{
    if (schema == NULL)
        return;
    /* acq_rel: every use by the other holders comes before the last one frees */
    if (atomic_fetch_sub_explicit(&schema->n_references, 1, memory_order_acq_rel) != 1)
        return;
    free_lists(&schema->lists, schema->allocator);
    free_lists(&schema->parts, schema->allocator);
    tfeed_schema_unref(schema->context);
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

static tfeed_status check_name(const struct tfeed_sequence_schema *schema, const char *name,
                               struct tfeed_error *reterr)
{
    if (atomic_load_explicit(&schema->in_use, memory_order_relaxed))
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "list '%s': a schema does not change once a parser uses it", name);
    for (int i = 0; i < schema->lists.n; i++)
        if (strcmp(schema->lists.at[i].name, name) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "list '%s' was added twice", name);
    return TFEED_OK;
}

/* … and the dtype of one whose values are those of the record. */
static tfeed_status check_list(const struct tfeed_sequence_schema *schema, const char *name,
                               enum tfeed_dtype dtype, struct tfeed_error *reterr)
{
    TFI_TRY(check_name(schema, name, reterr));
    if (kind_of(dtype) == TFEED_FEATURE_NONE)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "list '%s': dtype %s, expected int64, float32 or string", name,
                        tfeed_dtype_name(dtype));
    return TFEED_OK;
}

/* Lists of one key are all ragged, of one dtype, or there is only one. */
static tfeed_status check_key(const struct tfi_sequence_lists *lists, const char *name,
                              const char *key, const struct tfi_sequence_list *list,
                              struct tfeed_error *reterr)
{
    for (int i = 0; i < lists->n; i++) {
        const struct tfi_sequence_list *other = &lists->at[i];
        if (strcmp(other->key, key) != 0 ||
            (list->is_ragged && other->is_ragged && list->dtype == other->dtype))
            continue;
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "list '%s': '%s' is wanted as a %slist of %s already", name, key,
                        other->is_ragged    ? "ragged "
                        : other->is_decoded ? "decoded "
                                            : "",
                        tfeed_dtype_name(other->dtype));
    }
    return TFEED_OK;
}

/* Appends a list; it takes nothing over on failure. */
static tfeed_status append_list(struct tfi_sequence_lists *lists, const char *name, const char *key,
                                struct tfi_sequence_list list,
                                const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    enum { MIN_LISTS = 4 };
    if (lists->n == lists->capacity) {
        const int capacity = lists->capacity == 0 ? MIN_LISTS : 2 * lists->capacity;
        struct tfi_sequence_list *larger =
            tfi_realloc_array(allocator, lists->at, (size_t)capacity, sizeof *larger);
        if (larger == NULL)
            return tfi_fail_memory(reterr, "the lists of a schema");
        lists->at = larger;
        lists->capacity = capacity;
    }
    list.kind = list.is_decoded ? TFEED_FEATURE_BYTES : kind_of(list.dtype);
    list.key_len = strlen(key);
    list.key = tfi_strndup(allocator, key, list.key_len);
    list.name = tfi_strndup(allocator, name, strlen(name));
    if (list.key == NULL || list.name == NULL) {
        tfi_free(allocator, list.key);
        tfi_free(allocator, list.name);
        return tfi_fail_memory(reterr, "the name of a list");
    }
    lists->at[lists->n++] = list;
    return TFEED_OK;
}

static tfeed_status add_list(struct tfeed_sequence_schema *schema, const char *name,
                             const char *key, struct tfi_sequence_list list,
                             struct tfeed_error *reterr)
{
    TFI_TRY(check_key(&schema->lists, name, key, &list, reterr));
    TFI_TRY(check_key(&schema->parts, name, key, &list, reterr));
    return append_list(&schema->lists, name, key, list, schema->allocator, reterr);
}

/* Adds a list whose steps are rows of a feature; of TFI_STORE_LIST where they are not decoded. */
static tfeed_status add_steps(struct tfeed_sequence_schema *schema, const char *name,
                              struct tfi_feature step, bool allow_missing,
                              struct tfeed_error *reterr)
{
    /* rows and steps come in front */
    enum { MAX_STEP_DIMS = TFEED_MAX_DIMS - 2 };
    if (step.shape.n_dims > MAX_STEP_DIMS || !tfi_feature_set_shape(&step) ||
        step.n_elements == 0) {
        char text[TFEED_SHAPE_TEXT_BYTES];
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "list '%s': a step needs a fully known shape of 1 element or more and at "
                        "most %d dimensions, got %s",
                        name, MAX_STEP_DIMS, tfeed_shape_format(&step.shape, text));
    }
    return add_list(schema, name, name,
                    (struct tfi_sequence_list){.dtype = step.dtype,
                                               .is_fixed = true,
                                               .allow_missing = allow_missing,
                                               .shape = step.shape,
                                               .n_elements = step.n_elements,
                                               .is_decoded = step.store != TFI_STORE_LIST,
                                               .step = step},
                    reterr);
}

tfeed_status tfeed_sequence_schema_add_fixed(struct tfeed_sequence_schema *schema, const char *name,
                                             enum tfeed_dtype dtype,
                                             const struct tfeed_shape *shape, bool allow_missing,
                                             struct tfeed_error *reterr)
{
    TFI_TRY(check_list(schema, name, dtype, reterr));
    return add_steps(schema, name,
                     (struct tfi_feature){.store = TFI_STORE_LIST, .dtype = dtype, .shape = *shape},
                     allow_missing, reterr);
}

tfeed_status tfeed_sequence_schema_add_decoded(struct tfeed_sequence_schema *schema,
                                               const char *name,
                                               const struct tfeed_decoded_column *options,
                                               bool allow_missing, struct tfeed_error *reterr)
{
    struct tfi_feature step;
    TFI_TRY(check_name(schema, name, reterr));
    TFI_TRY(tfi_decoded_describe("list", name, options, &step, reterr));
    if (options->default_value != NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded list '%s': a list has no default value: allow_missing is for one "
                        "that need not be there",
                        name);
    return add_steps(schema, name, step, allow_missing, reterr);
}

tfeed_status tfeed_sequence_schema_add_raw(struct tfeed_sequence_schema *schema, const char *name,
                                           enum tfeed_dtype dtype, int64_t n_values, float scale,
                                           float offset, bool allow_missing,
                                           struct tfeed_error *reterr)
{
    struct tfi_feature step;
    TFI_TRY(check_name(schema, name, reterr));
    TFI_TRY(tfi_raw_describe("list", name, dtype, n_values, scale, offset, &step, reterr));
    return add_steps(schema, name, step, allow_missing, reterr);
}

tfeed_status tfeed_sequence_schema_add_variable(struct tfeed_sequence_schema *schema,
                                                const char *name, enum tfeed_dtype dtype,
                                                struct tfeed_error *reterr)
{
    TFI_TRY(check_list(schema, name, dtype, reterr));
    return add_list(schema, name, name,
                    (struct tfi_sequence_list){.dtype = dtype, .allow_missing = true}, reterr);
}

static void drop_parts(struct tfeed_sequence_schema *schema, int n_kept)
{
    while (schema->parts.n > n_kept) {
        const struct tfi_sequence_list *part = &schema->parts.at[--schema->parts.n];
        tfi_free(schema->allocator, part->name);
        tfi_free(schema->allocator, part->key);
    }
}

/* Adds the lists that the partitions stand in; on failure none. */
static tfeed_status add_parts(struct tfeed_sequence_schema *schema, const char *name,
                              const char *const *keys, int n_keys, struct tfeed_error *reterr)
{
    const int n_before = schema->parts.n;
    const struct tfi_sequence_list part = {
        .dtype = TFEED_INT64, .allow_missing = true, .is_ragged = true};
    tfeed_status status = TFEED_OK;
    for (int i = 0; status == TFEED_OK && i < n_keys; i++) {
        status = check_key(&schema->lists, name, keys[i], &part, reterr);
        if (status == TFEED_OK)
            status = check_key(&schema->parts, name, keys[i], &part, reterr);
        if (status == TFEED_OK)
            status = append_list(&schema->parts, keys[i], keys[i], part, schema->allocator, reterr);
    }
    if (status != TFEED_OK)
        drop_parts(schema, n_before);
    return status;
}

tfeed_status tfeed_sequence_schema_add_ragged(struct tfeed_sequence_schema *schema,
                                              const char *name, const char *value_key,
                                              enum tfeed_dtype dtype,
                                              const struct tfeed_partition *partitions,
                                              int n_partitions, enum tfeed_dtype row_splits_dtype,
                                              struct tfeed_error *reterr)
{
    const char *keys[TFI_MAX_PARTS];
    int n_keys;
    struct tfi_sequence_list list = {.dtype = dtype, .allow_missing = true, .is_ragged = true};
    const int n_parts = schema->parts.n;
    TFI_TRY(check_list(schema, name, dtype, reterr));
    TFI_TRY(tfi_ragged_describe(name, dtype, partitions, n_partitions, row_splits_dtype,
                                &list.ragged, keys, &n_keys, reterr));
    for (int i = 0; i < n_partitions; i++)
        if (list.ragged.parts[i].feature >= 0) /* it counts keys from 1 */
            list.ragged.parts[i].feature += n_parts - 1;
    TFI_TRY(add_parts(schema, name, keys, n_keys, reterr));
    const tfeed_status status =
        add_list(schema, name, value_key != NULL ? value_key : name, list, reterr);
    if (status != TFEED_OK)
        drop_parts(schema, n_parts);
    return status;
}

int tfeed_sequence_schema_n_lists(const struct tfeed_sequence_schema *schema)
{
    return schema->lists.n;
}

const char *tfeed_sequence_schema_list_name(const struct tfeed_sequence_schema *schema, int list)
{
    return schema->lists.at[list].name;
}

enum tfeed_column_kind tfeed_sequence_schema_list_kind(const struct tfeed_sequence_schema *schema,
                                                       int list)
{
    const struct tfi_sequence_list *of = &schema->lists.at[list];
    return of->is_fixed    ? TFEED_COLUMN_SEQUENCE
           : of->is_ragged ? TFEED_COLUMN_RAGGED
                           : TFEED_COLUMN_VARIABLE;
}

struct tfeed_schema *tfeed_sequence_schema_context(const struct tfeed_sequence_schema *schema)
{
    return schema->context;
}
