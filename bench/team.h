/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * team.h - threads that compute side by side: what stands for a training step.
 */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include <stdint.h>

#include <tfeed/status.h>

struct bench_team;

/** Starts n_threads - 1 threads; the caller is the last. */
TFEED_MUST_USE tfeed_status bench_team_new(unsigned n_threads, struct bench_team **ret_team,
                                           struct tfeed_error *reterr);

void bench_team_free(struct bench_team *team);

/** Each thread turns its own few kilobytes of floats n_turns times; returns when all are done. */
void bench_team_work(struct bench_team *team, uint64_t n_turns);

/** The n_turns that take this long when the machine is ours: the quickest of some tries counts. */
uint64_t bench_team_calibrate(struct bench_team *team, double seconds);

#endif
