/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_queue.c - producers, two queues with pumps of completions between them, consumers, and one
 * thread that cancels whatever it meets.
 *
 *    producers ──▶ first queue ──▶ pumps (attempts with completions) ──▶ second queue ──▶ consumers
 *
 * Round after round with new queues: first in, first out, shuffled, padding or by priority, small
 * or large. Every operation is drawn: single or many, with no deadline, a short one, or none to
 * wait at all; the first queue is closed plainly or with cancel. An element is a tag (producer,
 * serial number), which is the priority too, and a string that says the same and keeps a counted
 * block alive: in padding queues a vector of such strings, whose width is drawn.
 *
 * Checked at the end of each round: every row of a successful enqueue came out once; of a failed
 * one the first rows, once, or none; each consumer saw the rows of each producer in order (not
 * shuffled, one pump); tag and strings belong together; every block has been given back; a queue's
 * statistics agree with what went through.
 *
 * Exit: 0 fine, 1 something was lost, doubled, out of order or torn, or a block leaked.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/queues.h>

#include "core/thread_internal.h"
#include "tests/support/stress.h"

enum {
    MAX_WORKERS = 32, /* of each sort */
    MAX_PUMPS = 3,
    N_SERIALS = 1500, /* rows of a producer in a round */
    MAX_BATCH = 60,
    MAX_TIMEOUT_MS = 2,
    MAX_WIDTH = 3,
};

/* What became of the row with a serial number. */
enum fate { FATE_NONE, FATE_IN, FATE_UNKNOWN };

struct row_record {
    enum fate fate;
    bool begins_batch;
    _Atomic int n_seen;
};

/* A blocking call's attempt, where the canceller finds it all through the round. */
struct worker {
    struct tfi_thread thread;
    int number;
    uint64_t random;
    struct tfeed_attempt attempt;
    struct row_record rows[N_SERIALS]; /* producers */
    int32_t last_serials[MAX_WORKERS]; /* consumers */
};

/* One element on its way from the first queue to the second. The two attempts are two, since an
 * attempt may only be cancelled in the queue that it was started in. */
struct pump {
    struct tfeed_attempt dequeue;
    struct tfeed_attempt enqueue;
    struct tfeed_tensor element[2];
};

static struct {
    struct worker *producers;
    struct worker *consumers;
    int n_workers; /* of each sort */
    struct pump pumps[MAX_PUMPS];
    int n_pumps;
    _Atomic int n_pumps_live;
    struct tfeed_attempt close_second;
    struct tfeed_queue *first;
    struct tfeed_queue *second;
    bool is_ordered;
    bool is_wide;     /* padding queues: the strings of an element are a vector */
    int64_t max_take; /* of the second queue, at once */
    _Atomic bool is_over;
    _Atomic uint64_t n_blocks_made, n_blocks_freed;
    _Atomic uint64_t n_pushed, n_popped, n_refused, n_timed_out, n_cancelled;
    _Atomic uint64_t n_lost, n_doubled, n_disordered, n_torn, n_failed;
} run;

static void count(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t draw(uint64_t *random, uint64_t n)
{
    return t_random_next(random) % n;
}

static int64_t draw_timeout(uint64_t *random)
{
    return draw(random, 2) == 0 ? TFEED_WAIT_FOREVER : (int64_t)draw(random, MAX_TIMEOUT_MS + 1);
}

static void must(tfeed_status status)
{
    if (status != TFEED_OK) {
        fprintf(stderr, "unexpected %s\n", tfeed_status_name(status));
        exit(EXIT_FAILURE);
    }
}

/* --- elements ------------------------------------------------------------------------------ */

static int64_t tag_of(int producer, int64_t serial)
{
    return (int64_t)producer << 32 | serial;
}

static void free_block(void *memory)
{
    free(memory);
    count(&run.n_blocks_freed, 1);
}

/* For each of n tags `width` strings that are its bytes, all in one block. */
static void make_strings(const int64_t *tags, size_t n, size_t width,
                         struct tfeed_tensor *ret_strings)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)(n * width));
    struct tfeed_block *block = NULL;
    int64_t *memory = malloc(n * sizeof *memory);
    if (memory == NULL)
        abort();
    memcpy(memory, tags, n * sizeof *memory);
    must(tfeed_block_new(memory, n * sizeof *memory, free_block, memory, &block, NULL));
    must(tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, ret_strings, NULL));
    for (size_t i = 0; i < n * width; i++)
        tfeed_tensor_strings(ret_strings)[i] =
            (struct tfeed_bytes){.data = (const uint8_t *)&memory[i / width],
                                 .len = sizeof memory[0],
                                 .block = tfeed_block_ref(block)};
    tfeed_block_unref(block);
    count(&run.n_blocks_made, 1);
}

/* At least one string that is the tag, then only such or, behind them, empty ones. */
static bool are_strings_of(int64_t tag, const struct tfeed_bytes *strings, size_t width)
{
    size_t n = 0;
    while (n < width && strings[n].len == sizeof tag &&
           memcmp(strings[n].data, &tag, sizeof tag) == 0)
        n++;
    bool is_good = n > 0;
    for (; n < width; n++)
        is_good = is_good && strings[n].len == 0;
    return is_good;
}

static void see_row(struct worker *consumer, int64_t tag, const struct tfeed_bytes *strings,
                    size_t width)
{
    const int producer = (int)(tag >> 32);
    const int32_t serial = (int32_t)(tag & INT32_MAX);
    if (producer < 0 || producer >= run.n_workers || serial >= N_SERIALS ||
        !are_strings_of(tag, strings, width)) {
        count(&run.n_torn, 1);
        return;
    }
    if (atomic_fetch_add(&run.producers[producer].rows[serial].n_seen, 1) > 0)
        count(&run.n_doubled, 1);
    if (run.is_ordered && serial <= consumer->last_serials[producer])
        count(&run.n_disordered, 1);
    consumer->last_serials[producer] = serial;
}

/* --- producers ----------------------------------------------------------------------------- */

/* Enqueues the n rows from `serial` on: as one element, or as many. */
static tfeed_status push(struct worker *producer, int64_t serial, int64_t n, int64_t timeout_ms)
{
    int64_t tags[MAX_BATCH];
    for (int64_t i = 0; i < n; i++)
        tags[i] = tag_of(producer->number, serial + i);
    const bool is_single = n == 1 && draw(&producer->random, 2) == 0;
    const int64_t width = run.is_wide ? 1 + (int64_t)draw(&producer->random, MAX_WIDTH) : 1;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = is_single ? scalar : tfeed_shape_vector(n);
    const struct tfeed_shape wide =
        is_single ? tfeed_shape_vector(width) : tfeed_shape_matrix(n, width);
    struct tfeed_tensor strings;
    make_strings(tags, (size_t)n, (size_t)width, &strings);
    struct tfeed_tensor components[2] = {
        tfeed_tensor_borrow(TFEED_INT64, &shape, tags),
        tfeed_tensor_borrow(TFEED_STRING, run.is_wide ? &wide : &shape, strings.data)};
    producer->attempt.operation = is_single ? TFEED_QUEUE_ENQUEUE : TFEED_QUEUE_ENQUEUE_MANY;
    producer->attempt.components = components;
    tfeed_status status = tfeed_queue_run_timed(run.first, &producer->attempt, timeout_ms, NULL);
    tfeed_tensor_clear(&strings);
    return status;
}

/* How a call ended; there are few ways that are right. */
static void count_ending(tfeed_status status)
{
    if (status == TFEED_DEADLINE_EXCEEDED)
        count(&run.n_timed_out, 1);
    else if (status == TFEED_CANCELLED)
        count(&run.n_cancelled, 1);
    else if (status == TFEED_OUT_OF_RANGE)
        count(&run.n_refused, 1);
    else if (status != TFEED_OK)
        count(&run.n_failed, 1);
}

static void produce(void *argument)
{
    struct worker *producer = argument;
    int64_t serial = 0;
    while (serial < N_SERIALS && !tfeed_queue_is_closed(run.first)) {
        int64_t n = (int64_t)draw(&producer->random, 3) == 0
                        ? 1
                        : 1 + (int64_t)draw(&producer->random, MAX_BATCH);
        if (n > N_SERIALS - serial)
            n = N_SERIALS - serial;
        const tfeed_status status = push(producer, serial, n, draw_timeout(&producer->random));
        count_ending(status);
        producer->rows[serial].begins_batch = true;
        for (int64_t i = 0; i < n; i++)
            producer->rows[serial + i].fate = status == TFEED_OK ? FATE_IN : FATE_UNKNOWN;
        if (status == TFEED_OK)
            count(&run.n_pushed, (uint64_t)n);
        serial += n; /* rows of a failed batch may be in: their numbers are used up */
    }
}

/* --- consumers ----------------------------------------------------------------------------- */

static void consume(void *argument)
{
    struct worker *consumer = argument;
    struct tfeed_tensor components[2] = {{.dtype = TFEED_DTYPE_INVALID}};
    bool is_draining = false; /* the queue is closed and had too few for a dequeue_many */
    consumer->attempt.components = components;
    for (;;) {
        static const enum tfeed_queue_operation operations[] = {
            TFEED_QUEUE_DEQUEUE, TFEED_QUEUE_DEQUEUE_MANY, TFEED_QUEUE_DEQUEUE_UP_TO};
        const uint64_t choice = is_draining ? 0 : draw(&consumer->random, 3);
        consumer->attempt.operation = operations[choice];
        consumer->attempt.n = (int64_t)draw(&consumer->random, (uint64_t)run.max_take + 1);
        const tfeed_status status = tfeed_queue_run_timed(run.second, &consumer->attempt,
                                                          draw_timeout(&consumer->random), NULL);
        count_ending(status);
        if (status == TFEED_OUT_OF_RANGE && is_draining)
            break;
        is_draining = is_draining || status == TFEED_OUT_OF_RANGE;
        if (status != TFEED_OK)
            continue;
        const int64_t n = tfeed_tensor_n_elements(&components[0]);
        const int64_t width = n > 0 ? tfeed_tensor_n_elements(&components[1]) / n : 0;
        for (int64_t i = 0; i < n; i++)
            see_row(consumer, tfeed_tensor_int64s(&components[0])[i],
                    &tfeed_tensor_strings(&components[1])[i * width], (size_t)width);
        count(&run.n_popped, (uint64_t)n);
        if (draw(&consumer->random, 4) == 0)
            tfeed_tensor_clear(&components[0]); /* else the buffer is used again */
    }
    tfeed_tensor_clear(&components[0]);
    tfeed_tensor_clear(&components[1]);
}

/* --- pumps --------------------------------------------------------------------------------- */

static void ignore_done(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    (void)user_data;
}

/* An element that was taken must arrive: a cancelled enqueue is started again. */
static void pump_on_enqueued(struct tfeed_attempt *attempt, void *user_data)
{
    struct pump *pump = user_data;
    if (attempt->status == TFEED_OK)
        tfeed_queue_start(run.first, &pump->dequeue);
    else
        tfeed_queue_start(run.second, attempt);
}

/* The last pump closes the second queue behind it. */
static void pump_on_dequeued(struct tfeed_attempt *attempt, void *user_data)
{
    struct pump *pump = user_data;
    if (attempt->status == TFEED_OK) {
        tfeed_queue_start(run.second, &pump->enqueue);
    } else if (attempt->status == TFEED_CANCELLED) {
        tfeed_queue_start(run.first, attempt);
    } else {
        if (attempt->status != TFEED_OUT_OF_RANGE)
            count(&run.n_failed, 1);
        if (atomic_fetch_sub(&run.n_pumps_live, 1) == 1)
            tfeed_queue_start(run.second, &run.close_second);
    }
}

static void start_pumps(void)
{
    atomic_store(&run.n_pumps_live, run.n_pumps);
    run.close_second =
        (struct tfeed_attempt){.operation = TFEED_QUEUE_CLOSE, .on_done = ignore_done};
    for (int i = 0; i < run.n_pumps; i++) {
        struct pump *pump = &run.pumps[i];
        *pump = (struct pump){
            .dequeue = {.operation = TFEED_QUEUE_DEQUEUE, .on_done = pump_on_dequeued},
            .enqueue = {.operation = TFEED_QUEUE_ENQUEUE, .on_done = pump_on_enqueued}};
        pump->dequeue.components = pump->enqueue.components = pump->element;
        pump->dequeue.user_data = pump->enqueue.user_data = pump;
    }
    for (int i = 0; i < run.n_pumps; i++)
        tfeed_queue_start(run.first, &run.pumps[i].dequeue);
}

/* --- rounds -------------------------------------------------------------------------------- */

static void meddle(void *argument)
{
    uint64_t *random = argument;
    while (!atomic_load(&run.is_over)) {
        const uint64_t worker = draw(random, (uint64_t)run.n_workers);
        const uint64_t pump = draw(random, (uint64_t)run.n_pumps);
        switch (draw(random, 4)) {
        case 0:
            (void)tfeed_queue_cancel(run.first, &run.producers[worker].attempt);
            break;
        case 1:
            (void)tfeed_queue_cancel(run.second, &run.consumers[worker].attempt);
            break;
        case 2:
            (void)tfeed_queue_cancel(run.first, &run.pumps[pump].dequeue);
            break;
        default:
            (void)tfeed_queue_cancel(run.second, &run.pumps[pump].enqueue);
        }
        sched_yield();
    }
}

enum kind { FIFO, SHUFFLE, PRIORITY, PADDING, N_KINDS };

static struct tfeed_queue *new_queue(uint64_t *random, enum kind kind, int64_t *ret_capacity)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_STRING};
    const struct tfeed_shape shapes[2] = {TFEED_SHAPE_SCALAR,
                                          kind == PADDING ? tfeed_shape_vector(TFEED_DIM_UNKNOWN)
                                                          : (struct tfeed_shape)TFEED_SHAPE_SCALAR};
    const struct tfeed_seeds seeds = {t_random_next(random), 1};
    struct tfeed_queue_options options;
    struct tfeed_queue *queue = NULL;
    tfeed_queue_options_init(&options);
    options.capacity = 1 + (int64_t)draw(random, draw(random, 2) == 0 ? 4 : 200);
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = 2;
    options.min_after_dequeue = (int64_t)draw(random, (uint64_t)options.capacity);
    options.seed_pair = &seeds;
    *ret_capacity = options.capacity;
    switch (kind) {
    case FIFO:
        must(tfeed_fifo_queue_new(NULL, &options, &queue, NULL));
        break;
    case SHUFFLE:
        must(tfeed_random_shuffle_queue_new(NULL, &options, &queue, NULL));
        break;
    case PRIORITY:
        must(tfeed_priority_queue_new(NULL, &options, &queue, NULL));
        break;
    case PADDING:
    case N_KINDS:
        must(tfeed_padding_fifo_queue_new(NULL, &options, &queue, NULL));
        break;
    }
    return queue;
}

/* At the end of a round the queue is empty; its numbers are 8 bytes of tag, and strings of 8. */
static void check_statistics(struct tfeed_queue *queue)
{
    struct tfeed_queue_statistics statistics = {.struct_size = sizeof statistics};
    tfeed_queue_statistics_get(queue, &statistics);
    if (statistics.n_in != statistics.n_out || statistics.depth != 0 ||
        statistics.bytes_in != statistics.bytes_out || statistics.bytes_in < 16 * statistics.n_in ||
        (!run.is_wide && statistics.bytes_in != 16 * statistics.n_in))
        count(&run.n_failed, 1);
}

static void reset_worker(struct worker *worker, int number, uint64_t *random)
{
    memset(worker, 0, sizeof *worker);
    worker->number = number;
    worker->random = t_random_next(random);
    for (int i = 0; i < MAX_WORKERS; i++)
        worker->last_serials[i] = -1;
}

/* Rows of a failed batch may be in from the first on: none behind one that is missing. */
static void check_producer(struct worker *producer)
{
    bool is_missing = false;
    for (int serial = 0; serial < N_SERIALS; serial++) {
        const struct row_record *row = &producer->rows[serial];
        const bool is_seen = atomic_load(&row->n_seen) > 0;
        if (row->begins_batch)
            is_missing = false;
        if (row->fate == FATE_NONE ? is_seen : is_seen && is_missing)
            count(&run.n_torn, 1);
        if (row->fate == FATE_IN && !is_seen)
            count(&run.n_lost, 1);
        is_missing = is_missing || !is_seen;
    }
}

static void run_round(uint64_t *random)
{
    struct tfi_thread meddler;
    uint64_t meddler_random = t_random_next(random);
    static const enum kind second_kinds[N_KINDS] = {FIFO, FIFO, PRIORITY, PADDING};
    const enum kind kind = (enum kind)draw(random, N_KINDS);
    int64_t capacity;
    run.is_wide = kind == PADDING;
    run.first = new_queue(random, kind, &capacity);
    run.second = new_queue(random, second_kinds[kind], &capacity);
    /* a priority queue never gives more at once than it can hold */
    run.max_take = kind == PRIORITY && capacity < MAX_BATCH ? capacity : MAX_BATCH;
    run.n_pumps = 1 + (int)draw(random, MAX_PUMPS);
    run.is_ordered = kind != SHUFFLE && run.n_pumps == 1;
    atomic_store(&run.is_over, false);
    for (int i = 0; i < run.n_workers; i++) {
        reset_worker(&run.producers[i], i, random);
        reset_worker(&run.consumers[i], i, random);
    }

    start_pumps();
    for (int i = 0; i < run.n_workers; i++) {
        must(tfi_thread_start(&run.producers[i].thread, "producer", produce, &run.producers[i],
                              NULL));
        must(tfi_thread_start(&run.consumers[i].thread, "consumer", consume, &run.consumers[i],
                              NULL));
    }
    must(tfi_thread_start(&meddler, "meddler", meddle, &meddler_random, NULL));

    if (draw(random, 2) == 0) { /* in the middle of things */
        while (atomic_load(&run.n_popped) % 1000 < 500 && tfeed_queue_size(run.second) > 0)
            sched_yield();
        must(tfeed_queue_close(run.first, true, NULL));
    }
    for (int i = 0; i < run.n_workers; i++)
        tfi_thread_join(&run.producers[i].thread);
    if (!tfeed_queue_is_closed(run.first))
        must(tfeed_queue_close(run.first, false, NULL));
    for (int i = 0; i < run.n_workers; i++)
        tfi_thread_join(&run.consumers[i].thread);
    atomic_store(&run.is_over, true);
    tfi_thread_join(&meddler);

    for (int i = 0; i < run.n_pumps; i++) {
        tfeed_tensor_clear(&run.pumps[i].element[0]);
        tfeed_tensor_clear(&run.pumps[i].element[1]);
    }
    for (int i = 0; i < run.n_workers; i++)
        check_producer(&run.producers[i]);
    check_statistics(run.first);
    check_statistics(run.second);
    tfeed_queue_unref(run.first);
    tfeed_queue_unref(run.second);
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 6, argc, argv);
    run.n_workers = options.n_threads / 2;
    if (run.n_workers < 1)
        run.n_workers = 1;
    if (run.n_workers > MAX_WORKERS)
        run.n_workers = MAX_WORKERS;
    run.producers = calloc((size_t)run.n_workers, sizeof *run.producers);
    run.consumers = calloc((size_t)run.n_workers, sizeof *run.consumers);
    if (run.producers == NULL || run.consumers == NULL)
        return EXIT_FAILURE;

    uint64_t random = options.seed;
    uint64_t n_rounds = 0;
    const int64_t end_ns = t_stress_end_ns(&options);
    while (tfi_clock_now_ns() < end_ns) {
        run_round(&random);
        n_rounds++;
    }
    free(run.producers);
    free(run.consumers);

    const uint64_t n_leaked = run.n_blocks_made - run.n_blocks_freed;
    printf("rounds %" PRIu64 " pushed %" PRIu64 " popped %" PRIu64 " ends %" PRIu64
           " timed out %" PRIu64 " cancelled %" PRIu64 "\n",
           n_rounds, run.n_pushed, run.n_popped, run.n_refused, run.n_timed_out, run.n_cancelled);
    printf("lost %" PRIu64 " doubled %" PRIu64 " out of order %" PRIu64 " torn %" PRIu64
           " failed %" PRIu64 " leaked blocks %" PRIu64 "\n",
           run.n_lost, run.n_doubled, run.n_disordered, run.n_torn, run.n_failed, n_leaked);
    const bool is_good =
        run.n_lost + run.n_doubled + run.n_disordered + run.n_torn + run.n_failed + n_leaked == 0;
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
