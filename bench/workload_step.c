/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * workload_step.c - what a loader takes away from the training beside it.
 *
 * The training computes on all processors, so whatever the loader's workers do slows it. The scale
 * is the least that a program must do that has all rows in memory: draw, gather, convert.
 */
#include "bench/workload_step.h"

#include <stdlib.h>

#include "bench/rows.h"
#include "bench/team.h"

/* On a shared machine the next second may be slower than this one: the feeds take turns that are
 * short, but long enough that what the loader prepares during a turn is what the turn uses. */
static const double turn_seconds = 0.05;
enum { MIN_STEPS = 10, TURNS_A_ROUND = 10 };

struct step_state {
    const struct bench_options *options;
    struct bench_consumer consumer;
    struct bench_rows rows;
    struct bench_team *team;
    struct tfeed_loader *loader;
    uint64_t n_turns; /* of a step's computation */
    size_t n_steps;   /* of a turn */
    struct feed {
        double *seconds; /* [TURNS_A_ROUND * n_steps] of this round */
        size_t n;
        double cpu_seconds; /* of all threads, in this round */
    } feeds[BENCH_N_FEEDS];
};

static void clear(struct step_state *state)
{
    tfeed_loader_close(state->loader);
    bench_team_free(state->team);
    bench_rows_clear(&state->rows);
    bench_consumer_close(&state->consumer);
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++)
        free(state->feeds[feed].seconds);
}

static tfeed_status set_up(struct step_state *state, struct tfeed_error *reterr)
{
    const struct bench_options *options = state->options;
    const double step_seconds = (double)options->step_us * 1e-6;
    struct tfeed_loader_options loader_options;
    tfeed_status status;

    bench_loader_options(options, &loader_options);
    loader_options.n_epochs = TFEED_EPOCHS_ENDLESS;
    state->n_steps = (size_t)(turn_seconds / step_seconds);
    if (state->n_steps < MIN_STEPS)
        state->n_steps = MIN_STEPS;
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++) {
        state->feeds[feed].seconds = calloc(TURNS_A_ROUND * state->n_steps, sizeof(double));
        if (!state->feeds[feed].seconds)
            return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    }
    if ((status = bench_consumer_open(options, &state->consumer, reterr)) ||
        (status = bench_rows_load(options, &state->consumer, &state->rows, reterr)) ||
        (status = bench_team_new((unsigned)options->n_step_threads, &state->team, reterr)))
        return status;
    state->n_turns = bench_team_calibrate(state->team, step_seconds);
    return tfeed_loader_open_files(options->names, options->n_names, state->consumer.schema,
                                   &loader_options, &state->loader, reterr);
}

/* Reads a batch as a training step would: every value. */
static void use(struct step_state *state, int64_t n_rows)
{
    struct bench_pass pass = {.all_values = true};

    bench_consumer_use(&state->consumer, n_rows, &pass);
}

static tfeed_status take_from_loader(struct step_state *state, struct tfeed_error *reterr)
{
    struct tfeed_batch *batch;
    const tfeed_status status = tfeed_loader_next(state->loader, &batch, reterr);

    if (status != TFEED_OK)
        return status;
    for (int i = 0; i < state->consumer.n_columns; i++)
        state->consumer.batch[i].values = tfeed_batch_column(batch, i);
    use(state, tfeed_batch_n_rows(batch));
    tfeed_batch_unref(batch);
    return TFEED_OK;
}

static tfeed_status take_batch(struct step_state *state, enum bench_feed feed,
                               struct tfeed_error *reterr)
{
    switch (feed) {
    case BENCH_FEED_MEMORY:
        bench_rows_next(&state->rows, state->options->batch_size);
        for (int i = 0; i < state->consumer.n_columns; i++)
            state->consumer.batch[i].values = &state->rows.batch[i];
        use(state, (int64_t)state->options->batch_size);
        return TFEED_OK;
    case BENCH_FEED_LOADER:
        return take_from_loader(state, reterr);
    case BENCH_FEED_NONE:
    case BENCH_N_FEEDS:
        break;
    }
    return TFEED_OK;
}

/* A turn of one feed. */
static tfeed_status run_turn(struct step_state *state, enum bench_feed feed,
                             struct tfeed_error *reterr)
{
    struct feed *figures = &state->feeds[feed];
    const double cpu_start = bench_cpu_now();
    double start = bench_now();

    for (size_t i = 0; i < state->n_steps; i++) {
        const tfeed_status status = take_batch(state, feed, reterr);
        if (status != TFEED_OK)
            return status;
        bench_team_work(state->team, state->n_turns);
        const double end = bench_now();
        figures->seconds[figures->n++] = end - start;
        start = end;
    }
    figures->cpu_seconds += bench_cpu_now() - cpu_start;
    return TFEED_OK;
}

static tfeed_status run_round(struct step_state *state, struct tfeed_error *reterr)
{
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++) {
        state->feeds[feed].n = 0;
        state->feeds[feed].cpu_seconds = 0;
    }
    for (int turn = 0; turn < TURNS_A_ROUND; turn++) {
        for (int feed = 0; feed < BENCH_N_FEEDS; feed++) {
            const tfeed_status status = run_turn(state, (enum bench_feed)feed, reterr);
            if (status != TFEED_OK)
                return status;
        }
    }
    return TFEED_OK;
}

static tfeed_status run_rounds(struct step_state *state, struct bench_step_result *result,
                               struct tfeed_error *reterr)
{
    const size_t n = state->options->n_rounds;
    double medians[BENCH_N_FEEDS][BENCH_MAX_ROUNDS];
    double cpu[BENCH_N_FEEDS][BENCH_MAX_ROUNDS];
    double ratios[BENCH_MAX_ROUNDS];
    double cpu_ratios[BENCH_MAX_ROUNDS];

    for (size_t i = 0; i < n; i++) {
        const tfeed_status status = run_round(state, reterr);
        if (status != TFEED_OK)
            return status;
        for (int feed = 0; feed < BENCH_N_FEEDS; feed++) {
            struct feed *figures = &state->feeds[feed];
            medians[feed][i] = bench_spread_of(figures->seconds, figures->n).median;
            cpu[feed][i] = figures->cpu_seconds / (double)figures->n;
        }
        ratios[i] = medians[BENCH_FEED_LOADER][i] / medians[BENCH_FEED_MEMORY][i];
        cpu_ratios[i] = cpu[BENCH_FEED_LOADER][i] / cpu[BENCH_FEED_MEMORY][i];
    }
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++) {
        result->seconds[feed] = bench_spread_of(medians[feed], n);
        result->cpu_seconds[feed] = bench_spread_of(cpu[feed], n);
    }
    result->ratio = bench_spread_of(ratios, n);
    result->cpu_ratio = bench_spread_of(cpu_ratios, n);
    return TFEED_OK;
}

tfeed_status bench_step_measure(const struct bench_options *options,
                                struct bench_step_result *ret_result, struct tfeed_error *reterr)
{
    struct step_state state = {.options = options};
    struct bench_step_result result = {.n_rounds = options->n_rounds,
                                       .n_threads = (unsigned)options->n_step_threads};
    tfeed_status status = set_up(&state, reterr);

    if (status == TFEED_OK)
        status = run_rounds(&state, &result, reterr);
    if (status == TFEED_OK) {
        result.n_steps = TURNS_A_ROUND * state.n_steps;
        result.n_workers = tfeed_loader_n_workers(state.loader);
        result.n_memory_rows = state.rows.n_rows;
        *ret_result = result;
    }
    clear(&state);
    return status;
}
