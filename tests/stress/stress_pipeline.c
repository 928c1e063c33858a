/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_pipeline.c - whole pipelines, made, run and ended in every way, one after the other.
 *
 * Each round draws files, epochs, sizes, threads, and whether the order is fixed, batches are made
 * ahead, and examples are read as lists. Several threads take batches. A round ends by itself, by a
 * stop after some batches, or by a damaged file. After a clean end every example has come exactly
 * as often as there were epochs; after any end no thread and no byte is left.
 *
 * Exit: 0 fine, 1 an example was lost, doubled or torn, an end was wrong, or something was left.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/thread_internal.h"
#include "tests/support/stress.h"
#include "tests/support/support.h"
#include "tests/unit/pipeline/pipeline_fixture.h"

enum { N_GOOD_FILES = 4, MAX_LABELS = 256, MAX_TAKERS = 8 };

/* Files of different lengths, one of them empty; the last is damaged in its middle. */
static const int64_t file_lengths[N_GOOD_FILES + 1] = {0, 1, 37, 150, 60};
static char paths[N_GOOD_FILES + 1][T_PATH_BYTES];

enum ending { ENDS_BY_ITSELF, ENDS_BY_STOP, ENDS_BY_DAMAGE };

struct round {
    enum ending ending;
    int64_t n_epochs;
    int64_t n_labels; /* of the good files that are read */
    bool is_deterministic;
    bool has_prefetch;
    struct fixture_program program;
    _Atomic int64_t n_batches_left; /* until the stop */
    _Atomic int64_t counts[MAX_LABELS];
    _Atomic int64_t n_torn;
    _Atomic int64_t n_wrong_ends;
};

static struct totals {
    int64_t n_rounds;
    int64_t n_rows;
    int64_t n_of_ending[ENDS_BY_DAMAGE + 1];
} totals;

static int n_threads_at_rest;

static int64_t pick(uint64_t *random, int64_t from, int64_t to)
{
    return from + (int64_t)(t_random_next(random) % (uint64_t)(to - from + 1));
}

static void write_files(const struct t_temp_dir *dir)
{
    int64_t first = 0;
    for (int i = 0; i <= N_GOOD_FILES; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "part-%d", i);
        fixture_write_file(t_temp_path(dir, name, paths[i]), first, file_lengths[i], -1,
                           i == 2 ? TFEED_COMPRESSION_GZIP : TFEED_COMPRESSION_NONE);
        first += file_lengths[i];
    }
    fixture_flip_bit(paths[N_GOOD_FILES], 1000);
}

/* --- takers -------------------------------------------------------------------------------- */

struct taker {
    struct tfi_thread thread;
    struct round *round;
};

static void check_batch(struct round *round, const struct fixture_program *view)
{
    for (int64_t row = 0; row < fixture_n_rows(view); row++) {
        const int64_t label = fixture_label(view, row);
        if (label < 0 || label >= MAX_LABELS || !fixture_row_fits(view, row))
            atomic_fetch_add(&round->n_torn, 1);
        else
            atomic_fetch_add(&round->counts[label], 1);
    }
}

static bool is_right_end(const struct round *round, tfeed_status status)
{
    if (status == TFEED_OUT_OF_RANGE || status == TFEED_CANCELLED)
        return round->ending != ENDS_BY_ITSELF || status == TFEED_OUT_OF_RANGE;
    return round->ending == ENDS_BY_DAMAGE && status == TFEED_DATA_LOSS &&
           (round->is_deterministic || round->has_prefetch);
}

static void take(void *argument)
{
    struct round *round = ((struct taker *)argument)->round;
    struct fixture_program view = {.batcher = round->program.batcher,
                                   .has_lists = round->program.has_lists};
    tfeed_status status;
    while ((status = fixture_next(&view, NULL)) == TFEED_OK) {
        check_batch(round, &view);
        if (round->ending == ENDS_BY_STOP && atomic_fetch_sub(&round->n_batches_left, 1) == 1)
            (void)tfeed_coordinator_request_stop(round->program.coordinator, NULL, NULL);
        if (tfeed_coordinator_should_stop(round->program.coordinator))
            break;
    }
    if (status != TFEED_OK && !is_right_end(round, status))
        atomic_fetch_add(&round->n_wrong_ends, 1);
    for (int i = 0; i < FIXTURE_COLUMNS; i++)
        tfeed_tensor_clear(&view.columns[i]);
    tfeed_columns_free(view.lists);
}

/* --- rounds -------------------------------------------------------------------------------- */

static void choose_options(struct round *round, uint64_t *random,
                           struct tfeed_producer_options *producer,
                           struct tfeed_batch_options *batch)
{
    tfeed_producer_options_init(producer);
    round->ending = (enum ending)pick(random, ENDS_BY_ITSELF, ENDS_BY_DAMAGE);
    round->n_epochs = pick(random, 1, 4);
    if (round->ending == ENDS_BY_STOP && pick(random, 0, 1) == 0)
        round->n_epochs = TFEED_EPOCHS_ENDLESS;
    producer->n_epochs = round->n_epochs;
    producer->capacity = pick(random, 1, 5);
    tfeed_batch_options_init(batch);
    batch->batch_size = pick(random, 1, 30);
    batch->min_after_dequeue = pick(random, 0, 40);
    batch->capacity = batch->min_after_dequeue + pick(random, 1, 60);
    batch->n_threads = pick(random, 1, 3);
    batch->allow_smaller_final_batch = true;
    batch->deterministic = pick(random, 0, 1) == 1;
    batch->n_prefetch = pick(random, 0, 1) * pick(random, 1, 3);
    round->is_deterministic = batch->deterministic;
    round->has_prefetch = batch->n_prefetch > 0;
    round->program.has_lists = pick(random, 0, 1) == 1;
    atomic_init(&round->n_batches_left, pick(random, 1, 10));
}

static size_t choose_files(struct round *round, uint64_t *random, const char **files)
{
    const size_t n_good = (size_t)pick(random, 3, N_GOOD_FILES); /* the first are nearly empty */
    for (size_t i = 0; i < n_good; i++) {
        files[i] = paths[i];
        round->n_labels += file_lengths[i];
    }
    if (round->ending != ENDS_BY_DAMAGE)
        return n_good;
    files[n_good] = paths[N_GOOD_FILES];
    return n_good + 1;
}

static bool complain(const struct round *round, const char *what, int64_t value)
{
    static const char *const endings[] = {"by itself", "by a stop", "by damage"};
    printf("round %" PRId64 ", which ends %s: %s (%" PRId64 ")\n", totals.n_rounds,
           endings[round->ending], what, value);
    return false;
}

/* The join tells of the damage, unless the deterministic caller met it alone. */
static bool check_join(const struct round *round, tfeed_status status)
{
    const bool has_runner = !round->is_deterministic || round->has_prefetch;
    const bool expects_damage = round->ending == ENDS_BY_DAMAGE && has_runner;
    if (status == (expects_damage ? TFEED_DATA_LOSS : TFEED_OK))
        return true;
    return complain(round, "the join gives another status", status);
}

static bool check_counts(const struct round *round)
{
    for (int64_t label = 0; label < round->n_labels; label++) {
        const int64_t count = round->counts[label];
        totals.n_rows += count;
        if (round->ending == ENDS_BY_ITSELF && count != round->n_epochs)
            return complain(round, "an example came not once an epoch", count);
        if (round->n_epochs > 0 && count > round->n_epochs)
            return complain(round, "an example came too often", count);
    }
    if (round->n_torn > 0)
        return complain(round, "rows do not fit together", round->n_torn);
    if (round->n_wrong_ends > 0)
        return complain(round, "takers ended in another way", round->n_wrong_ends);
    return true;
}

static bool run_round(uint64_t *random, int n_takers)
{
    struct round round = {.n_epochs = 1};
    struct tfeed_producer_options producer;
    struct tfeed_batch_options batch;
    struct t_allocator allocator;
    struct taker takers[MAX_TAKERS];
    const char *files[N_GOOD_FILES + 1];
    t_allocator_init(&allocator);
    choose_options(&round, random, &producer, &batch);
    const size_t n_files = choose_files(&round, random, files);
    FIXTURE_MUST(
        fixture_start(&round.program, &allocator.hooks, files, n_files, &producer, &batch, error));
    for (int i = 0; i < n_takers; i++) {
        takers[i].round = &round;
        FIXTURE_MUST(tfi_thread_start(&takers[i].thread, "takes", take, &takers[i], error));
    }
    for (int i = 0; i < n_takers; i++)
        tfi_thread_join(&takers[i].thread);
    const tfeed_status joined = fixture_end(&round.program, NULL);
    bool is_fine = check_join(&round, joined) && check_counts(&round);
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
    struct t_temp_dir dir;
    t_stress_options_parse(&options, 3, argc, argv);
    const int64_t end_ns = t_stress_end_ns(&options);
    const int n_takers = options.n_threads < MAX_TAKERS ? options.n_threads : MAX_TAKERS;
    uint64_t random = options.seed;
    t_temp_dir_init(&dir);
    write_files(&dir);
    n_threads_at_rest = t_n_threads_at_rest();
    bool is_fine = true;
    while (is_fine && tfi_clock_now_ns() < end_ns)
        is_fine = run_round(&random, n_takers);
    t_temp_dir_clear(&dir);
    printf("%" PRId64 " rounds (%" PRId64 " by itself, %" PRId64 " by a stop, %" PRId64
           " by damage), %" PRId64 " rows\n",
           totals.n_rounds, totals.n_of_ending[ENDS_BY_ITSELF], totals.n_of_ending[ENDS_BY_STOP],
           totals.n_of_ending[ENDS_BY_DAMAGE], totals.n_rows);
    return is_fine ? 0 : 1;
}
