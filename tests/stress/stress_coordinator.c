/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stress_coordinator.c - members end, fail and loop while several threads stop and join.
 *
 * Round after round on one coordinator, with clear_stop in between. Each round starts members of
 * random kinds and some joiners at once. Of the real errors that were reported exactly one is
 * recorded, every joiner is told that one, and the others are counted. A round with nothing but
 * clean ends joins cleanly. What members counted is seen by whoever has joined them.
 *
 * Exit: 0 fine, 1 an error was lost, doubled or told to some only, or a member outlived its join.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <tfeed/coordinator.h>

#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "tests/support/stress.h"

enum { MAX_MEMBERS = 12, N_JOINERS = 3 };

enum kind { ENDS, FAILS, MEETS_END, WAITS, LOOPS, FAILS_IN_REGION, N_KINDS };

static struct tfeed_coordinator *coordinator;
static _Atomic uint64_t n_alive;
static _Atomic uint64_t n_reported; /* real errors of this round */
static uint64_t n_rounds, n_members, n_errors, n_wrong;

/* --- members ------------------------------------------------------------------------------- */

struct duty {
    enum kind kind;
    uint64_t delay; /* turns of a small loop */
};

static void dawdle(uint64_t n_turns)
{
    for (_Atomic uint64_t i = 0; i < n_turns; i++)
        ;
}

static tfeed_status fail_really(struct tfeed_error *reterr)
{
    atomic_fetch_add(&n_reported, 1);
    return tfi_fail(reterr, TFEED_DATA_LOSS, "a real error");
}

static tfeed_status run_region(struct tfeed_coordinator *its, void *user_data,
                               struct tfeed_error *reterr)
{
    (void)its;
    (void)user_data;
    return fail_really(reterr);
}

static tfeed_status do_duty(struct tfeed_coordinator *its, const struct duty *duty,
                            struct tfeed_error *reterr)
{
    dawdle(duty->delay);
    switch (duty->kind) {
    case FAILS:
        return fail_really(reterr);
    case FAILS_IN_REGION:
        (void)tfeed_coordinator_stop_on_error(its, run_region, NULL, NULL);
        return TFEED_OK;
    case MEETS_END:
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "the end");
    case WAITS:
        (void)tfeed_coordinator_wait_for_stop(its, TFEED_WAIT_FOREVER);
        return TFEED_OK;
    case ENDS:
    case LOOPS:
    case N_KINDS:
        break;
    }
    return TFEED_OK;
}

static tfeed_status run_member(struct tfeed_coordinator *its, void *user_data,
                               struct tfeed_error *reterr)
{
    const tfeed_status status = do_duty(its, user_data, reterr);
    atomic_fetch_sub_explicit(&n_alive, 1, memory_order_relaxed); /* join orders it */
    return status;
}

static tfeed_status run_loop(struct tfeed_coordinator *its, void *user_data,
                             struct tfeed_error *reterr)
{
    (void)its;
    (void)reterr;
    dawdle(((const struct duty *)user_data)->delay);
    return TFEED_OK;
}

static tfeed_status end_loop(struct tfeed_coordinator *its, void *user_data,
                             struct tfeed_error *reterr)
{
    (void)its;
    (void)user_data;
    (void)reterr;
    atomic_fetch_sub_explicit(&n_alive, 1, memory_order_relaxed);
    return TFEED_OK;
}

static tfeed_status start_member(struct duty *duty)
{
    struct tfeed_looper_options options;
    atomic_fetch_add(&n_alive, 1);
    if (duty->kind != LOOPS)
        return tfeed_coordinator_start_thread(coordinator, "member", run_member, duty, NULL);
    tfeed_looper_options_init(&options);
    options.interval_ms = (int64_t)(duty->delay % 2);
    options.run = run_loop;
    options.stop = end_loop;
    options.user_data = duty;
    return tfeed_coordinator_start_looper(coordinator, &options, NULL);
}

/* --- a round ------------------------------------------------------------------------------- */

struct joiner {
    struct tfi_thread thread;
    tfeed_status status;
    uint64_t n_alive_after;
};

static void join(void *opaque)
{
    struct joiner *joiner = opaque;
    struct tfeed_join_options options;
    tfeed_join_options_init(&options);
    options.grace_ms = -1;
    joiner->status = tfeed_coordinator_join(coordinator, &options, NULL);
    joiner->n_alive_after = atomic_load_explicit(&n_alive, memory_order_relaxed);
}

static void must(tfeed_status status)
{
    if (status != TFEED_OK)
        exit(2);
}

static void check_round(const struct joiner joiners[N_JOINERS])
{
    const uint64_t reported = atomic_load(&n_reported);
    const tfeed_status recorded = tfeed_coordinator_error(coordinator, NULL);
    const uint64_t dropped = tfeed_coordinator_n_dropped_errors(coordinator);
    n_errors += reported;
    n_wrong += reported != dropped + (recorded != TFEED_OK);
    for (size_t i = 0; i < N_JOINERS; i++)
        n_wrong += joiners[i].status != recorded || joiners[i].n_alive_after != 0;
}

static void run_round(uint64_t *random)
{
    struct duty duties[MAX_MEMBERS];
    struct joiner joiners[N_JOINERS];
    const size_t n = 1 + t_random_next(random) % MAX_MEMBERS;
    atomic_store(&n_reported, 0);
    for (size_t i = 0; i < n; i++) {
        duties[i] = (struct duty){.kind = (enum kind)(t_random_next(random) % N_KINDS),
                                  .delay = t_random_next(random) % 2000};
        must(start_member(&duties[i]));
    }
    for (size_t i = 0; i < N_JOINERS; i++)
        must(tfi_thread_start(&joiners[i].thread, "joiner", join, &joiners[i], NULL));
    dawdle(t_random_next(random) % 20000);
    (void)tfeed_coordinator_request_stop(coordinator, NULL, NULL);
    for (size_t i = 0; i < N_JOINERS; i++)
        tfi_thread_join(&joiners[i].thread);
    check_round(joiners);
    tfeed_coordinator_clear_stop(coordinator);
    n_rounds++;
    n_members += n;
}

int main(int argc, char **argv)
{
    struct t_stress_options options;
    t_stress_options_parse(&options, 1, argc, argv);
    must(tfeed_coordinator_new(NULL, &coordinator, NULL));
    uint64_t random = options.seed;
    const int64_t end_ns = t_stress_end_ns(&options);
    do
        run_round(&random);
    while (tfi_clock_now_ns() < end_ns);
    tfeed_coordinator_free(coordinator);
    printf("rounds %" PRIu64 ", members %" PRIu64 ", errors %" PRIu64 ", wrong %" PRIu64 "\n",
           n_rounds, n_members, n_errors, n_wrong);
    return n_rounds > 0 && n_wrong == 0 ? 0 : 1;
}
