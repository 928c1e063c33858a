/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * in_order.c - work on many items by several threads, handed over in order.
 *
 *      items   0 1 2 3 4 5 6 7 8 …
 *              ├───┤ handed over: n_done
 *                  ├─────┤ begun: up to n_begun, at most 2 n_threads of them; some are finished
 *
 * Every worker takes the next item that nobody has begun; the caller's thread waits for the one
 * whose turn it is. What is finished out of turn waits, so a slow item holds up as many others as
 * the window is wide, and no more memory than that is in use.
 */
#include <tfeed/in_order.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "core/thread_internal.h"

enum { MAX_THREADS = 256 };

struct crew {
    size_t n_items;
    size_t window; /* items begun and not handed over */
    tfeed_work_fn work;
    void *user_data;

    struct tfi_mutex mutex; /* guards the rest */
    struct tfi_condition may_begin;
    struct tfi_condition finished_one;
    size_t n_begun;
    size_t n_done;
    bool stopped;
    bool *finished; /* [window], item i at i % window */
};

static void work_on(void *argument)
{
    struct crew *crew = argument;
    tfi_mutex_lock(&crew->mutex);
    for (;;) {
        while (!crew->stopped && crew->n_begun < crew->n_items &&
               crew->n_begun - crew->n_done == crew->window)
            tfi_condition_wait(&crew->may_begin, &crew->mutex, TFI_FOREVER);
        if (crew->stopped || crew->n_begun == crew->n_items)
            break;
        const size_t i = crew->n_begun++;
        tfi_mutex_unlock(&crew->mutex);
        crew->work(crew->user_data, i);
        tfi_mutex_lock(&crew->mutex);
        crew->finished[i % crew->window] = true;
        tfi_condition_wake(&crew->finished_one, &crew->mutex);
    }
    tfi_mutex_unlock(&crew->mutex);
}

/* On the caller's thread: waits for each item in turn. */
static void hand_over(struct crew *crew, tfeed_done_fn done)
{
    for (size_t i = 0; i < crew->n_items; i++) {
        tfi_mutex_lock(&crew->mutex);
        while (!crew->finished[i % crew->window])
            tfi_condition_wait(&crew->finished_one, &crew->mutex, TFI_FOREVER);
        crew->finished[i % crew->window] = false;
        tfi_mutex_unlock(&crew->mutex);
        const bool go_on = done(crew->user_data, i);
        tfi_mutex_lock(&crew->mutex);
        crew->n_done++;
        crew->stopped = !go_on;
        tfi_condition_wake(&crew->may_begin, &crew->mutex);
        tfi_mutex_unlock(&crew->mutex);
        if (!go_on)
            return;
    }
}

static tfeed_status run_crew(struct crew *crew, struct tfi_thread *threads, size_t n_threads,
                             tfeed_done_fn done, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    size_t n_started = 0;
    tfi_mutex_init(&crew->mutex);
    tfi_condition_init(&crew->may_begin);
    tfi_condition_init(&crew->finished_one);
    while (n_started < n_threads && status == TFEED_OK) {
        status = tfi_thread_start(&threads[n_started], "tfeed-files", work_on, crew, reterr);
        n_started += status == TFEED_OK;
    }
    if (n_started > 0) { /* fewer threads do the same work */
        status = TFEED_OK;
        hand_over(crew, done);
    }
    for (size_t i = 0; i < n_started; i++)
        tfi_thread_join(&threads[i]);
    tfi_condition_clear(&crew->finished_one);
    tfi_condition_clear(&crew->may_begin);
    tfi_mutex_clear(&crew->mutex);
    return status;
}

tfeed_status tfeed_in_order(size_t n_items, size_t n_threads, tfeed_work_fn work,
                                    tfeed_done_fn done, void *user_data,
                                    struct tfeed_error *reterr)
{
    if (n_threads == 0)
        n_threads = (size_t)tfi_n_processors();
    if (n_threads > n_items)
        n_threads = n_items;
    if (n_threads > MAX_THREADS)
        n_threads = MAX_THREADS;
    if (n_threads <= 1) {
        for (size_t i = 0; i < n_items; i++) {
            work(user_data, i);
            if (!done(user_data, i))
                break;
        }
        return TFEED_OK;
    }
    struct crew crew = {
        .n_items = n_items, .window = 2 * n_threads, .work = work, .user_data = user_data};
    struct tfi_thread *threads = tfi_alloc_zeroed(NULL, n_threads, sizeof *threads);
    crew.finished = tfi_alloc_zeroed(NULL, crew.window, sizeof *crew.finished);
    const tfeed_status status = threads != NULL && crew.finished != NULL
                                    ? run_crew(&crew, threads, n_threads, done, reterr)
                                    : tfi_fail_memory(reterr, "threads");
    tfi_free(NULL, crew.finished);
    tfi_free(NULL, threads);
    return status;
}
