/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_source.c - sources that parse an Example or SequenceExample at each evaluation.
 *
 *    source: … , serialized ─▶ desk: parser, columns of one row ─▶ [length], columns, lists
 *
 * It is a map over the source. What an element takes of columns it holds by reference: a desk that
 * is used again meanwhile makes itself other buffers. Lists are copied.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "core/idle_internal.h"
#include "pipeline/batcher_private.h"

/* One thread's way from a record to tensors. */
struct desk {
    struct tfi_idle_link link;
    struct tfeed_example_parser *parser; /* of Examples, with columns of its own */
    struct tfeed_columns *columns;       /* of one row; NULL: nothing is wanted of a context */
    struct tfeed_sequence_parser *sequences;
};

struct example_source {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;             /* of Examples, or */
    struct tfeed_sequence_schema *sequences; /* of SequenceExamples */
    size_t serialized;                       /* the tensor of an evaluation that is parsed */
    int n_columns;
    int n_lists;
    int length_of; /* a column, n_columns + a list, or -1 */
    struct tfi_idle idle;

    size_t n_components; /* described by the arrays that follow */
    enum tfeed_dtype *dtypes;
    struct tfeed_shape *shapes;
    bool *is_sparse;
    const char **names;
};

/* --- desks --------------------------------------------------------------------------------- */

static void free_desk(const struct tfeed_allocator *allocator, struct desk *desk)
{
    if (desk->sequences == NULL)
        tfeed_columns_free(desk->columns);
    tfeed_sequence_parser_free(desk->sequences);
    tfeed_example_parser_free(desk->parser);
    tfi_free(allocator, desk);
}

static tfeed_status fill_desk(const struct example_source *its, struct desk *desk,
                              struct tfeed_error *reterr)
{
    enum { N_ROWS = 1 };
    if (its->sequences == NULL) {
        TFI_TRY(tfeed_example_parser_new(its->schema, its->allocator, &desk->parser, reterr));
        return tfeed_columns_new(its->schema, N_ROWS, its->allocator, &desk->columns, reterr);
    }
    TFI_TRY(tfeed_sequence_parser_new(its->sequences, N_ROWS, its->allocator, &desk->sequences,
                                      reterr));
    desk->columns = tfeed_sequence_parser_context(desk->sequences);
    return TFEED_OK;
}

static tfeed_status take_desk(struct example_source *its, struct desk **ret_desk,
                              struct tfeed_error *reterr)
{
    struct desk *desk = tfi_idle_take(&its->idle);
    if (desk == NULL) {
        desk = tfi_alloc_zeroed(its->allocator, 1, sizeof *desk);
        if (desk == NULL)
            return tfi_fail_memory(reterr, "a source of examples");
        const tfeed_status status = fill_desk(its, desk, reterr);
        if (status != TFEED_OK) {
            free_desk(its->allocator, desk);
            return status;
        }
    }
    *ret_desk = desk;
    return TFEED_OK;
}

/* --- an element ---------------------------------------------------------------------------- */

static tfeed_status parse(const struct desk *desk, const struct tfeed_tensor *serialized,
                          struct tfeed_error *reterr)
{
    if (serialized->dtype != TFEED_STRING || serialized->shape.n_dims != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a serialized example must be a string scalar");
    const struct tfeed_bytes *record = tfeed_tensor_strings(serialized);
    if (desk->sequences != NULL)
        return tfeed_sequence_parser_parse(desk->sequences, record, 1, NULL, reterr);
    return tfeed_example_parser_parse_batch(desk->parser, record, 1, desk->columns, NULL, reterr);
}

static void ref_sparse(const struct tfeed_sparse *sparse, struct tfeed_tensor *ret_tensors)
{
    ret_tensors[TFEED_SPARSE_INDICES] = tfeed_tensor_ref(&sparse->indices);
    ret_tensors[TFEED_SPARSE_VALUES] = tfeed_tensor_ref(&sparse->values);
    ret_tensors[TFEED_SPARSE_DENSE_SHAPE] = tfeed_tensor_ref(&sparse->dense_shape);
}

static tfeed_status copy_tensor(const struct tfeed_allocator *allocator,
                                const struct tfeed_tensor *tensor, struct tfeed_tensor *ret_copy,
                                struct tfeed_error *reterr)
{
    const size_t n = (size_t)tfeed_tensor_n_elements(tensor);
    TFI_TRY(tfeed_tensor_alloc(tensor->dtype, &tensor->shape, allocator, ret_copy, reterr));
    if (n > 0)
        memcpy(ret_copy->data, tensor->data, n * tfeed_dtype_size(tensor->dtype));
    if (tensor->dtype == TFEED_STRING)
        tfi_bytes_ref_n(tfeed_tensor_strings(ret_copy), n);
    return TFEED_OK;
}

static tfeed_status give_column(const struct desk *desk, int column, bool is_sparse,
                                struct tfeed_tensor *ret_tensors, struct tfeed_error *reterr)
{
    struct tfeed_sparse sparse;
    if (!is_sparse) {
        const struct tfeed_tensor row = tfeed_columns_row(desk->columns, column, 0);
        ret_tensors[0] = tfeed_tensor_ref(&row);
        return TFEED_OK;
    }
    TFI_TRY(tfeed_columns_sparse(desk->columns, column, 0, &sparse, reterr));
    ref_sparse(&sparse, ret_tensors);
    return TFEED_OK;
}

static tfeed_status give_list(const struct tfeed_allocator *allocator, const struct desk *desk,
                              int list, bool is_sparse, struct tfeed_tensor *ret_tensors,
                              struct tfeed_error *reterr)
{
    struct tfeed_sparse sparse;
    if (!is_sparse) {
        const struct tfeed_tensor row = tfeed_sequence_parser_row(desk->sequences, list, 0);
        return copy_tensor(allocator, &row, ret_tensors, reterr);
    }
    TFI_TRY(tfeed_sequence_parser_sparse(desk->sequences, list, 0, &sparse, reterr));
    TFI_TRY(copy_tensor(allocator, &sparse.indices, &ret_tensors[TFEED_SPARSE_INDICES], reterr));
    TFI_TRY(copy_tensor(allocator, &sparse.values, &ret_tensors[TFEED_SPARSE_VALUES], reterr));
    return copy_tensor(allocator, &sparse.dense_shape, &ret_tensors[TFEED_SPARSE_DENSE_SHAPE],
                       reterr);
}

static tfeed_status give_length(const struct example_source *its, const struct desk *desk,
                                struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    TFI_TRY(tfeed_tensor_alloc(TFEED_INT64, &scalar, its->allocator, ret_tensor, reterr));
    const int list = its->length_of - its->n_columns;
    tfeed_tensor_int64s(ret_tensor)[0] =
        list < 0 ? tfeed_columns_row(desk->columns, its->length_of, 0).shape.dims[0]
                 : tfeed_tensor_int64s(tfeed_sequence_parser_lengths(desk->sequences, list))[0];
    return TFEED_OK;
}

static tfeed_status give_element(const struct example_source *its, const struct desk *desk,
                                 struct tfeed_tensor *ret_tensors, struct tfeed_error *reterr)
{
    const size_t first = its->length_of >= 0 ? 1 : 0;
    if (first > 0)
        TFI_TRY(give_length(its, desk, ret_tensors++, reterr));
    for (int i = 0; i < its->n_columns + its->n_lists; i++) {
        const bool is_sparse = its->is_sparse[first + (size_t)i];
        TFI_TRY(i < its->n_columns ? give_column(desk, i, is_sparse, ret_tensors, reterr)
                                   : give_list(its->allocator, desk, i - its->n_columns, is_sparse,
                                               ret_tensors, reterr));
        ret_tensors += is_sparse ? TFEED_SPARSE_N_TENSORS : 1;
    }
    return TFEED_OK;
}

static tfeed_status evaluate(void *user_data, const struct tfeed_tensor *tensors,
                             struct tfeed_tensor *ret_tensors, struct tfeed_error *reterr)
{
    struct example_source *its = user_data;
    struct desk *desk = NULL;
    TFI_TRY(take_desk(its, &desk, reterr));
    tfeed_status status = parse(desk, &tensors[its->serialized], reterr);
    if (status == TFEED_OK)
        status = give_element(its, desk, ret_tensors, reterr);
    tfi_idle_give(&its->idle, &desk->link);
    return status;
}

/* --- what the components are --------------------------------------------------------------- */

static void describe(struct example_source *its, enum tfeed_dtype dtype, struct tfeed_shape shape,
                     bool is_sparse, const char *name)
{
    const size_t i = its->n_components++;
    its->dtypes[i] = dtype;
    its->shapes[i] = shape;
    its->is_sparse[i] = is_sparse;
    its->names[i] = name;
}

static tfeed_status refuse_ragged(const char *what, const char *name, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "%s '%s' is ragged: a queue of elements does not hold it", what, name);
}

static tfeed_status describe_column(struct example_source *its, const struct tfeed_schema *schema,
                                    int column, struct tfeed_error *reterr)
{
    const enum tfeed_column_kind kind = tfeed_schema_column_kind(schema, column);
    const char *name = tfeed_schema_column_name(schema, column);
    if (kind == TFEED_COLUMN_RAGGED)
        return refuse_ragged("column", name, reterr);
    describe(its, tfeed_schema_column_dtype(schema, column),
             tfeed_schema_column_shape(schema, column),
             kind == TFEED_COLUMN_VARIABLE || kind == TFEED_COLUMN_SPARSE, name);
    return TFEED_OK;
}

/* Of dtype and shape the parser's batch of no rows tells: [rows, steps] + shape of a step. */
static tfeed_status describe_list(struct example_source *its, const struct desk *desk, int list,
                                  struct tfeed_error *reterr)
{
    const enum tfeed_column_kind kind = tfeed_sequence_schema_list_kind(its->sequences, list);
    const char *name = tfeed_sequence_schema_list_name(its->sequences, list);
    const struct tfeed_tensor *values = tfeed_sequence_parser_values(desk->sequences, list);
    struct tfeed_shape shape = tfeed_shape_matrix(TFEED_DIM_UNKNOWN, TFEED_DIM_UNKNOWN);
    if (kind == TFEED_COLUMN_RAGGED)
        return refuse_ragged("list", name, reterr);
    if (kind == TFEED_COLUMN_SEQUENCE) {
        shape = tfeed_shape_vector(TFEED_DIM_UNKNOWN);
        for (int32_t d = 2; d < values->shape.n_dims; d++)
            shape.dims[shape.n_dims++] = values->shape.dims[d];
    }
    describe(its, values->dtype, shape, kind == TFEED_COLUMN_VARIABLE, name);
    return TFEED_OK;
}

/* The column or list of that name that has a length, or -1. */
static int find_length(const struct example_source *its, const struct tfeed_schema *schema,
                       const char *name)
{
    for (int i = 0; i < its->n_lists; i++)
        if (strcmp(tfeed_sequence_schema_list_name(its->sequences, i), name) == 0)
            return its->n_columns + i;
    for (int i = 0; i < its->n_columns; i++)
        if ((tfeed_schema_column_kind(schema, i) == TFEED_COLUMN_SEQUENCE ||
             tfeed_schema_column_kind(schema, i) == TFEED_COLUMN_VARIABLE) &&
            strcmp(tfeed_schema_column_name(schema, i), name) == 0)
            return i;
    return -1;
}

static tfeed_status describe_all(struct example_source *its, const char *length_of,
                                 const struct desk *desk, struct tfeed_error *reterr)
{
    const struct tfeed_schema *schema =
        its->sequences != NULL ? tfeed_sequence_schema_context(its->sequences) : its->schema;
    its->n_columns = schema != NULL ? tfeed_schema_n_columns(schema) : 0;
    its->n_lists = its->sequences != NULL ? tfeed_sequence_schema_n_lists(its->sequences) : 0;
    const size_t n_max = 1 + (size_t)its->n_columns + (size_t)its->n_lists;
    its->dtypes = tfi_alloc_array(its->allocator, n_max, sizeof *its->dtypes);
    its->shapes = tfi_alloc_array(its->allocator, n_max, sizeof *its->shapes);
    its->is_sparse = tfi_alloc_array(its->allocator, n_max, sizeof *its->is_sparse);
    its->names = tfi_alloc_array(its->allocator, n_max, sizeof(char *));
    if (its->dtypes == NULL || its->shapes == NULL || its->is_sparse == NULL || its->names == NULL)
        return tfi_fail_memory(reterr, "a source of examples");
    its->length_of = length_of != NULL ? find_length(its, schema, length_of) : -1;
    if (length_of != NULL && its->length_of < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "length_of '%s' is no list, sequence or variable column", length_of);
    if (length_of != NULL)
        describe(its, TFEED_INT64, (struct tfeed_shape)TFEED_SHAPE_SCALAR, false, NULL);
    for (int i = 0; i < its->n_columns; i++)
        TFI_TRY(describe_column(its, schema, i, reterr));
    for (int i = 0; i < its->n_lists; i++)
        TFI_TRY(describe_list(its, desk, i, reterr));
    return TFEED_OK;
}

/* --- making and ending --------------------------------------------------------------------- */

static void free_example_source(void *user_data)
{
    struct example_source *its = user_data;
    for (struct desk *desk; (desk = tfi_idle_take(&its->idle)) != NULL;)
        free_desk(its->allocator, desk);
    tfi_idle_clear(&its->idle);
    tfeed_sequence_schema_unref(its->sequences);
    tfeed_schema_unref(its->schema);
    tfi_free(its->allocator, (void *)its->names);
    tfi_free(its->allocator, its->is_sparse);
    tfi_free(its->allocator, its->shapes);
    tfi_free(its->allocator, its->dtypes);
    tfi_free(its->allocator, its);
}

/* Sets the place of the source's last component. */
static tfeed_status find_serialized(const struct tfeed_batch_source *source, size_t *ret_tensor,
                                    struct tfeed_error *reterr)
{
    const size_t n = source != NULL ? source->n_components : 0;
    if (n == 0 || source->dtypes == NULL || source->shapes == NULL ||
        source->dtypes[n - 1] != TFEED_STRING || source->shapes[n - 1].n_dims > 0 ||
        (source->is_sparse != NULL && source->is_sparse[n - 1]))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the last component of a source of examples must be a string scalar");
    *ret_tensor = 0;
    for (size_t i = 0; i < n - 1; i++)
        *ret_tensor +=
            source->is_sparse != NULL && source->is_sparse[i] ? TFEED_SPARSE_N_TENSORS : 1;
    return TFEED_OK;
}

/* The first desk is made here: what is wrong with the schema is said where it was handed in. */
static tfeed_status fill_source(struct example_source *its, const char *length_of,
                                struct tfeed_error *reterr)
{
    struct desk *desk = NULL;
    TFI_TRY(take_desk(its, &desk, reterr));
    const tfeed_status status = describe_all(its, length_of, desk, reterr);
    tfi_idle_give(&its->idle, &desk->link);
    return status;
}

/* One of the schemas is NULL. */
static tfeed_status source_of(struct tfeed_context *context,
                              const struct tfeed_batch_source *source, struct tfeed_schema *schema,
                              struct tfeed_sequence_schema *sequences, const char *length_of,
                              struct tfeed_batch_source *ret_source, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    size_t serialized = 0;
    TFI_TRY(find_serialized(source, &serialized, reterr));
    struct example_source *its = tfi_alloc_zeroed(allocator, 1, sizeof *its);
    if (its == NULL)
        return tfi_fail_memory(reterr, "a source of examples");
    its->allocator = allocator;
    its->serialized = serialized;
    its->schema = schema != NULL ? tfeed_schema_ref(schema) : NULL;
    its->sequences = sequences != NULL ? tfeed_sequence_schema_ref(sequences) : NULL;
    tfi_idle_init(&its->idle);
    tfeed_status status = fill_source(its, length_of, reterr);
    if (status == TFEED_OK) {
        const struct tfeed_batch_map map = {.map = evaluate,
                                            .user_data = its,
                                            .free = free_example_source,
                                            .dtypes = its->dtypes,
                                            .shapes = its->shapes,
                                            .n_components = its->n_components,
                                            .names = its->names,
                                            .is_sparse = its->is_sparse};
        status = tfeed_batch_source_map(context, source, &map, ret_source, reterr);
    }
    if (status != TFEED_OK)
        free_example_source(its);
    return status;
}

tfeed_status tfeed_batch_source_examples(struct tfeed_context *context,
                                         const struct tfeed_batch_source *source,
                                         struct tfeed_schema *schema, const char *length_of,
                                         struct tfeed_batch_source *ret_source,
                                         struct tfeed_error *reterr)
{
    if (schema == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a source of examples needs a schema");
    return source_of(context, source, schema, NULL, length_of, ret_source, reterr);
}

tfeed_status tfeed_batch_source_sequence_examples(struct tfeed_context *context,
                                                  const struct tfeed_batch_source *source,
                                                  struct tfeed_sequence_schema *schema,
                                                  const char *length_of,
                                                  struct tfeed_batch_source *ret_source,
                                                  struct tfeed_error *reterr)
{
    if (schema == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a source of examples needs a schema");
    return source_of(context, source, NULL, schema, length_of, ret_source, reterr);
}
