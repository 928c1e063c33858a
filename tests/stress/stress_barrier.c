/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_barrier.c - threads that bring either half of the elements of a barrier, threads and a
 * completion that take them, and one that cancels takes and closes.
 *
 *    inserters of component 0 ─┐                ┌──▶ takers: many, small batches, deadlines
 *                              ├──▶ barrier ────┤
 *    inserters of component 1 ─┘                └──▶ one take with a completion, always again
 *
 * Each pair of inserters has keys of its own and brings them in its own order, in batches that are
 * drawn. A round ends with a plain close or one with cancel, in the middle of things or behind
 * them.
 *
 * Checked at the end of each round: what both inserters were told is in came out exactly once;
 * anything else did not; the parts of an element belong together; a batch is in the order of its
 * indices; every block has been given back.
 *
 * Exit: 0 fine, 1 something was lost, doubled, out of order or torn, or a block leaked.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/barrier.h>

#include "core/thread_internal.h"
#include "tests/support/stress.h"

enum {
    MAX_WORKERS = 16, /* of each sort */
    N_PARTS = 2,
    N_COLUMNS = 4, /* index, key, and the parts */
    N_KEYS = 400,  /* of a pair of inserters in a round */
    MAX_BATCH = 20,
    MAX_TIMEOUT_MS = 2,
};

struct worker {
    struct tfi_thread thread;
    int number;
    uint64_t random;
};

struct element {
    bool is_in[N_PARTS]; /* each written by one inserter */
    _Atomic int n_seen;
};

static struct {
    struct tfeed_barrier *barrier;
    struct worker inserters[MAX_WORKERS];
    struct worker takers[MAX_WORKERS];
    struct element elements[MAX_WORKERS][N_KEYS];
    int n_inserters, n_takers;
    struct tfeed_attempt take; /* with a completion */
    struct tfeed_tensor taken[N_COLUMNS];
    _Atomic bool is_over;
    _Atomic uint64_t n_blocks_made, n_blocks_freed;
    _Atomic uint64_t n_inserted, n_taken, n_refused, n_timed_out, n_cancelled;
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

static void must(tfeed_status status)
{
    if (status != TFEED_OK) {
        fprintf(stderr, "unexpected %s\n", tfeed_status_name(status));
        exit(EXIT_FAILURE);
    }
}

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

/* --- inserting ----------------------------------------------------------------------------- */

static void free_block(void *memory)
{
    free(memory);
    count(&run.n_blocks_freed, 1);
}

/* n strings that are their tags' bytes, in one block. */
static void make_strings(const int64_t *tags, size_t n, struct tfeed_tensor *ret_strings)
{
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n);
    struct tfeed_block *block = NULL;
    int64_t *memory = malloc(n * sizeof *memory);
    if (memory == NULL)
        abort();
    memcpy(memory, tags, n * sizeof *memory);
    must(tfeed_block_new(memory, n * sizeof *memory, free_block, memory, &block, NULL));
    must(tfeed_tensor_alloc(TFEED_STRING, &shape, NULL, ret_strings, NULL));
    for (size_t i = 0; i < n; i++)
        tfeed_tensor_strings(ret_strings)[i] =
            (struct tfeed_bytes){.data = (const uint8_t *)&memory[i],
                                 .len = sizeof memory[i],
                                 .block = tfeed_block_ref(block)};
    tfeed_block_unref(block);
    count(&run.n_blocks_made, 1);
}

/* The keys of a pair in an order of this inserter's own. */
static void shuffle_keys(uint64_t *random, int keys[N_KEYS])
{
    for (int i = 0; i < N_KEYS; i++)
        keys[i] = i;
    for (int i = N_KEYS - 1; i > 0; i--) {
        const int other = (int)draw(random, (uint64_t)i + 1);
        const int key = keys[i];
        keys[i] = keys[other];
        keys[other] = key;
    }
}

/* The key is the tag as a string; so is part 1, part 0 is the tag as a number. */
static void insert(void *argument)
{
    struct worker *inserter = argument;
    const int part = inserter->number % N_PARTS, pair = inserter->number / N_PARTS;
    int keys[N_KEYS];
    shuffle_keys(&inserter->random, keys);
    for (int done = 0; done < N_KEYS;) {
        int64_t tags[MAX_BATCH];
        int n = 1 + (int)draw(&inserter->random, MAX_BATCH);
        n = n < N_KEYS - done ? n : N_KEYS - done;
        for (int i = 0; i < n; i++)
            tags[i] = (int64_t)pair << 32 | keys[done + i];
        const struct tfeed_shape shape = tfeed_shape_vector(n);
        const struct tfeed_tensor numbers = tfeed_tensor_borrow(TFEED_INT64, &shape, tags);
        struct tfeed_tensor strings;
        make_strings(tags, (size_t)n, &strings);
        const tfeed_status status = tfeed_barrier_insert_many(
            run.barrier, part, &strings, part == 0 ? &numbers : &strings, NULL);
        tfeed_tensor_clear(&strings);
        count_ending(status);
        for (int i = 0; i < n; i++)
            run.elements[pair][keys[done + i]].is_in[part] = status == TFEED_OK;
        if (status == TFEED_OK)
            count(&run.n_inserted, (uint64_t)n);
        done += n;
        if (draw(&inserter->random, 8) == 0)
            sched_yield();
    }
}

/* --- taking -------------------------------------------------------------------------------- */

static void see_batch(const struct tfeed_tensor taken[N_COLUMNS])
{
    const int64_t n = tfeed_tensor_n_elements(&taken[0]);
    for (int64_t i = 0; i < n; i++) {
        const int64_t tag = tfeed_tensor_int64s(&taken[2])[i];
        const struct tfeed_bytes *key = &tfeed_tensor_strings(&taken[1])[i];
        const struct tfeed_bytes *string = &tfeed_tensor_strings(&taken[3])[i];
        const int64_t pair = tag >> 32, number = tag & INT32_MAX;
        if (key->len != sizeof tag || memcmp(key->data, &tag, sizeof tag) != 0 ||
            string->len != sizeof tag || memcmp(string->data, &tag, sizeof tag) != 0 || pair < 0 ||
            pair >= MAX_WORKERS || number >= N_KEYS) {
            count(&run.n_torn, 1);
            continue;
        }
        if (atomic_fetch_add(&run.elements[pair][number].n_seen, 1) > 0)
            count(&run.n_doubled, 1);
        const int64_t *indices = tfeed_tensor_int64s(&taken[0]);
        if (i > 0 && indices[i] < indices[i - 1])
            count(&run.n_disordered, 1);
    }
    count(&run.n_taken, (uint64_t)n);
}

static void take(void *argument)
{
    struct worker *taker = argument;
    struct tfeed_tensor taken[N_COLUMNS] = {{.dtype = TFEED_DTYPE_INVALID}};
    tfeed_status status = TFEED_OK;
    while (status != TFEED_OUT_OF_RANGE) {
        const int64_t n = 1 + (int64_t)draw(&taker->random, MAX_BATCH);
        const bool is_small = draw(&taker->random, 2) == 0;
        const int64_t timeout_ms = draw(&taker->random, 3) == 0
                                       ? TFEED_WAIT_FOREVER
                                       : (int64_t)draw(&taker->random, MAX_TIMEOUT_MS + 1);
        status = tfeed_barrier_take_many_timed(run.barrier, n, is_small, timeout_ms, taken, NULL);
        count_ending(status);
        if (status == TFEED_OK)
            see_batch(taken);
    }
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&taken[i]);
}

/* Takes again until there is nothing more; a cancelled take too. */
static void on_taken(struct tfeed_attempt *attempt, void *user_data)
{
    (void)user_data;
    if (attempt->status == TFEED_OK)
        see_batch(attempt->components);
    count_ending(attempt->status);
    if (attempt->status == TFEED_OUT_OF_RANGE)
        atomic_store(&run.is_over, true);
    else
        tfeed_barrier_start_take(run.barrier, attempt);
}

static void meddle(void *argument)
{
    (void)argument;
    while (!atomic_load(&run.is_over)) {
        (void)tfeed_barrier_cancel_take(run.barrier, &run.take);
        sched_yield();
    }
}

/* --- rounds -------------------------------------------------------------------------------- */

static struct tfeed_barrier *new_barrier(void)
{
    static const enum tfeed_dtype dtypes[] = {TFEED_INT64, TFEED_STRING};
    static const struct tfeed_shape shapes[2] = {TFEED_SHAPE_SCALAR, TFEED_SHAPE_SCALAR};
    struct tfeed_barrier_options options;
    struct tfeed_barrier *barrier = NULL;
    tfeed_barrier_options_init(&options);
    options.dtypes = dtypes;
    options.shapes = shapes;
    options.n_components = N_PARTS;
    must(tfeed_barrier_new(NULL, &options, &barrier, NULL));
    return barrier;
}

static void start_workers(struct worker *workers, int n, const char *name,
                          void (*function)(void *argument), uint64_t *random)
{
    for (int i = 0; i < n; i++) {
        workers[i].number = i;
        workers[i].random = t_random_next(random);
        must(tfi_thread_start(&workers[i].thread, name, function, &workers[i], NULL));
    }
}

static void check_elements(void)
{
    for (int pair = 0; pair < run.n_inserters / N_PARTS; pair++) {
        for (int i = 0; i < N_KEYS; i++) {
            const struct element *element = &run.elements[pair][i];
            const bool is_complete = element->is_in[0] && element->is_in[1];
            const bool is_seen = atomic_load(&element->n_seen) > 0;
            if (is_complete && !is_seen)
                count(&run.n_lost, 1);
            else if (is_seen && !is_complete)
                count(&run.n_torn, 1);
        }
    }
}

static void run_round(uint64_t *random)
{
    struct tfi_thread meddler;
    run.barrier = new_barrier();
    memset(run.elements, 0, sizeof run.elements);
    atomic_store(&run.is_over, false);
    run.take = (struct tfeed_attempt){.operation = TFEED_QUEUE_DEQUEUE_UP_TO,
                                      .n = 1 + (int64_t)draw(random, MAX_BATCH),
                                      .components = run.taken,
                                      .on_done = on_taken};
    tfeed_barrier_start_take(run.barrier, &run.take);
    start_workers(run.takers, run.n_takers, "taker", take, random);
    start_workers(run.inserters, run.n_inserters, "inserter", insert, random);
    must(tfi_thread_start(&meddler, "meddler", meddle, NULL, NULL));

    const bool cancels = draw(random, 2) == 0;
    if (draw(random, 2) == 0) { /* in the middle of things */
        const int64_t pause_until = (int64_t)draw(random, 40);
        for (int64_t i = 0; i < pause_until; i++)
            sched_yield();
        must(tfeed_barrier_close(run.barrier, cancels, NULL));
    }
    for (int i = 0; i < run.n_inserters; i++)
        tfi_thread_join(&run.inserters[i].thread);
    if (tfeed_barrier_close(run.barrier, false, NULL) == TFEED_OK || !cancels)
        must(tfeed_barrier_close(run.barrier, true, NULL)); /* ends takes of what will not come */
    for (int i = 0; i < run.n_takers; i++)
        tfi_thread_join(&run.takers[i].thread);
    tfi_thread_join(&meddler);

    /* those who wanted more than there was have left it */
    struct worker rest = {.random = t_random_next(random)};
    while (tfeed_barrier_ready_size(run.barrier) > 0)
        take(&rest);
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&run.taken[i]);
    check_elements();
    tfeed_barrier_unref(run.barrier);
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 6, argc, argv);
    int n_pairs = options.n_threads / 3;
    n_pairs = n_pairs < 1 ? 1 : n_pairs > MAX_WORKERS / N_PARTS ? MAX_WORKERS / N_PARTS : n_pairs;
    run.n_inserters = n_pairs * N_PARTS;
    run.n_takers = n_pairs;

    uint64_t random = options.seed, n_rounds = 0;
    const int64_t end_ns = t_stress_end_ns(&options);
    while (tfi_clock_now_ns() < end_ns) {
        run_round(&random);
        n_rounds++;
    }

    const uint64_t n_leaked = run.n_blocks_made - run.n_blocks_freed;
    printf("rounds %" PRIu64 " inserted %" PRIu64 " taken %" PRIu64 " ends %" PRIu64
           " timed out %" PRIu64 " cancelled %" PRIu64 "\n",
           n_rounds, run.n_inserted, run.n_taken, run.n_refused, run.n_timed_out, run.n_cancelled);
    printf("lost %" PRIu64 " doubled %" PRIu64 " out of order %" PRIu64 " torn %" PRIu64
           " failed %" PRIu64 " leaked blocks %" PRIu64 "\n",
           run.n_lost, run.n_doubled, run.n_disordered, run.n_torn, run.n_failed, n_leaked);
    const bool is_good =
        run.n_lost + run.n_doubled + run.n_disordered + run.n_torn + run.n_failed + n_leaked == 0;
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
