/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * examples_batch.c - batch and shuffle_batch over the Examples of TFRecord files.
 */
#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "features/features_internal.h"
#include "pipeline/batcher_private.h"

/* Unknown dimensions of a row are row_splits, all but the innermost; uniform ones stay. */
static struct tfeed_shape ragged_values_shape(const struct tfeed_shape *row)
{
    struct tfeed_shape shape = tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    int32_t first_uniform = row->n_dims;
    while (first_uniform > 0 && row->dims[first_uniform - 1] != TFEED_DIM_UNKNOWN)
        first_uniform--;
    for (int32_t d = first_uniform; d < row->n_dims; d++)
        shape.dims[shape.n_dims++] = row->dims[d];
    return shape;
}

/* The values of a column, as far as they are known: of a list all rows' stand in one dimension. */
static struct tfeed_shape values_shape(const struct tfeed_schema *schema, int column,
                                       int64_t n_rows)
{
    const struct tfeed_shape row = tfeed_schema_column_shape(schema, column);
    switch (tfeed_schema_column_kind(schema, column)) {
    case TFEED_COLUMN_FIXED:
    case TFEED_COLUMN_SEQUENCE:
        break;
    case TFEED_COLUMN_VARIABLE:
    case TFEED_COLUMN_SPARSE:
        return tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    case TFEED_COLUMN_RAGGED:
        return ragged_values_shape(&row);
    }
    return tfeed_shape_batch(n_rows, row);
}

static void describe_columns(const struct tfeed_schema *schema, int64_t n_rows,
                             struct tfi_column *columns, size_t n_columns)
{
    for (int i = 0; (size_t)i < n_columns; i++)
        columns[i] = (struct tfi_column){tfeed_schema_column_dtype(schema, i),
                                         values_shape(schema, i, n_rows),
                                         tfeed_schema_column_name(schema, i)};
}

static tfeed_status new_example_batcher(struct tfi_batcher_plan *plan,
                                        const struct tfeed_schema *schema,
                                        struct tfeed_batcher **ret_batcher,
                                        struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(plan->context);
    struct tfi_column *columns = tfi_alloc_array(allocator, plan->n_columns, sizeof *columns);
    if (columns == NULL) {
        tfi_desks_free(plan->desks);
        tfi_feeds_free(plan->feeds, plan->n_feeds);
        return tfi_fail_memory(reterr, "a batcher");
    }
    describe_columns(schema, tfi_static_n_rows(plan->options, NULL), columns, plan->n_columns);
    plan->columns = columns;
    const tfeed_status status = tfi_batcher_new(plan, ret_batcher, reterr);
    tfi_free(allocator, columns);
    return status;
}

static tfeed_status batch_examples(const struct tfi_batcher_kind *kind,
                                   struct tfeed_context *context, struct tfeed_queue *names,
                                   struct tfeed_schema *schema,
                                   const struct tfeed_record_reader_options *reader_options,
                                   const struct tfeed_batch_options *options,
                                   struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    const enum tfeed_dtype dtype = TFEED_STRING;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    TFI_TRY(tfi_batch_options_check(context, kind, options, reterr));
    if (schema == NULL || tfeed_schema_n_columns(schema) == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the schema has no columns");
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct tfi_batcher_plan plan = {
        .context = context,
        .kind = kind,
        .options = options,
        .n_queues = 1,
        .dtypes = &dtype,
        .shapes = &scalar,
        .n_components = 1,
        .n_columns = (size_t)tfeed_schema_n_columns(schema),
        .gives_columns = tfi_schema_first_growing(schema) >= 0,
        .n_feeds = tfi_n_feeds(options),
    };
    plan.feeds = tfi_alloc_zeroed(allocator, plan.n_feeds, sizeof *plan.feeds);
    if (plan.feeds == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    tfeed_status status =
        tfi_record_feeds_new(allocator, names, reader_options, plan.feeds, plan.n_feeds, reterr);
    if (status == TFEED_OK) {
        status = tfi_desks_new(allocator, schema, reader_options, &plan.desks, reterr);
        if (status != TFEED_OK)
            tfi_feeds_free(plan.feeds, plan.n_feeds);
        else
            status = new_example_batcher(&plan, schema, ret_batcher, reterr);
    }
    tfi_free(allocator, plan.feeds);
    return status;
}

tfeed_status tfeed_fifo_batch_examples(struct tfeed_context *context, struct tfeed_queue *names,
                                       struct tfeed_schema *schema,
                                       const struct tfeed_record_reader_options *reader_options,
                                       const struct tfeed_batch_options *options,
                                       struct tfeed_batcher **ret_batcher,
                                       struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "batch"};
    return batch_examples(&kind, context, names, schema, reader_options, options, ret_batcher,
                          reterr);
}

tfeed_status tfeed_shuffle_batch_examples(struct tfeed_context *context, struct tfeed_queue *names,
                                          struct tfeed_schema *schema,
                                          const struct tfeed_record_reader_options *reader_options,
                                          const struct tfeed_batch_options *options,
                                          struct tfeed_batcher **ret_batcher,
                                          struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "shuffle_batch", .shuffles = true};
    return batch_examples(&kind, context, names, schema, reader_options, options, ret_batcher,
                          reterr);
}
