/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * background.c - one thread that does what it is given.
 */
#include "datasets/background_private.h"

#include "core/error_internal.h"

/* Does the oldest job that waits, unless one before it has failed. */
static void do_next_locked(struct tfi_background *background) TFI_REQUIRES(&background->mutex)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    const uint64_t job = background->n_done;
    if (background->error.code == TFEED_OK) {
        tfi_mutex_unlock(&background->mutex);
        const tfeed_status status = background->work(background->user_data, job, &error);
        tfi_mutex_lock(&background->mutex);
        if (status != TFEED_OK) {
            background->error = error;
            background->error.code = status; /* a foreign file system may not have filled it in */
        }
    }
    background->n_done++;
    tfi_condition_wake(&background->changed, &background->mutex);
}

static void run(void *argument)
{
    struct tfi_background *background = argument;
    tfi_mutex_lock(&background->mutex);
    for (;;) {
        while (!background->is_over && background->n_done == background->n_given)
            (void)tfi_condition_wait(&background->changed, &background->mutex, TFI_FOREVER);
        if (background->n_done == background->n_given)
            break;
        do_next_locked(background);
    }
    tfi_mutex_unlock(&background->mutex);
}

void tfi_background_begin(struct tfi_background *background, bool wants_thread,
                          uint64_t max_waiting, tfi_background_work *work, void *user_data)
{
    *background = (struct tfi_background){
        .work = work, .user_data = user_data, .max_waiting = max_waiting, .has_begun = true};
    tfi_mutex_init(&background->mutex);
    tfi_condition_init(&background->changed);
    background->has_thread = wants_thread && tfi_thread_start(&background->thread, "tfeed-behind",
                                                              run, background, NULL) == TFEED_OK;
}

static void wait_locked(struct tfi_background *background, uint64_t max_waiting)
    TFI_REQUIRES(&background->mutex)
{
    while (background->n_given - background->n_done > max_waiting)
        (void)tfi_condition_wait(&background->changed, &background->mutex, TFI_FOREVER);
}

tfeed_status tfi_background_give(struct tfi_background *background, struct tfeed_error *reterr)
{
    tfi_mutex_lock(&background->mutex);
    background->n_given++;
    if (!background->has_thread)
        do_next_locked(background);
    tfi_condition_wake(&background->changed, &background->mutex);
    wait_locked(background, background->max_waiting);
    const tfeed_status status =
        background->error.code == TFEED_OK ? TFEED_OK : tfi_fail_again(reterr, &background->error);
    tfi_mutex_unlock(&background->mutex);
    return status;
}

void tfi_background_wait(struct tfi_background *background, uint64_t max_waiting)
{
    tfi_mutex_lock(&background->mutex);
    wait_locked(background, max_waiting);
    tfi_mutex_unlock(&background->mutex);
}

tfeed_status tfi_background_end(struct tfi_background *background, tfeed_status status,
                                struct tfeed_error *reterr)
{
    if (!background->has_begun)
        return status;
    tfi_mutex_lock(&background->mutex);
    background->is_over = true;
    tfi_condition_wake(&background->changed, &background->mutex);
    tfi_mutex_unlock(&background->mutex);
    if (background->has_thread)
        tfi_thread_join(&background->thread);
    tfi_condition_clear(&background->changed);
    tfi_mutex_clear(&background->mutex);
    background->has_begun = false;
    return background->error.code == TFEED_OK ? status : tfi_fail_again(reterr, &background->error);
}
