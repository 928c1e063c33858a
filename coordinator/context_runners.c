/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * context_runners.c - the queue runners that a context keeps, as the entries it knows.
 */
#include "coordinator/coordinator_private.h"
#include "core/context_internal.h"

static tfeed_status start_runner(void *runner, void *coordinator, struct tfeed_error *reterr)
{
    return tfeed_queue_runner_start(runner, coordinator, NULL, reterr);
}

static void cancel_runner(void *runner)
{
    tfi_queue_runner_cancel(runner);
}

static void describe_live(void *runner, char *text, size_t text_bytes)
{
    tfi_queue_runner_describe_live(runner, text, text_bytes);
}

static void free_runner(void *runner)
{
    tfeed_queue_runner_free(runner);
}

static const struct tfi_runner_functions runner_functions = {
    .start = start_runner,
    .cancel = cancel_runner,
    .describe_live = describe_live,
    .free = free_runner,
};

tfeed_status tfeed_context_add_queue_runner(struct tfeed_context *context,
                                            struct tfeed_queue_runner *runner,
                                            struct tfeed_error *reterr)
{
    return tfi_context_add_runner(context, &runner_functions, runner, reterr);
}

size_t tfeed_context_n_queue_runners(struct tfeed_context *context)
{
    return tfi_context_n_runners(context);
}

struct tfeed_queue_runner *tfeed_context_queue_runner(struct tfeed_context *context, size_t i)
{
    return tfi_context_runner(context, i);
}

tfeed_status tfeed_start_queue_runners(struct tfeed_context *context,
                                       struct tfeed_coordinator *coordinator,
                                       struct tfeed_error *reterr)
{
    return tfi_context_start_runners(context, coordinator, reterr);
}
