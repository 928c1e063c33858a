/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * producer.c - string_input_producer: a queue that gives a list of strings, epoch after epoch.
 *
 * One thread, one enqueue_many per epoch, so that epochs never mix. It may exceed the capacity:
 * rows go in as there is room. Each epoch shuffles the list as it was given; the generator goes on
 * from epoch to epoch.
 *
 * Threads:  after its making a producer belongs to its runner's one thread.
 * Follows:  TensorFlow 1.15's string_input_producer; doc/design/pipeline.md
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/pipeline.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"

struct producer {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *queue;
    struct tfeed_tensor strings; /* [n] as given */
    struct tfeed_bytes *epoch;   /* [n] borrowed from strings, in the order of this epoch */
    uint32_t *order;             /* [n] */
    bool shuffle;
    struct tfeed_random random;
    int64_t n_epochs;
    int64_t n_epochs_done;
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
    tfeed_tensor_clear(&producer->strings);
    tfeed_queue_unref(producer->queue);
    tfi_free(producer->allocator, producer->epoch);
    tfi_free(producer->allocator, producer->order);
    tfi_free(producer->allocator, producer);
}

/* --- the thread ---------------------------------------------------------------------------- */

static tfeed_status produce_epoch(void *object, struct tfeed_error *reterr)
{
    struct producer *producer = object;
    if (producer->n_epochs_done == producer->n_epochs)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "reached the limit of %" PRId64 " epochs",
                        producer->n_epochs);
    producer->n_epochs_done++;

    struct tfeed_tensor epoch = producer->strings; /* borrowed */
    if (producer->shuffle) {
        const uint32_t n = (uint32_t)producer->strings.shape.dims[0];
        const struct tfeed_bytes *strings = tfeed_tensor_strings(&producer->strings);
        tfeed_random_shuffle(&producer->random, producer->order, n);
        for (uint32_t i = 0; i < n; i++)
            producer->epoch[i] = strings[producer->order[i]];
        epoch = tfeed_tensor_borrow(TFEED_STRING, &producer->strings.shape, producer->epoch);
    }
    return tfeed_queue_enqueue_many(producer->queue, &epoch, reterr);
}

/* --- making -------------------------------------------------------------------------------- */

static tfeed_status check_request(const struct tfeed_context *context, size_t n_strings,
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
                        "string_input_producer needs a context for its queue runner");
    if (n_strings == 0 || n_strings > UINT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "string_input_producer requires a non-null input: 1 to %" PRIu32
                        " strings, not %zu",
                        UINT32_MAX, n_strings);
    if (options->n_epochs < 1 && options->n_epochs != TFEED_EPOCHS_ENDLESS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_epochs must be at least 1 or TFEED_EPOCHS_ENDLESS, not %" PRId64,
                        options->n_epochs);
    return TFEED_OK;
}

static tfeed_status copy_strings(struct producer *producer, const char *const *strings,
                                 size_t n_strings, struct tfeed_error *reterr)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n_strings);
    TFI_TRY(
        tfeed_tensor_alloc(TFEED_STRING, &shape, producer->allocator, &producer->strings, reterr));
    for (size_t i = 0; i < n_strings; i++)
        TFI_TRY(tfeed_tensor_set_string(&producer->strings, (int64_t)i, strings[i],
                                        strlen(strings[i]), reterr));
    if (!producer->shuffle)
        return TFEED_OK;
    producer->order = tfi_alloc_array(producer->allocator, n_strings, sizeof *producer->order);
    producer->epoch = tfi_alloc_array(producer->allocator, n_strings, sizeof *producer->epoch);
    if (producer->order == NULL || producer->epoch == NULL)
        return tfi_fail_memory(reterr, "a string producer");
    return TFEED_OK;
}

static tfeed_status make_queue(struct tfeed_context *context,
                               const struct tfeed_producer_options *options,
                               struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    const enum tfeed_dtype dtype = TFEED_STRING;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_queue_options queue_options;
    tfeed_queue_options_init(&queue_options);
    queue_options.capacity = options->capacity;
    queue_options.dtypes = &dtype;
    queue_options.shapes = &scalar;
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

tfeed_status tfeed_string_input_producer(struct tfeed_context *context, const char *const *strings,
                                         size_t n_strings,
                                         const struct tfeed_producer_options *options,
                                         struct tfeed_queue **ret_queue, struct tfeed_error *reterr)
{
    struct tfeed_producer_options defaults;
    tfeed_producer_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    TFI_TRY(check_request(context, n_strings, options, reterr));

    const struct tfeed_allocator *allocator = tfi_context_allocator(context);
    struct producer *producer = tfi_alloc_zeroed(allocator, 1, sizeof *producer);
    if (producer == NULL)
        return tfi_fail_memory(reterr, "a string producer");
    producer->allocator = allocator;
    producer->shuffle = options->shuffle;
    producer->n_epochs = options->n_epochs;
    tfeed_status status = copy_strings(producer, strings, n_strings, reterr);
    if (status == TFEED_OK)
        status = make_queue(context, options, &producer->queue, reterr);
    if (status != TFEED_OK) {
        free_producer(producer);
        return status;
    }
    /* Drawn last, so that a request that fails leaves the context's count of seeds alone. */
    if (options->shuffle)
        tfeed_random_init(&producer->random,
                          options->seed_pair != NULL
                              ? *options->seed_pair
                              : tfeed_context_next_seeds(context, options->seed));
    struct tfeed_queue *queue = tfeed_queue_ref(producer->queue);
    status = add_runner(context, producer, reterr);
    if (status != TFEED_OK) {
        tfeed_queue_unref(queue);
        return status;
    }
    *ret_queue = queue;
    return TFEED_OK;
}
