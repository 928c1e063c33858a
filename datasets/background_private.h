/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * background_private.h - one thread that does what it is given, in that order, behind its owner.
 *
 *      owner    give 0   give 1   give 2   …    waits while max_waiting jobs are on their way
 *      thread       do 0     do 1     do 2 …
 *
 * Jobs are numbered from 0. What a number stands for is the owner's: as a rule place job % n of a
 * ring of n = max_waiting + 1 places. Between two calls of give the owner has the place of the job
 * that it gives next, the thread has those of the jobs that wait.
 *
 * Work and its errors come in one order, whether there is a thread or not.
 */
#ifndef TFI_BACKGROUND_PRIVATE_H
#define TFI_BACKGROUND_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <tfeed/status.h>

#include "core/thread_internal.h"

typedef tfeed_status tfi_background_work(void *user_data, uint64_t job, struct tfeed_error *reterr);

/* Zero it before. Its functions are called by its owner alone. */
struct tfi_background {
    tfi_background_work *work;
    void *user_data;
    uint64_t max_waiting;
    bool has_begun;
    bool has_thread; /* false: jobs are done when they are given */
    struct tfi_thread thread;

    struct tfi_mutex mutex; /* guards the rest */
    struct tfi_condition changed;
    uint64_t n_given; /* its owner, who alone writes it, reads it without */
    uint64_t n_done;
    bool is_over;             /* nothing more is given */
    struct tfeed_error error; /* of the first job that failed; those after it are not done */
};

/* Without wants_thread, and where no thread can be had, the owner does the work. max_waiting is 1
 * or more. */
void tfi_background_begin(struct tfi_background *background, bool wants_thread,
                          uint64_t max_waiting, tfi_background_work *work, void *user_data);

/* Gives the next job. What an earlier one said, once it has failed. */
tfeed_status tfi_background_give(struct tfi_background *background, struct tfeed_error *reterr);

/* Waits until no more than so many jobs are on their way. */
void tfi_background_wait(struct tfi_background *background, uint64_t max_waiting);

/* Waits until everything given is done, and ends the thread. The first failure of a job; else
 * `status`, which came to its owner after all of them: the caller returns what this says. One that
 * never began, or has ended, says just that. */
tfeed_status tfi_background_end(struct tfi_background *background, tfeed_status status,
                                struct tfeed_error *reterr);

#endif
