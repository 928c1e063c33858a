/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_batch.c - batchers of every kind over sources that count, one after the other.
 *
 * Each round draws the form (plain, join, shuffled, kept, buckets), what the components are (dense,
 * padded, sparse, strings), sizes and threads, and an end: by itself, by a stop, by an error of a
 * source. Several threads take batches. Every element carries its number in each component.
 *
 * Exit: 0 fine, 1 an element was lost, doubled or torn, an end was wrong, or something was left.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/thread_internal.h"
#include "tests/support/stress.h"
#include "tests/support/support.h"
#include "tests/unit/pipeline/source_fixture.h"

enum { MAX_SOURCES = 3, MAX_NUMBERS = 300, MAX_TAKERS = 8 };

enum ending { ENDS_BY_ITSELF, ENDS_BY_STOP, ENDS_BY_ERROR, N_ENDINGS };

/* length or bucket · number · sparse · strings · keep_input; not all of them in each round */
struct round {
    enum ending ending;
    bool has_buckets;
    bool is_shuffled;
    bool has_keep;
    size_t number_column;
    size_t sparse_column; /* 0: none */
    enum count_part parts[COUNT_MAX_COMPONENTS];
    size_t n_parts;
    size_t n_sources;
    int32_t n_numbers; /* each source counts to it */
    struct count_source counting[MAX_SOURCES];
    struct tfeed_batch_source sources[MAX_SOURCES];
    struct tfeed_bucket_options options;
    struct count_program program;
    _Atomic int64_t n_batches_left; /* until the stop */
    _Atomic int64_t counts[MAX_NUMBERS];
    _Atomic int64_t n_torn;
    _Atomic int64_t n_wrong_ends;
};

static struct totals {
    int64_t n_rounds;
    int64_t n_rows;
    int64_t n_of_ending[N_ENDINGS];
} totals;

static int n_threads_at_rest;

static int64_t pick(uint64_t *random, int64_t from, int64_t to)
{
    return from + (int64_t)(t_random_next(random) % (uint64_t)(to - from + 1));
}

static bool flip(uint64_t *random)
{
    return pick(random, 0, 1) == 1;
}

/* --- takers -------------------------------------------------------------------------------- */

struct taker {
    struct tfi_thread thread;
    struct round *round;
};

/* Whether the sparse value of a row is its number: there is one in each row. */
static bool sparse_fits(const struct round *round, const struct tfeed_tensor *columns, int64_t row)
{
    const struct tfeed_tensor *sparse = &columns[round->sparse_column];
    const int32_t number = tfeed_tensor_int32s(&columns[round->number_column])[row];
    return round->sparse_column == 0 ||
           (tfeed_tensor_int32s(&sparse[TFEED_SPARSE_VALUES])[row] == number &&
            tfeed_tensor_int64s(&sparse[TFEED_SPARSE_INDICES])[2 * row] == row &&
            tfeed_tensor_int64s(&sparse[TFEED_SPARSE_INDICES])[2 * row + 1] == number % 4);
}

static void check_batch(struct round *round, const struct tfeed_tensor *columns)
{
    const struct tfeed_tensor *numbers = &columns[round->number_column];
    for (int64_t row = 0; row < numbers->shape.dims[0]; row++) {
        const int32_t number = tfeed_tensor_int32s(numbers)[row];
        if (number < 0 || number >= MAX_NUMBERS || !sparse_fits(round, columns, row))
            atomic_fetch_add(&round->n_torn, 1);
        else
            atomic_fetch_add(&round->counts[number], 1);
    }
}

static bool is_right_end(const struct round *round, tfeed_status status)
{
    if (status == TFEED_OUT_OF_RANGE)
        return true;
    return (round->ending == ENDS_BY_STOP && status == TFEED_CANCELLED) ||
           (round->ending == ENDS_BY_ERROR &&
            (status == TFEED_DATA_LOSS || status == TFEED_CANCELLED));
}

static void take(void *argument)
{
    struct round *round = ((struct taker *)argument)->round;
    struct tfeed_coordinator *coordinator = round->program.coordinator;
    struct tfeed_tensor columns[COUNT_MAX_COLUMNS] = {{.dtype = TFEED_DTYPE_INVALID}};
    tfeed_status status;
    while ((status = tfeed_batcher_next(round->program.batcher, columns, NULL)) == TFEED_OK) {
        check_batch(round, columns);
        if (round->ending == ENDS_BY_STOP && atomic_fetch_sub(&round->n_batches_left, 1) == 1)
            (void)tfeed_coordinator_request_stop(coordinator, NULL, NULL);
        if (tfeed_coordinator_should_stop(coordinator))
            break;
    }
    if (status != TFEED_OK && !is_right_end(round, status))
        atomic_fetch_add(&round->n_wrong_ends, 1);
    for (size_t i = 0; i < COUNT_MAX_COLUMNS; i++)
        tfeed_tensor_clear(&columns[i]);
}

/* --- rounds -------------------------------------------------------------------------------- */

static void add_part(struct round *round, enum count_part part)
{
    round->parts[round->n_parts++] = part;
}

static void choose_parts(struct round *round, uint64_t *random)
{
    const bool by_length = flip(random);
    if (round->has_buckets)
        add_part(round, by_length ? COUNT_LENGTH : COUNT_BUCKET);
    round->options.n_buckets = round->has_buckets && !by_length ? 3 : 0;
    round->number_column = round->n_parts;
    add_part(round, COUNT_NUMBER);
    if (flip(random)) {
        round->sparse_column = round->number_column + 1;
        add_part(round, COUNT_SPARSE);
    }
    if (round->options.batch.dynamic_pad)
        add_part(round, COUNT_VECTOR);
    else if (flip(random))
        add_part(round, COUNT_TEXTS);
    round->has_keep = flip(random);
    if (round->has_keep)
        add_part(round, round->options.batch.enqueue_many ? COUNT_KEEP_ROWS : COUNT_KEEP);
}

static void choose_options(struct round *round, uint64_t *random)
{
    struct tfeed_batch_options *batch = &round->options.batch;
    tfeed_bucket_options_init(&round->options);
    round->ending = (enum ending)pick(random, 0, N_ENDINGS - 1);
    round->has_buckets = pick(random, 0, 3) == 0;
    round->is_shuffled = !round->has_buckets && flip(random);
    round->n_sources = round->has_buckets ? 1 : (size_t)pick(random, 1, MAX_SOURCES);
    batch->batch_size = pick(random, 1, 20);
    batch->min_after_dequeue = pick(random, 0, 30);
    batch->capacity = pick(random, 1, 40) + (round->is_shuffled ? batch->min_after_dequeue : 0);
    batch->n_threads = pick(random, 1, 4);
    batch->enqueue_many = !round->has_buckets && flip(random);
    batch->dynamic_pad = !round->is_shuffled && !batch->enqueue_many && flip(random);
    batch->allow_smaller_final_batch = true;
    batch->deterministic = !round->has_buckets && round->n_sources == 1 && pick(random, 0, 3) == 0;
    batch->n_prefetch = round->has_buckets ? 0 : pick(random, 0, 1) * pick(random, 1, 3);
    round->n_numbers = (int32_t)pick(random, 0, MAX_NUMBERS);
    atomic_init(&round->n_batches_left, pick(random, 1, 10));
}

static tfeed_status make_batcher(struct round *round, uint64_t *random)
{
    static const int64_t boundaries[] = {1, 3};
    struct count_program *program = &round->program;
    const struct tfeed_batch_options *batch = &round->options.batch;
    for (size_t i = 0; i < round->n_sources; i++) {
        struct count_source *counting = &round->counting[i];
        round->sources[i] = count_to(counting, round->n_numbers, round->parts, round->n_parts);
        counting->n_rows = batch->enqueue_many ? (int32_t)pick(random, 1, 7) : 0;
        if (round->ending == ENDS_BY_ERROR && round->n_numbers > 0)
            counting->fail_at = 0;
    }
    round->options.boundaries = boundaries;
    round->options.n_boundaries = 2;
    round->options.keep_input = round->has_keep;
    if (round->has_buckets && round->options.n_buckets > 0)
        return tfeed_bucket(program->context, round->sources, &round->options, &program->batcher,
                            NULL);
    if (round->has_buckets)
        return tfeed_bucket_by_sequence_length(program->context, round->sources, &round->options,
                                               &program->batcher, NULL);
    return (round->is_shuffled
                ? round->has_keep ? tfeed_maybe_shuffle_batch_join : tfeed_shuffle_batch_join
            : round->has_keep ? tfeed_maybe_fifo_batch_join
                              : tfeed_fifo_batch_join)(
        program->context, round->sources, round->n_sources, batch, &program->batcher, NULL);
}

static bool complain(const struct round *round, const char *what, int64_t value)
{
    static const char *const endings[] = {"by itself", "by a stop", "by an error"};
    printf("round %" PRId64 ", which ends %s: %s (%" PRId64 ")\n", totals.n_rounds,
           endings[round->ending], what, value);
    return false;
}

/* The join tells of the error, unless the deterministic caller met it alone. */
static bool check_join(const struct round *round, tfeed_status status)
{
    const bool has_runner =
        !round->options.batch.deterministic || round->options.batch.n_prefetch > 0;
    const bool expects_error = round->ending == ENDS_BY_ERROR && has_runner && round->n_numbers > 0;
    if (status == (expects_error ? TFEED_DATA_LOSS : TFEED_OK))
        return true;
    return complain(round, "the join gives another status", status);
}

static bool check_counts(const struct round *round)
{
    for (int32_t number = 0; number < round->n_numbers; number++) {
        const int64_t count = round->counts[number];
        const bool is_kept = !round->has_keep || number % 2 == 0;
        const int64_t expected = is_kept ? (int64_t)round->n_sources : 0;
        totals.n_rows += count;
        if (round->ending == ENDS_BY_ITSELF ? count != expected : count > expected)
            return complain(round, "an element came another number of times", count);
    }
    if (round->n_torn > 0)
        return complain(round, "components do not fit together", round->n_torn);
    if (round->n_wrong_ends > 0)
        return complain(round, "takers ended in another way", round->n_wrong_ends);
    return true;
}

static bool run_round(uint64_t *random, int n_takers)
{
    struct round round = {.n_sources = 0};
    struct t_allocator allocator;
    struct taker takers[MAX_TAKERS];
    t_allocator_init(&allocator);
    choose_options(&round, random);
    choose_parts(&round, random);
    if (count_program_init(&round.program, &allocator.hooks) != TFEED_OK ||
        make_batcher(&round, random) != TFEED_OK || count_start(&round.program) != TFEED_OK)
        return complain(&round, "the batcher cannot be made", 0);
    for (int i = 0; i < n_takers; i++) {
        takers[i].round = &round;
        if (tfi_thread_start(&takers[i].thread, "takes", take, &takers[i], NULL) != TFEED_OK)
            abort();
    }
    for (int i = 0; i < n_takers; i++)
        tfi_thread_join(&takers[i].thread);
    bool is_fine = check_join(&round, count_end(&round.program, NULL)) && check_counts(&round);
    if (!t_n_threads_becomes(n_threads_at_rest))
        is_fine = complain(&round, "threads are left", t_n_threads() - n_threads_at_rest);
    if (t_outstanding_bytes(&allocator) > 0)
        is_fine = complain(&round, "bytes are left", (int64_t)t_outstanding_bytes(&allocator));
    totals.n_rounds++;
    totals.n_of_ending[round.ending]++;
    return is_fine;
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 3, argc, argv);
    const int64_t end_ns = t_stress_end_ns(&options);
    const int n_takers = options.n_threads < MAX_TAKERS ? options.n_threads : MAX_TAKERS;
    uint64_t random = options.seed;
    n_threads_at_rest = t_n_threads_at_rest();
    bool is_fine = true;
    while (is_fine && tfi_clock_now_ns() < end_ns)
        is_fine = run_round(&random, n_takers);
    printf("%" PRId64 " rounds (%" PRId64 " by itself, %" PRId64 " by a stop, %" PRId64
           " by an error), %" PRId64 " rows\n",
           totals.n_rounds, totals.n_of_ending[ENDS_BY_ITSELF], totals.n_of_ending[ENDS_BY_STOP],
           totals.n_of_ending[ENDS_BY_ERROR], totals.n_rows);
    return is_fine ? 0 : 1;
}
