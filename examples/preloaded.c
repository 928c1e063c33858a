/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * preloaded.c - the second of three ways to get data in: all of it lies in memory already.
 *
 *     x1, x2 = tf.train.slice_input_producer([a1, a2], num_epochs=1, shuffle=False)
 *     b1, b2 = tf.train.batch([x1, x2], batch_size=2, allow_smaller_final_batch=True)
 *
 * As a constant: arrays of the program, which tensors borrow. As a variable: tensors with memory of
 * their own, filled when the program runs; the last who uses one ends it. Both give the same sums.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/pipeline.h>

enum { N_ROWS = 3, N_COLUMNS = 2, BATCH_SIZE = 2 };

static int16_t columns[N_COLUMNS][N_ROWS] = {{2, 3, 4}, {4, 0, 1}};

/* ------------------------------------------------------------- the two kinds of tensors */

static tfeed_status make_constants(struct tfeed_tensor *tensors, struct tfeed_error *error)
{
    const struct tfeed_shape shape = tfeed_shape_vector(N_ROWS);
    (void)error;
    for (int i = 0; i < N_COLUMNS; i++)
        tensors[i] = tfeed_tensor_borrow(TFEED_INT16, &shape, columns[i]);
    return TFEED_OK;
}

static tfeed_status make_variables(struct tfeed_tensor *tensors, struct tfeed_error *error)
{
    const struct tfeed_shape shape = tfeed_shape_vector(N_ROWS);
    for (int i = 0; i < N_COLUMNS; i++) {
        tfeed_status status = tfeed_tensor_alloc(TFEED_INT16, &shape, NULL, &tensors[i], error);
        if (status != TFEED_OK)
            return status;
        memcpy(tensors[i].data, columns[i], sizeof columns[i]);
    }
    return TFEED_OK;
}

/* -------------------------------------------------------------------------- the pipeline */

struct inputs {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct tfeed_batcher *batcher;
};

static tfeed_status make_pipeline(struct inputs *inputs, const struct tfeed_tensor *tensors,
                                  struct tfeed_error *error)
{
    struct tfeed_producer_options producing;
    tfeed_producer_options_init(&producing);
    producing.n_epochs = 1;
    producing.shuffle = false;
    struct tfeed_batch_source rows;
    tfeed_status status =
        tfeed_slice_input_producer(inputs->context, tensors, N_COLUMNS, &producing, &rows, error);
    if (status != TFEED_OK)
        return status;

    struct tfeed_batch_options batching;
    tfeed_batch_options_init(&batching);
    batching.batch_size = BATCH_SIZE;
    batching.allow_smaller_final_batch = true;
    status = tfeed_fifo_batch(inputs->context, &rows, &batching, &inputs->batcher, error);
    if (status != TFEED_OK)
        tfeed_batch_source_clear(&rows); /* nobody took it */
    return status;
}

static tfeed_status open_inputs(struct inputs *inputs, const struct tfeed_tensor *tensors,
                                struct tfeed_error *error)
{
    tfeed_status status = tfeed_context_new(NULL, &inputs->context, error);
    if (status == TFEED_OK)
        status = tfeed_coordinator_new(NULL, &inputs->coordinator, error);
    if (status == TFEED_OK)
        status = make_pipeline(inputs, tensors, error);
    if (status == TFEED_OK)
        status = tfeed_start_queue_runners(inputs->context, inputs->coordinator, error);
    return status;
}

/* Stops and joins; gives the first real error of any thread, the program's `end` included. */
static tfeed_status close_inputs(struct inputs *inputs, tfeed_status end, struct tfeed_error *error)
{
    tfeed_status status = end;
    if (inputs->coordinator != NULL) {
        (void)tfeed_coordinator_request_stop(inputs->coordinator, error, NULL);
        status = tfeed_coordinator_join(inputs->coordinator, NULL, error);
    }
    tfeed_batcher_unref(inputs->batcher);
    tfeed_coordinator_free(inputs->coordinator);
    tfeed_status closed = tfeed_context_close(inputs->context, status == TFEED_OK ? error : NULL);
    return status != TFEED_OK ? status : closed;
}

static tfeed_status print_sums(struct tfeed_batcher *batcher, struct tfeed_error *error)
{
    struct tfeed_tensor batch[N_COLUMNS] = {{0}};
    tfeed_status status;
    while ((status = tfeed_batcher_next(batcher, batch, error)) == TFEED_OK) {
        const int16_t *x1 = batch[0].data;
        const int16_t *x2 = batch[1].data;
        for (int64_t row = 0; row < batch[0].shape.dims[0]; row++)
            printf(" %d", x1[row] + x2[row]);
    }
    putchar('\n');
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&batch[i]);
    return status;
}

typedef tfeed_status (*make_tensors_fn)(struct tfeed_tensor *tensors, struct tfeed_error *error);

static tfeed_status run(const char *name, make_tensors_fn make_tensors, struct tfeed_error *error)
{
    struct inputs inputs = {0};
    struct tfeed_tensor tensors[N_COLUMNS] = {{0}};
    tfeed_status status = make_tensors(tensors, error);
    if (status == TFEED_OK)
        status = open_inputs(&inputs, tensors, error);
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&tensors[i]); /* the producer holds its own references */
    if (status == TFEED_OK) {
        printf("%s:", name);
        status = print_sums(inputs.batcher, error);
    }
    return close_inputs(&inputs, status, error);
}

int main(void)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    tfeed_status status = run("constant", make_constants, &error);
    if (status == TFEED_OK)
        status = run("variable", make_variables, &error);
    if (status == TFEED_OK)
        return EXIT_SUCCESS;
    fprintf(stderr, "preloaded: %s\n", error.message);
    return EXIT_FAILURE;
}
