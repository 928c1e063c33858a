/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * team.c - threads that compute side by side.
 *
 * Arithmetic in the first-level cache, so that what the team loses to a loader beside it is the
 * processor's time, not memory that both would want anyway.
 */
#include "bench/team.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/harness.h"

enum { N_FLOATS = 1024, N_TRIES = 20 };

struct member {
    struct bench_team *team;
    pthread_t thread;
    float floats[N_FLOATS];
};

struct bench_team {
    unsigned n_started;   /* threads of our own: members 1 …; member 0 is the caller */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    uint64_t n_pieces; /* given out so far */
    unsigned n_busy;   /* threads of our own that still work on the last one */
    uint64_t n_turns;
    bool is_over;
    struct member members[];
};

static void work(struct member *member, uint64_t n_turns)
{
    for (uint64_t turn = 0; turn < n_turns; turn++)
        for (int i = 0; i < N_FLOATS; i++)
            member->floats[i] = member->floats[i] * 0.999f + 0.001f;
}

static void *run(void *user_data)
{
    struct member *member = user_data;
    struct bench_team *team = member->team;
    uint64_t n_done = 0;

    pthread_mutex_lock(&team->lock);
    for (;;) {
        while (!team->is_over && team->n_pieces == n_done)
            pthread_cond_wait(&team->changed, &team->lock);
        if (team->is_over)
            break;
        const uint64_t n_turns = team->n_turns;
        n_done = team->n_pieces;
        pthread_mutex_unlock(&team->lock);
        work(member, n_turns);
        pthread_mutex_lock(&team->lock);
        if (--team->n_busy == 0)
            pthread_cond_broadcast(&team->changed);
    }
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

tfeed_status bench_team_new(unsigned n_threads, struct bench_team **ret_team,
                            struct tfeed_error *reterr)
{
    struct bench_team *team = calloc(1, sizeof *team + n_threads * sizeof *team->members);

    if (!team)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->changed, NULL);
    for (unsigned i = 1; i < n_threads; i++) {
        struct member *member = &team->members[i];
        member->team = team;
        if (pthread_create(&member->thread, NULL, run, member) != 0) {
            bench_team_free(team);
            return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no thread %u of %u", i, n_threads);
        }
        team->n_started++;
    }
    *ret_team = team;
    return TFEED_OK;
}

void bench_team_free(struct bench_team *team)
{
    if (!team)
        return;
    pthread_mutex_lock(&team->lock);
    team->is_over = true;
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->lock);
    for (unsigned i = 1; i <= team->n_started; i++)
        pthread_join(team->members[i].thread, NULL);
    pthread_cond_destroy(&team->changed);
    pthread_mutex_destroy(&team->lock);
    free(team);
}

void bench_team_work(struct bench_team *team, uint64_t n_turns)
{
    pthread_mutex_lock(&team->lock);
    team->n_turns = n_turns;
    team->n_busy = team->n_started;
    team->n_pieces++;
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->lock);
    work(&team->members[0], n_turns);
    pthread_mutex_lock(&team->lock);
    while (team->n_busy > 0)
        pthread_cond_wait(&team->changed, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static double quickest(struct bench_team *team, uint64_t n_turns)
{
    double least = 0;

    for (int i = 0; i < N_TRIES; i++) {
        const double start = bench_now();
        bench_team_work(team, n_turns);
        const double seconds = bench_now() - start;
        if (i == 0 || seconds < least)
            least = seconds;
    }
    return least;
}

uint64_t bench_team_calibrate(struct bench_team *team, double seconds)
{
    uint64_t n_turns = 64;

    while (quickest(team, n_turns) < seconds / 4)
        n_turns *= 2;
    const double turns = (double)n_turns * seconds / quickest(team, n_turns);
    return turns > 1 ? (uint64_t)turns : 1;
}
