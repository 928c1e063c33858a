/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * examples_batch.c - shuffle_batch over the Examples of TFRecord files.
 */
#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

static tfeed_status new_example_batcher(struct tfi_batcher_plan *plan,
                                        const struct tfeed_schema *schema,
                                        struct tfeed_batcher **ret_batcher,
                                        struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(plan->context);
    enum tfeed_dtype *dtypes = tfi_alloc_array(allocator, plan->n_columns, sizeof *dtypes);
    if (dtypes == NULL) {
        tfi_desks_free(plan->desks);
        tfi_feeds_free(plan->feeds, tfi_n_feeds(plan->options));
        return tfi_fail_memory(reterr, "a batcher");
    }
    for (size_t i = 0; i < plan->n_columns; i++)
        dtypes[i] = tfeed_schema_column_dtype(schema, (int)i);
    plan->column_dtypes = dtypes;
    const tfeed_status status = tfi_batcher_new(plan, ret_batcher, reterr);
    tfi_free(allocator, dtypes);
    return status;
}

tfeed_status tfeed_shuffle_batch_examples(struct tfeed_context *context, struct tfeed_queue *names,
                                          struct tfeed_schema *schema,
                                          const struct tfeed_record_reader_options *reader_options,
                                          const struct tfeed_batch_options *options,
                                          struct tfeed_batcher **ret_batcher,
                                          struct tfeed_error *reterr)
{
    TFI_TRY(tfi_batch_options_check(context, options, reterr));
    if (schema == NULL || tfeed_schema_n_columns(schema) == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the schema has no columns");
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    const enum tfeed_dtype dtype = TFEED_STRING;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfi_batcher_plan plan = {
        .context = context,
        .options = options,
        .dtypes = &dtype,
        .shapes = &scalar,
        .n_components = 1,
        .n_columns = (size_t)tfeed_schema_n_columns(schema),
    };
    const size_t n_feeds = tfi_n_feeds(options);
    plan.feeds = tfi_alloc_zeroed(allocator, n_feeds, sizeof *plan.feeds);
    if (plan.feeds == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    tfeed_status status =
        tfi_record_feeds_new(allocator, names, reader_options, plan.feeds, n_feeds, reterr);
    if (status == TFEED_OK) {
        status = tfi_desks_new(allocator, schema, reader_options, &plan.desks, reterr);
        if (status != TFEED_OK)
            tfi_feeds_free(plan.feeds, n_feeds);
        else
            status = new_example_batcher(&plan, schema, ret_batcher, reterr);
    }
    tfi_free(allocator, plan.feeds);
    return status;
}
