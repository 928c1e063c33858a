/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_background.c - jobs done in order, behind their owner, up to the first that fails.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "core/error_internal.h"
#include "datasets/background_private.h"

enum { N_JOBS = 1000, MAX_WAITING = 3, NOWHERE = -1 };

struct works {
    int ring[MAX_WAITING + 1]; /* what the owner put there */
    int fails_at;
    int n_done;
    bool in_order;
};

static tfeed_status work(void *user_data, uint64_t job, struct tfeed_error *reterr)
{
    struct works *works = user_data;
    works->in_order = works->in_order && (int)job == works->n_done &&
                      works->ring[job % (MAX_WAITING + 1)] == (int)job;
    works->n_done++;
    if (works->fails_at == (int)job)
        return tfi_fail(reterr, TFEED_DATA_LOSS, "job %d", (int)job);
    return TFEED_OK;
}

static tfeed_status give_all(struct tfi_background *background, struct works *works,
                             struct tfeed_error *reterr)
{
    for (int i = 0; i < N_JOBS; i++) {
        works->ring[background->n_given % (MAX_WAITING + 1)] = i;
        TFI_TRY(tfi_background_give(background, reterr));
    }
    return TFEED_OK;
}

/* Gives all jobs; what end says. */
static tfeed_status run(struct works *works, bool wants_thread, struct tfeed_error *reterr)
{
    struct tfi_background background = {.work = NULL};
    works->in_order = true;
    tfi_background_begin(&background, wants_thread, MAX_WAITING, work, works);
    const tfeed_status status = give_all(&background, works, reterr);
    return tfi_background_end(&background, status, reterr);
}

Test(background, jobs_are_done_in_order)
{
    for (int i = 0; i < 2; i++) {
        struct works works = {.fails_at = NOWHERE};
        cr_assert_eq(run(&works, i == 1, NULL), TFEED_OK);
        cr_assert_eq(works.n_done, N_JOBS);
        cr_assert(works.in_order);
    }
}

Test(background, first_failure_is_kept_and_ends_the_work)
{
    for (int i = 0; i < 2; i++) {
        struct works works = {.fails_at = 70};
        struct tfeed_error error;
        cr_assert_eq(run(&works, i == 1, &error), TFEED_DATA_LOSS);
        cr_assert_str_eq(error.message, "job 70");
        cr_assert_eq(works.n_done, 71);
    }
}

Test(background, failure_of_a_job_comes_before_that_of_its_owner)
{
    struct works works = {.fails_at = N_JOBS - 1};
    struct tfi_background background = {.work = NULL};
    tfi_background_begin(&background, true, N_JOBS, work, &works);
    (void)give_all(&background, &works, NULL);
    cr_assert_eq(tfi_background_end(&background, TFEED_CANCELLED, NULL), TFEED_DATA_LOSS);
}

Test(background, owner_is_told_his_own_status_where_nothing_failed)
{
    struct works works = {.fails_at = NOWHERE};
    struct tfi_background background = {.work = NULL};
    tfi_background_begin(&background, true, MAX_WAITING, work, &works);
    cr_assert_eq(tfi_background_end(&background, TFEED_CANCELLED, NULL), TFEED_CANCELLED);
    cr_assert_eq(tfi_background_end(&background, TFEED_OK, NULL), TFEED_OK, "it has ended");
}

Test(background, waiting_for_none_is_waiting_for_all)
{
    struct works works = {.fails_at = NOWHERE};
    struct tfi_background background = {.work = NULL};
    tfi_background_begin(&background, true, N_JOBS, work, &works);
    cr_assert_eq(give_all(&background, &works, NULL), TFEED_OK);
    tfi_background_wait(&background, 0);
    cr_assert_eq(works.n_done, N_JOBS);
    cr_assert_eq(tfi_background_end(&background, TFEED_OK, NULL), TFEED_OK);
}

Test(background, owner_works_where_there_are_no_threads)
{
    struct works works = {.fails_at = NOWHERE};
    tfi_thread_fail_starts(0, 1);
    cr_assert_eq(run(&works, true, NULL), TFEED_OK);
    tfi_thread_fail_starts(0, 0);
    cr_assert_eq(works.n_done, N_JOBS);
}
