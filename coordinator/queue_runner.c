/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_runner.c - the threads that keep one queue filled.
 *
 *    worker, one per operation            watcher, with a coordinator
 *    ─────────────────────────            ───────────────────────────
 *    until the stop or an error:          waits for the stop
 *        run the operation                cancels the queue: blocked workers come back
 *    closed code: the last one closes
 *    other error: to the coordinator,
 *        else into `errors`
 *
 * Invariants
 *   (1) n_filling counts the workers that have not met their end. Only the one that brings it to 0
 *       by a closed code closes the queue; one that dies otherwise counts down and closes nothing.
 *   (2) n_live counts threads, watchers included, until they stop using the runner. It reaches 0
 *       before the runner is freed.
 *   (3) A thread holds a reference, so that unlocking the mutex after (2) is safe.
 *   (4) is_created: all workers count as filling and living, and none has started.
 * Threads:  the mutex is never held while an operation, close or cancel runs.
 * Follows:  TensorFlow 1.15's QueueRunner; doc/design/pipeline.md
 */
#include <stdio.h>
#include <string.h>

#include "coordinator/coordinator_private.h"
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"

enum { N_CODES = 17 }; /* canonical statuses, 0 … 16 */

static const char thread_prefix[] = "QueueRunnerThread";

struct worker {
    struct tfeed_queue_runner *runner;
    struct tfeed_enqueue_operation operation;
    char *thread_name;
    struct tfi_thread thread; /* valid with has_thread */
    bool has_thread;          /* nobody but the runner joins it */
    bool is_live;             /* guarded by the runner's mutex */
};

/* What a watcher thread is about. */
struct watch {
    struct tfeed_queue_runner *runner;
    uint32_t number;
};

/* A way to close the queue. */
struct ending {
    tfeed_enqueue_fn run;
    void *user_data;
};

struct tfeed_queue_runner {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *queue;
    tfeed_status closed_codes[N_CODES]; /* rising */
    size_t n_closed_codes;
    const char **operation_names; /* [n_workers], tails of the threads' */
    struct ending close;
    struct ending cancel;
    bool closes_on_error;
    struct worker *workers;
    size_t n_workers;
    char *watcher_name;
    _Atomic uint32_t n_watches; /* starts and cancellings: a watcher of an earlier one leaves */
    _Atomic bool is_cancelled;  /* since the last creation: workers run their operation no more */

    struct tfi_mutex mutex; /* guards all that follows */
    struct tfi_condition ended;
    struct tfeed_coordinator *coordinator; /* of the last start, or NULL; a reference */
    bool is_created;                       /* (4) */
    size_t n_filling;                      /* (1) */
    size_t n_workers_live;
    size_t n_watchers_live;
    struct tfeed_error *errors; /* [n_workers] */
    size_t n_errors;
};

/* --- making -------------------------------------------------------------------------------- */

void tfeed_queue_runner_options_init(struct tfeed_queue_runner_options *options)
{
    *options = (struct tfeed_queue_runner_options){.struct_size = sizeof *options};
}

static void runner_unref(struct tfeed_queue_runner *runner)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (atomic_fetch_sub_explicit(&runner->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < runner->n_workers; i++) {
        struct worker *worker = &runner->workers[i];
        if (worker->operation.free != NULL)
            worker->operation.free(worker->operation.user_data);
        tfi_free(runner->allocator, worker->thread_name);
    }
    if (runner->coordinator != NULL)
        tfi_coordinator_unref(runner->coordinator);
    tfeed_queue_unref(runner->queue);
    tfi_condition_clear(&runner->ended);
    tfi_mutex_clear(&runner->mutex);
    tfi_free(runner->allocator, runner->errors);
    tfi_free(runner->allocator, runner->operation_names);
    tfi_free(runner->allocator, runner->watcher_name);
    tfi_free(runner->allocator, runner->workers);
    tfi_free(runner->allocator, runner);
}

static tfeed_status close_queue(void *queue, struct tfeed_error *reterr)
{
    return tfeed_queue_close(queue, false, reterr);
}

static tfeed_status cancel_queue(void *queue, struct tfeed_error *reterr)
{
    return tfeed_queue_close(queue, true, reterr);
}

static struct ending choose_ending(tfeed_enqueue_fn wanted, void *user_data,
                                   tfeed_enqueue_fn otherwise, struct tfeed_queue *queue)
{
    if (wanted != NULL)
        return (struct ending){.run = wanted, .user_data = user_data};
    return (struct ending){.run = otherwise, .user_data = queue};
}

/* Errors of closing are passed over, as in TensorFlow: the queue is closed already. */
static void run_ending(struct ending ending)
{
    (void)ending.run(ending.user_data, NULL);
}

static char *make_thread_name(const struct tfeed_queue_runner *runner, const char *what)
{
    const char *queue = tfeed_queue_name(runner->queue);
    const size_t n_bytes = sizeof thread_prefix + 2 + strlen(queue) + strlen(what);
    char *name = tfi_alloc(runner->allocator, n_bytes);
    if (name != NULL)
        (void)snprintf(name, n_bytes, "%s-%s-%s", thread_prefix, queue, what);
    return name;
}

static tfeed_status check_request(const struct tfeed_queue *queue,
                                  const struct tfeed_enqueue_operation *operations,
                                  size_t n_operations,
                                  const struct tfeed_queue_runner_options *options,
                                  struct tfeed_error *reterr)
{
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "queue runner options have struct_size %zu, expected %zu: call "
                        "tfeed_queue_runner_options_init first",
                        options->struct_size, sizeof *options);
    if (queue == NULL || operations == NULL || n_operations == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a queue runner needs a queue and at least one operation");
    for (size_t i = 0; i < n_operations; i++)
        if (operations[i].run == NULL)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "operation %zu of a queue runner has no function", i);
    if (options->closed_codes != NULL && options->n_closed_codes == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a queue runner's list of closed codes is empty");
    return TFEED_OK;
}

/* Takes the codes over, each once and in rising order. Others than the canonical ones cannot occur
 * and are passed over. */
static void set_closed_codes(struct tfeed_queue_runner *runner,
                             const struct tfeed_queue_runner_options *options)
{
    static const tfeed_status default_codes[] = {TFEED_OUT_OF_RANGE};
    const bool is_given = options->closed_codes != NULL;
    const tfeed_status *codes = is_given ? options->closed_codes : default_codes;
    const size_t n_codes = is_given ? options->n_closed_codes : 1;
    for (int code = 0; code < N_CODES; code++) {
        size_t i = 0;
        while (i < n_codes && (int)codes[i] != code)
            i++;
        if (i < n_codes)
            runner->closed_codes[runner->n_closed_codes++] = codes[i];
    }
}

static bool is_closed_code(const struct tfeed_queue_runner *runner, tfeed_status status)
{
    size_t i = 0;
    while (i < runner->n_closed_codes && runner->closed_codes[i] != status)
        i++;
    return i < runner->n_closed_codes;
}

/* Everything that needs memory. */
static bool alloc_parts(struct tfeed_queue_runner *runner, size_t n_workers)
{
    runner->workers = tfi_alloc_zeroed(runner->allocator, n_workers, sizeof *runner->workers);
    runner->errors = tfi_alloc_array(runner->allocator, n_workers, sizeof *runner->errors);
    runner->operation_names =
        tfi_alloc_array(runner->allocator, n_workers, sizeof *runner->operation_names);
    runner->watcher_name = make_thread_name(runner, "close_on_stop");
    return runner->workers != NULL && runner->errors != NULL && runner->operation_names != NULL &&
           runner->watcher_name != NULL;
}

static bool add_workers(struct tfeed_queue_runner *runner,
                        const struct tfeed_enqueue_operation *operations, size_t n_operations)
{
    for (size_t i = 0; i < n_operations; i++) {
        struct worker *worker = &runner->workers[i];
        const char *name = operations[i].name != NULL ? operations[i].name : "enqueue";
        worker->runner = runner;
        worker->operation.run = operations[i].run;
        worker->operation.user_data = operations[i].user_data;
        worker->thread_name = make_thread_name(runner, name);
        runner->n_workers = i + 1;
        if (worker->thread_name == NULL)
            return false;
        runner->operation_names[i] =
            worker->thread_name + strlen(worker->thread_name) - strlen(name);
    }
    /* Taken only now, when nothing can fail any more. */
    for (size_t i = 0; i < n_operations; i++)
        runner->workers[i].operation.free = operations[i].free;
    return true;
}

tfeed_status tfeed_queue_runner_new(struct tfeed_queue *queue,
                                    const struct tfeed_enqueue_operation *operations,
                                    size_t n_operations,
                                    const struct tfeed_queue_runner_options *options,
                                    struct tfeed_queue_runner **ret_runner,
                                    struct tfeed_error *reterr)
{
    struct tfeed_queue_runner_options defaults;
    tfeed_queue_runner_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    TFI_TRY(check_request(queue, operations, n_operations, options, reterr));

    struct tfeed_queue_runner *runner = tfi_alloc_zeroed(options->allocator, 1, sizeof *runner);
    if (runner == NULL)
        return tfi_fail_memory(reterr, "a queue runner");
    atomic_init(&runner->n_refs, 1);
    atomic_init(&runner->n_watches, 0);
    runner->allocator = options->allocator;
    runner->queue = tfeed_queue_ref(queue);
    set_closed_codes(runner, options);
    runner->close = choose_ending(options->close, options->user_data, close_queue, queue);
    runner->cancel = choose_ending(options->cancel, options->user_data, cancel_queue, queue);
    runner->closes_on_error = options->closes_on_error;
    tfi_mutex_init(&runner->mutex);
    tfi_condition_init(&runner->ended);
    if (!alloc_parts(runner, n_operations) || !add_workers(runner, operations, n_operations)) {
        runner_unref(runner);
        return tfi_fail_memory(reterr, "a queue runner");
    }
    *ret_runner = runner;
    return TFEED_OK;
}

/* --- the threads --------------------------------------------------------------------------- */

/* Runs the operation until it fails; TFEED_OK when the stop or the runner's end came first. */
static tfeed_status fill_until_end(const struct worker *worker,
                                   struct tfeed_coordinator *coordinator,
                                   struct tfeed_error *reterr)
{
    const struct tfeed_enqueue_operation *operation = &worker->operation;
    tfeed_status status = TFEED_OK;
    while (status == TFEED_OK && !atomic_load(&worker->runner->is_cancelled) &&
           (coordinator == NULL || !tfeed_coordinator_should_stop(coordinator)))
        status = operation->run(operation->user_data, reterr);
    if (status != TFEED_OK && reterr->code != status)
        (void)tfi_fail(reterr, status, "%s: %s", worker->thread_name, tfeed_status_text(status));
    return status;
}

/* What becomes of a worker's end: a closed queue, an error reported, or nothing. */
static void settle_end(struct tfeed_queue_runner *runner, struct tfeed_coordinator *coordinator,
                       tfeed_status status, const struct tfeed_error *error)
{
    const bool is_end = status != TFEED_OK && is_closed_code(runner, status);
    const bool is_error = status != TFEED_OK && !is_end;
    /* Before the count goes down: another worker may then close the queue, and a consumer that sees
     * its end must not be able to request a clean stop first. After a join nobody hears. */
    if (is_error && coordinator != NULL)
        (void)tfeed_coordinator_request_stop(coordinator, error, NULL);
    tfi_mutex_lock(&runner->mutex);
    const bool is_last = --runner->n_filling == 0; /* (1) */
    if (is_error && coordinator == NULL)
        runner->errors[runner->n_errors++] = *error;
    tfi_mutex_unlock(&runner->mutex);
    if (is_last && (is_end || (is_error && runner->closes_on_error)))
        run_ending(runner->close);
}

static tfeed_status run_worker(struct tfeed_coordinator *coordinator, void *user_data,
                               struct tfeed_error *reterr)
{
    struct worker *worker = user_data;
    struct tfeed_queue_runner *runner = worker->runner;
    const tfeed_status status = fill_until_end(worker, coordinator, reterr);
    settle_end(runner, coordinator, status, reterr);
    tfi_mutex_lock(&runner->mutex);
    worker->is_live = false;
    runner->n_workers_live--;
    tfi_condition_wake(&runner->ended, &runner->mutex);
    tfi_mutex_unlock(&runner->mutex);
    runner_unref(runner); /* (3) */
    return TFEED_OK;      /* what there was to report has been */
}

static void run_own_worker(void *argument)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    (void)run_worker(NULL, argument, &error); /* errors stand in the runner's list */
}

static void end_watch(struct watch *watch)
{
    struct tfeed_queue_runner *runner = watch->runner;
    tfi_free(runner->allocator, watch);
    tfi_mutex_lock(&runner->mutex);
    runner->n_watchers_live--;
    tfi_condition_wake(&runner->ended, &runner->mutex);
    tfi_mutex_unlock(&runner->mutex);
    runner_unref(runner); /* (3) */
}

static tfeed_status run_watcher(struct tfeed_coordinator *coordinator, void *user_data,
                                struct tfeed_error *reterr)
{
    (void)reterr;
    struct watch *watch = user_data;
    struct tfeed_queue_runner *runner = watch->runner;
    if (tfi_coordinator_wait_for_stop_while(coordinator, &runner->n_watches, watch->number))
        run_ending(runner->cancel);
    end_watch(watch);
    return TFEED_OK;
}

/* --- starting ------------------------------------------------------------------------------ */

static void add_ref(struct tfeed_queue_runner *runner)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&runner->n_refs, 1, memory_order_relaxed);
}

static void join_own_threads(struct tfeed_queue_runner *runner)
{
    for (size_t i = 0; i < runner->n_workers; i++) {
        if (runner->workers[i].has_thread)
            tfi_thread_join(&runner->workers[i].thread);
        runner->workers[i].has_thread = false;
    }
}

/* Makes watchers of earlier starts leave, which wait on `coordinator`; NULL: there are none. */
static void end_watches(struct tfeed_queue_runner *runner, struct tfeed_coordinator *coordinator)
{
    if (coordinator == NULL)
        return;
    tfi_coordinator_count_up(coordinator, &runner->n_watches);
    tfi_coordinator_unref(coordinator);
}

/* Creates the threads, as far as anybody can tell: false while workers of an earlier creation live.
 * All count from here on, so that an early end does not close the queue under late starters. */
static bool create(struct tfeed_queue_runner *runner, struct tfeed_coordinator *coordinator)
{
    tfi_mutex_lock(&runner->mutex);
    const bool is_free = runner->n_workers_live == 0;
    struct tfeed_coordinator *previous = NULL;
    if (is_free) {
        runner->n_workers_live = runner->n_workers;
        runner->n_filling = runner->n_workers;
        runner->n_errors = 0;
        atomic_store(&runner->is_cancelled, false);
        previous = runner->coordinator;
        runner->coordinator = coordinator != NULL ? tfi_coordinator_ref(coordinator) : NULL;
        runner->is_created = true;
    }
    tfi_mutex_unlock(&runner->mutex);
    end_watches(runner, previous);
    return is_free;
}

/* Turns what was created into what is being started; false when there is nothing. */
static bool claim_created(struct tfeed_queue_runner *runner)
{
    tfi_mutex_lock(&runner->mutex);
    const bool was_created = runner->is_created;
    runner->is_created = false;
    for (size_t i = 0; was_created && i < runner->n_workers; i++)
        runner->workers[i].is_live = true;
    tfi_mutex_unlock(&runner->mutex);
    return was_created;
}

/* Takes back what was counted for workers first … n_workers - 1, which have not started. */
static void forget_workers(struct tfeed_queue_runner *runner, size_t first)
{
    tfi_mutex_lock(&runner->mutex);
    for (size_t i = first; i < runner->n_workers; i++)
        runner->workers[i].is_live = false;
    runner->n_workers_live -= runner->n_workers - first;
    runner->n_filling -= runner->n_workers - first;
    tfi_condition_wake(&runner->ended, &runner->mutex);
    tfi_mutex_unlock(&runner->mutex);
}

static tfeed_status start_watcher(struct tfeed_queue_runner *runner,
                                  struct tfeed_coordinator *coordinator, struct tfeed_error *reterr)
{
    struct watch *watch = tfi_alloc(runner->allocator, sizeof *watch);
    if (watch == NULL)
        return tfi_fail_memory(reterr, "a queue runner's watcher");
    *watch = (struct watch){.runner = runner, .number = atomic_load(&runner->n_watches)};
    add_ref(runner);
    tfi_mutex_lock(&runner->mutex);
    runner->n_watchers_live++;
    tfi_mutex_unlock(&runner->mutex);
    const tfeed_status status = tfeed_coordinator_start_thread(coordinator, runner->watcher_name,
                                                               run_watcher, watch, reterr);
    if (status != TFEED_OK)
        end_watch(watch);
    return status;
}

static tfeed_status start_worker(struct worker *worker, struct tfeed_coordinator *coordinator,
                                 struct tfeed_error *reterr)
{
    add_ref(worker->runner);
    tfeed_status status;
    if (coordinator != NULL) {
        status = tfeed_coordinator_start_thread(coordinator, worker->thread_name, run_worker,
                                                worker, reterr);
    } else {
        status = tfi_thread_start(&worker->thread, tfeed_queue_name(worker->runner->queue),
                                  run_own_worker, worker, reterr);
        worker->has_thread = status == TFEED_OK;
    }
    if (status != TFEED_OK)
        runner_unref(worker->runner);
    return status;
}

/* Starts what was claimed. The coordinator is that of the creation, held by the runner. */
static tfeed_status launch(struct tfeed_queue_runner *runner, struct tfeed_coordinator *coordinator,
                           struct tfeed_error *reterr)
{
    join_own_threads(runner); /* of an earlier start: they have ended */
    tfeed_status status = TFEED_OK;
    if (coordinator != NULL) /* first, so that a stop always reaches the queue */
        status = start_watcher(runner, coordinator, reterr);
    size_t n_started = 0;
    while (status == TFEED_OK && n_started < runner->n_workers) {
        status = start_worker(&runner->workers[n_started], coordinator, reterr);
        if (status == TFEED_OK)
            n_started++;
    }
    if (status != TFEED_OK)
        forget_workers(runner, n_started);
    return status;
}

void tfeed_queue_runner_create(struct tfeed_queue_runner *runner,
                               struct tfeed_coordinator *coordinator, size_t *ret_n_threads)
{
    const size_t n_threads = runner->n_workers + (coordinator != NULL ? 1 : 0);
    const bool is_new = create(runner, coordinator);
    if (ret_n_threads != NULL)
        *ret_n_threads = is_new ? n_threads : 0;
}

tfeed_status tfeed_queue_runner_start_created(struct tfeed_queue_runner *runner,
                                              struct tfeed_error *reterr)
{
    if (!claim_created(runner))
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "the runner of queue '%s' has no threads that wait to be started",
                        tfeed_queue_name(runner->queue));
    /* Nobody changes the runner's coordinator while its workers count as living. */
    return launch(runner, runner->coordinator, reterr);
}

tfeed_status tfeed_queue_runner_start(struct tfeed_queue_runner *runner,
                                      struct tfeed_coordinator *coordinator, size_t *ret_n_threads,
                                      struct tfeed_error *reterr)
{
    size_t n_threads = 0;
    if (create(runner, coordinator) && claim_created(runner)) {
        TFI_TRY(launch(runner, coordinator, reterr));
        n_threads = runner->n_workers + (coordinator != NULL ? 1 : 0);
    }
    if (ret_n_threads != NULL)
        *ret_n_threads = n_threads;
    return TFEED_OK;
}

size_t tfeed_queue_runner_n_errors(struct tfeed_queue_runner *runner)
{
    tfi_mutex_lock(&runner->mutex);
    const size_t n = runner->n_errors;
    tfi_mutex_unlock(&runner->mutex);
    return n;
}

tfeed_status tfeed_queue_runner_error(struct tfeed_queue_runner *runner, size_t i,
                                      struct tfeed_error *reterr)
{
    tfi_mutex_lock(&runner->mutex);
    const size_t n = runner->n_errors;
    const tfeed_status status = i < n
                                    ? tfi_fail_again(reterr, &runner->errors[i])
                                    : tfi_fail(reterr, TFEED_OUT_OF_RANGE,
                                               "error %zu was asked for, the runner has %zu", i, n);
    tfi_mutex_unlock(&runner->mutex);
    return status;
}

void tfeed_queue_runner_describe(const struct tfeed_queue_runner *runner,
                                 struct tfeed_queue_runner_info *ret_info)
{
    *ret_info = (struct tfeed_queue_runner_info){
        .queue_name = tfeed_queue_name(runner->queue),
        .n_operations = runner->n_workers,
        .operation_names = runner->operation_names,
        .n_closed_codes = runner->n_closed_codes,
        .closed_codes = runner->closed_codes,
        .has_own_close = runner->close.run != close_queue,
        .has_own_cancel = runner->cancel.run != cancel_queue,
    };
}

/* --- ending -------------------------------------------------------------------------------- */

void tfi_queue_runner_cancel(struct tfeed_queue_runner *runner)
{
    atomic_store(&runner->is_cancelled, true); /* not every operation meets the queue */
    run_ending(runner->cancel);
    if (claim_created(runner))
        forget_workers(runner, 0);
    tfi_mutex_lock(&runner->mutex);
    struct tfeed_coordinator *coordinator =
        runner->coordinator != NULL ? tfi_coordinator_ref(runner->coordinator) : NULL;
    tfi_mutex_unlock(&runner->mutex);
    end_watches(runner, coordinator);
}

static void wait_until_ended(struct tfeed_queue_runner *runner)
{
    tfi_mutex_lock(&runner->mutex);
    while (runner->n_workers_live + runner->n_watchers_live > 0) /* (2) */
        (void)tfi_condition_wait(&runner->ended, &runner->mutex, TFI_FOREVER);
    tfi_mutex_unlock(&runner->mutex);
}

void tfeed_queue_runner_free(struct tfeed_queue_runner *runner)
{
    if (runner == NULL)
        return;
    tfi_queue_runner_cancel(runner);
    wait_until_ended(runner);
    join_own_threads(runner);
    runner_unref(runner);
}

void tfi_queue_runner_describe_live(struct tfeed_queue_runner *runner, char *text,
                                    size_t text_bytes)
{
    text[0] = '\0';
    tfi_mutex_lock(&runner->mutex);
    const bool is_own = runner->coordinator == NULL;
    tfi_mutex_unlock(&runner->mutex);
    if (is_own)
        wait_until_ended(runner);

    tfi_mutex_lock(&runner->mutex);
    for (size_t i = 0; i < runner->n_workers; i++)
        if (runner->workers[i].is_live)
            tfi_append_name(text, text_bytes, ", ", runner->workers[i].thread_name);
    if (runner->n_watchers_live > 0)
        tfi_append_name(text, text_bytes, ", ", runner->watcher_name);
    tfi_mutex_unlock(&runner->mutex);
}
