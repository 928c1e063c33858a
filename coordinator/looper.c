/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * looper.c - a member thread that runs a function at an interval.
 *
 *      start │ run      run      run ─late─▶ run run      run │ stop
 *            ├────────┼────────┼────────┼────────┼────────┼───┤
 *            at once   interval                               the stop was requested
 *
 * Runs are due at multiples of the interval from the first one, however long each takes.
 * Follows:  TensorFlow 1.15's LooperThread
 */
#include "coordinator/coordinator_private.h"
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"

enum { NS_PER_MS = 1000000 };

struct looper {
    int64_t interval_ns;
    tfeed_member_fn start;
    tfeed_member_fn run;
    tfeed_member_fn stop;
    void *user_data;
};

void tfeed_looper_options_init(struct tfeed_looper_options *options)
{
    *options = (struct tfeed_looper_options){.struct_size = sizeof *options};
}

static tfeed_status call(tfeed_member_fn function, struct tfeed_coordinator *coordinator,
                         const struct looper *looper, struct tfeed_error *reterr)
{
    return function != NULL ? function(coordinator, looper->user_data, reterr) : TFEED_OK;
}

static tfeed_status loop(struct tfeed_coordinator *coordinator, const struct looper *looper,
                         struct tfeed_error *reterr)
{
    TFI_TRY(call(looper->start, coordinator, looper, reterr));
    int64_t due_ns = tfi_clock_now_ns();
    while (!tfi_coordinator_wait_until(coordinator, due_ns)) {
        if (__builtin_add_overflow(due_ns, looper->interval_ns, &due_ns))
            due_ns = TFI_FOREVER;
        TFI_TRY(call(looper->run, coordinator, looper, reterr));
    }
    return call(looper->stop, coordinator, looper, reterr);
}

/* The looper is copied first, so that no end of the thread leaves it behind. */
static tfeed_status run_looper(struct tfeed_coordinator *coordinator, void *user_data,
                               struct tfeed_error *reterr)
{
    const struct looper looper = *(struct looper *)user_data;
    tfi_free(tfi_coordinator_allocator(coordinator), user_data);
    return loop(coordinator, &looper, reterr);
}

static tfeed_status check_request(const struct tfeed_coordinator *coordinator,
                                  const struct tfeed_looper_options *options,
                                  struct tfeed_error *reterr)
{
    if (options == NULL || options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "looper options have struct_size %zu, expected %zu: call "
                        "tfeed_looper_options_init first",
                        options != NULL ? options->struct_size : 0, sizeof *options);
    if (coordinator == NULL || options->run == NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a looper needs a coordinator and a function to run");
    if (options->interval_ms < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a looper's interval is 0 or more, not %lld ms",
                        (long long)options->interval_ms);
    return TFEED_OK;
}

tfeed_status tfeed_coordinator_start_looper(struct tfeed_coordinator *coordinator,
                                            const struct tfeed_looper_options *options,
                                            struct tfeed_error *reterr)
{
    TFI_TRY(check_request(coordinator, options, reterr));
    const struct tfeed_allocator *allocator = tfi_coordinator_allocator(coordinator);
    struct looper *looper = tfi_alloc(allocator, sizeof *looper);
    if (looper == NULL)
        return tfi_fail_memory(reterr, "a looper");
    *looper = (struct looper){.start = options->start,
                              .run = options->run,
                              .stop = options->stop,
                              .user_data = options->user_data};
    if (__builtin_mul_overflow(options->interval_ms, (int64_t)NS_PER_MS, &looper->interval_ns))
        looper->interval_ns = INT64_MAX;
    const char *name = options->name != NULL ? options->name : "looper";
    const tfeed_status status =
        tfeed_coordinator_start_thread(coordinator, name, run_looper, looper, reterr);
    if (status != TFEED_OK)
        tfi_free(allocator, looper);
    return status;
}
