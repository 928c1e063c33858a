/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * producer.c - input producers: a queue that gives the rows of a tensor, epoch after epoch.
 *
 * One thread, one enqueue_many per epoch, so that epochs never mix. It may exceed the capacity:
 * rows go in as there is room. Each epoch evaluates its source and shuffles what that gives; the
 * generator goes on from epoch to epoch.
 *
 * Threads:  after its making a producer belongs to its runner's one thread.
 * Follows:  TensorFlow 1.15's input_producer and its kin; doc/design/pipeline.md
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "io/files_internal.h"
#include "pipeline/batcher_private.h"

struct producer {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *queue;
    struct tfi_source *source;
    struct tfeed_tensor input; /* [n_rows] + row shape, empty between epochs */
    void *epoch; /* the rows in the order of this epoch; strings borrowed from input */
    size_t epoch_bytes;
    uint32_t *order; /* [n_ordered] */
    size_t n_ordered;
    bool shuffle;
    struct tfeed_random random;
    int64_t n_epochs;
    int64_t n_epochs_done;
    tfeed_enqueue_fn cancel; /* NULL: cancels the queue */
    void *cancel_data;
};

void tfeed_producer_options_init(struct tfeed_producer_options *options)
{
    enum { DEFAULT_CAPACITY = 32 };
    *options = (struct tfeed_producer_options){.struct_size = sizeof *options,
                                               .n_epochs = TFEED_EPOCHS_ENDLESS,
                                               .shuffle = true,
                                               .seed = TFEED_SEED_UNSET,
                                               .capacity = DEFAULT_CAPACITY};
}

static void free_producer(void *object)
{
    struct producer *producer = object;
    tfeed_tensor_clear(&producer->input);
    tfi_source_unref(producer->source);
    tfeed_queue_unref(producer->queue);
    tfi_free(producer->allocator, producer->epoch);
    tfi_free(producer->allocator, producer->order);
    tfi_free(producer->allocator, producer);
}

/* --- the thread ---------------------------------------------------------------------------- */

static tfeed_status check_input(const struct producer *producer, struct tfeed_error *reterr)
{
    const struct tfeed_tensor *input = &producer->input;
    if (input->shape.n_dims < 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Shape [] must have rank at least 1: input_producer gives rows");
    if (input->shape.dims[0] < 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s requires a non-null input tensor",
                        input->dtype == TFEED_STRING ? "string_input_producer" : "input_producer");
    if (producer->shuffle && input->shape.dims[0] > UINT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%" PRId64 " rows are too many to shuffle, at most %" PRIu32
                        " are possible",
                        input->shape.dims[0], UINT32_MAX);
    return TFEED_OK;
}

/* Room for the rows and their order; it stays for the next epochs. */
static tfeed_status make_room(struct producer *producer, size_t n_rows, size_t n_bytes,
                              struct tfeed_error *reterr)
{
    if (n_rows > producer->n_ordered) {
        uint32_t *order = tfi_realloc_array(producer->allocator, producer->order, n_rows,
                                            sizeof *producer->order);
        if (order == NULL)
            return tfi_fail_memory(reterr, "the order of an epoch");
        producer->order = order;
        producer->n_ordered = n_rows;
    }
    if (n_bytes > producer->epoch_bytes) {
        void *epoch = tfi_realloc_array(producer->allocator, producer->epoch, n_bytes, 1);
        if (epoch == NULL)
            return tfi_fail_memory(reterr, "the rows of an epoch");
        producer->epoch = epoch;
        producer->epoch_bytes = n_bytes;
    }
    return TFEED_OK;
}

static tfeed_status enqueue_shuffled(struct producer *producer, struct tfeed_error *reterr)
{
    const struct tfeed_tensor *input = &producer->input;
    const uint32_t n = (uint32_t)input->shape.dims[0];
    const size_t row_bytes = tfi_row_bytes(input);
    TFI_TRY(make_room(producer, n, n * row_bytes, reterr));
    tfeed_random_shuffle(&producer->random, producer->order, n);
    uint8_t *to = producer->epoch;
    for (uint32_t i = 0; row_bytes > 0 && i < n; i++, to += row_bytes)
        memcpy(to, (const uint8_t *)input->data + producer->order[i] * row_bytes, row_bytes);
    const struct tfeed_tensor epoch =
        tfeed_tensor_borrow(input->dtype, &input->shape, producer->epoch);
    return tfeed_queue_enqueue_many(producer->queue, &epoch, reterr);
}

static tfeed_status produce_epoch(void *object, struct tfeed_error *reterr)
{
    struct producer *producer = object;
    if (producer->n_epochs_done == producer->n_epochs)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "Reached limit of %" PRId64 " epochs",
                        producer->n_epochs);
    producer->n_epochs_done++;

    TFI_TRY(tfi_source_evaluate(producer->source, &producer->input, reterr));
    tfeed_status status = check_input(producer, reterr);
    if (status == TFEED_OK)
        status = producer->shuffle
                     ? enqueue_shuffled(producer, reterr)
                     : tfeed_queue_enqueue_many(producer->queue, &producer->input, reterr);
    tfeed_tensor_clear(&producer->input);
    return status;
}

/* On a stop. The operation holds the producer as long as its runner. */
static tfeed_status call_cancel(void *object, struct tfeed_error *reterr)
{
    const struct producer *producer = object;
    return producer->cancel(producer->cancel_data, reterr);
}

/* --- making -------------------------------------------------------------------------------- */

static tfeed_status check_options(const struct tfeed_context *context,
                                  const struct tfeed_producer_options *options,
                                  struct tfeed_error *reterr)
{
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "producer options have struct_size %zu, expected %zu: call "
                        "tfeed_producer_options_init first",
                        options->struct_size, sizeof *options);
    if (context == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an input producer needs a context for its queue runner");
    if (options->n_epochs < 1 && options->n_epochs != TFEED_EPOCHS_ENDLESS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_epochs must be at least 1 or TFEED_EPOCHS_ENDLESS, not %" PRId64,
                        options->n_epochs);
    return TFEED_OK;
}

static tfeed_status make_queue(struct tfeed_context *context, const struct tfi_source *source,
                               const struct tfeed_producer_options *options,
                               struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    const struct tfi_component *input = &source->components[0];
    const struct tfeed_shape *shape =
        options->element_shape != NULL ? options->element_shape : &input->shape;
    int64_t n = 0;
    if (source->n_components != 1 || input->is_sparse)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an input producer takes a source of one dense component");
    if (tfeed_shape_n_elements(shape, &n) != TFEED_OK)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "Either `input_tensor` must have a fully defined shape or `element_shape` "
                        "must be specified");
    struct tfeed_queue_options queue_options;
    tfeed_queue_options_init(&queue_options);
    queue_options.capacity = options->capacity;
    queue_options.dtypes = &input->dtype;
    queue_options.shapes = shape;
    queue_options.n_components = 1;
    queue_options.name = options->name != NULL ? options->name : "input_producer";
    queue_options.shared_name = options->shared_name;
    return tfeed_fifo_queue_new(context, &queue_options, ret_queue, reterr);
}

/* Gives the producer to a runner, and that to the context. Takes it in every case. */
static tfeed_status add_runner(struct tfeed_context *context, struct producer *producer,
                               struct tfeed_error *reterr)
{
    const struct tfeed_enqueue_operation operation = {
        .run = produce_epoch, .user_data = producer, .free = free_producer, .name = "enqueue_many"};
    struct tfeed_queue_runner_options options;
    struct tfeed_queue_runner *runner = NULL;
    tfeed_queue_runner_options_init(&options);
    options.allocator = producer->allocator;
    if (producer->cancel != NULL) {
        options.cancel = call_cancel;
        options.user_data = producer;
    }
    tfeed_status status =
        tfeed_queue_runner_new(producer->queue, &operation, 1, &options, &runner, reterr);
    if (status != TFEED_OK) {
        free_producer(producer);
        return status;
    }
    status = tfeed_context_add_queue_runner(context, runner, reterr);
    if (status != TFEED_OK)
        tfeed_queue_runner_free(runner);
    return status;
}

static tfeed_status make_producer(struct tfeed_context *context,
                                  const struct tfeed_batch_source *source,
                                  const struct tfeed_producer_options *options,
                                  struct producer **ret_producer, struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct producer *producer = tfi_alloc_zeroed(allocator, 1, sizeof *producer);
    if (producer == NULL)
        return tfi_fail_memory(reterr, "an input producer");
    producer->allocator = allocator;
    producer->shuffle = options->shuffle;
    producer->n_epochs = options->n_epochs;
    producer->cancel = options->cancel;
    producer->cancel_data = options->cancel_data;
    tfeed_status status = tfi_source_new(allocator, source, &producer->source, reterr);
    if (status == TFEED_OK)
        status = make_queue(context, producer->source, options, &producer->queue, reterr);
    if (status != TFEED_OK) {
        free_producer(producer);
        return status;
    }
    *ret_producer = producer;
    return TFEED_OK;
}

tfeed_status tfeed_source_input_producer(struct tfeed_context *context,
                                         const struct tfeed_batch_source *source,
                                         const struct tfeed_producer_options *options,
                                         struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    struct tfeed_producer_options defaults;
    struct producer *producer = NULL;
    tfeed_producer_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    TFI_TRY(check_options(context, options, reterr));
    TFI_TRY(make_producer(context, source, options, &producer, reterr));
    /* Drawn last, so that a request that fails leaves the context's count of seeds alone. */
    if (options->shuffle)
        tfeed_random_init(&producer->random,
                          options->seed_pair != NULL
                              ? *options->seed_pair
                              : tfeed_context_next_seeds(context, options->seed));
    struct tfeed_queue *queue = tfeed_queue_ref(producer->queue);
    struct tfi_source *taken = tfi_source_ref(producer->source);
    const tfeed_status status = add_runner(context, producer, reterr);
    if (status == TFEED_OK) { /* no thread runs yet: the runner was only added */
        tfi_source_take(taken, source);
        *ret_queue = queue;
    } else {
        tfeed_queue_unref(queue);
    }
    tfi_source_unref(taken);
    return status;
}

/* --- over what is known -------------------------------------------------------------------- */

tfeed_status tfeed_input_producer(struct tfeed_context *context, const struct tfeed_tensor *input,
                                  const struct tfeed_producer_options *options,
                                  struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    struct tfeed_batch_source source;
    if (input == NULL || input->shape.n_dims < 1 || input->shape.dims[0] < 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s requires a non-null input tensor",
                        input != NULL && input->dtype == TFEED_STRING ? "string_input_producer"
                                                                      : "input_producer");
    TFI_TRY(tfeed_batch_source_constant(context, input, 1, true, &source, reterr));
    const tfeed_status status =
        tfeed_source_input_producer(context, &source, options, ret_queue, reterr);
    if (status != TFEED_OK)
        tfeed_batch_source_clear(&source);
    return status;
}

static tfeed_status copy_strings(const struct tfeed_allocator *allocator,
                                 const char *const *strings, size_t n,
                                 struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    TFI_TRY(tfeed_tensor_alloc(TFEED_STRING, &shape, allocator, ret_tensor, reterr));
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; status == TFEED_OK && i < n; i++)
        status =
            tfeed_tensor_set_string(ret_tensor, (int64_t)i, strings[i], strlen(strings[i]), reterr);
    if (status != TFEED_OK)
        tfeed_tensor_clear(ret_tensor);
    return status;
}

tfeed_status tfeed_string_input_producer(struct tfeed_context *context, const char *const *strings,
                                         size_t n_strings,
                                         const struct tfeed_producer_options *options,
                                         struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    struct tfeed_tensor tensor;
    TFI_TRY(copy_strings(tfi_context_allocator(context), strings, n_strings, &tensor, reterr));
    const tfeed_status status = tfeed_input_producer(context, &tensor, options, ret_queue, reterr);
    tfeed_tensor_clear(&tensor);
    return status;
}

tfeed_status tfeed_range_input_producer(struct tfeed_context *context, int32_t limit,
                                        const struct tfeed_producer_options *options,
                                        struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    const struct tfeed_shape shape = tfeed_shape_vector(limit);
    struct tfeed_tensor range;
    if (limit < 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "range_input_producer needs a limit of 1 or more, not %" PRId32, limit);
    TFI_TRY(
        tfeed_tensor_alloc(TFEED_INT32, &shape, tfi_context_allocator(context), &range, reterr));
    for (int32_t i = 0; i < limit; i++)
        tfeed_tensor_int32s(&range)[i] = i;
    const tfeed_status status = tfeed_input_producer(context, &range, options, ret_queue, reterr);
    tfeed_tensor_clear(&range);
    return status;
}

tfeed_status tfeed_match_filenames_once(const char *const *patterns, size_t n_patterns,
                                        struct tfeed_tensor *ret_names, struct tfeed_error *reterr)
{
    struct tfeed_file_list files = {.n_files = 0};
    TFI_TRY(tfi_files_match_tensorflow(patterns, n_patterns, NULL, NULL, &files, reterr));
    const tfeed_status status =
        copy_strings(NULL, (const char *const *)files.paths, files.n_files, ret_names, reterr);
    tfeed_file_list_clear(&files);
    return status;
}
