/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * queue_engine.c - two lines of attempts, served from their heads.
 *
 *                     ┌──▶ served ───────────────┐
 *      start ── join ─┤                          ├──▶ settled ──▶ completion, or a thread wakes
 *                     └──▶ cancelled, timed out ─┘
 *
 * Whoever changes something (a new attempt, one withdrawn, a close) flushes: it serves the enqueue
 * line from its head until a head does not finish, then the dequeue line, and again until neither
 * side moved. Serving moves as many rows as there is room or supply for, in one copy per column.
 *
 * Invariants
 *   (1) After a flush no head can move.
 *   (2) Only the first dequeue holds rows, so storage.n_held counts the rows of one attempt.
 *   (3) On a closed queue the enqueue line is empty when the dequeue line is served: a dequeue that
 *       is too large for what is left can be settled at once.
 *   (4) A settled attempt is in no line. Its storage is the caller's from the completion on, or for
 *       one that a thread waits for, from the moment the lock is released.
 *
 * Threads: everything named _locked runs under queue->mutex. Nothing of the caller's runs under it.
 * Follows: doc/design/queues.md
 */
#include "queues/queue_private.h"

#include <assert.h>
#include <string.h>

#include "core/error_internal.h"
#include "queues/queues_internal.h"

/* What the thread of a blocking call waits on: on its stack, known to the queue through
 * state.waiter. The condition exists only once the thread sleeps. */
struct waiter {
    struct tfi_condition condition;
    bool is_asleep; /* guarded by the queue's mutex */
};

/* --- lines --------------------------------------------------------------------------------- */

static void line_append(struct attempt_line *line, struct tfeed_attempt *attempt)
{
    attempt->state.next = NULL;
    attempt->state.previous = line->last;
    if (line->last != NULL)
        line->last->state.next = attempt;
    else
        line->first = attempt;
    line->last = attempt;
}

static void line_remove(struct attempt_line *line, struct tfeed_attempt *attempt)
{
    struct tfeed_attempt *next = attempt->state.next;
    struct tfeed_attempt *previous = attempt->state.previous;
    if (previous != NULL)
        previous->state.next = next;
    else
        line->first = next;
    if (next != NULL)
        next->state.previous = previous;
    else
        line->last = previous;
}

static struct attempt_line *line_of(struct tfeed_queue *queue, const struct tfeed_attempt *attempt)
{
    return attempt_dequeues(attempt) ? &queue->dequeues : &queue->enqueues;
}

/* --- settling ------------------------------------------------------------------------------ */

static void completions_append(struct completions *completions, struct tfeed_attempt *attempt)
{
    attempt->state.next = NULL;
    if (completions->last != NULL)
        completions->last->state.next = attempt;
    else
        completions->first = attempt;
    completions->last = attempt;
}

/* The attempt is out of its line and has its status: it goes to the completions, or its thread is
 * woken. */
static void settle_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                          struct completions *completions) TFI_REQUIRES(&queue->mutex)
{
    struct waiter *waiter = attempt->state.waiter;
    attempt->state.phase = ATTEMPT_DONE;
    if (waiter == NULL)
        completions_append(completions, attempt);
    else if (waiter->is_asleep)
        tfi_condition_wake(&waiter->condition, &queue->mutex);
}

/* --- serving ------------------------------------------------------------------------------- */

enum outcome { BLOCKED, MOVED, FINISHED };

static const struct queue_rows *rows_of_locked(struct tfeed_queue *queue,
                                               const struct tfeed_attempt *attempt)
    TFI_REQUIRES(&queue->mutex)
{
    for (size_t i = 0; i < queue->n_components; i++)
        queue->rows.columns[i] = tfi_queue_attempt_rows(queue, attempt, i);
    return &queue->rows;
}

/* n_bytes: of strings and whole tensors; those of numbers follow from the count of rows. */
static void put_locked(struct tfeed_queue *queue, const struct queue_rows *rows, size_t row,
                       size_t n, uint64_t n_bytes) TFI_REQUIRES(&queue->mutex)
{
    queue->policy->put(&queue->storage, rows, row, n);
    queue->in.n_rows += n;
    queue->bytes_in += n_bytes;
    if (queue->max_depth < queue->storage.n_rows)
        queue->max_depth = queue->storage.n_rows;
}

static uint64_t rows_bytes(const struct tfeed_queue *queue, const struct queue_rows *rows,
                           size_t row, size_t n)
{
    uint64_t n_bytes = 0;
    for (size_t i = 0; i < queue->n_components; i++) {
        const struct queue_column *column = &queue->storage.columns.columns[i];
        if (column->kind != QUEUE_COLUMN_NUMBERS)
            n_bytes +=
                tfi_queue_column_bytes(column, rows->columns[i] + row * column->row_bytes, n);
    }
    return n_bytes;
}

static enum outcome serve_close_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
    TFI_REQUIRES(&queue->mutex)
{
    if (queue->is_closed)
        attempt->status = tfi_fail(&attempt->error, TFEED_CANCELLED,
                                   "Queue '%s' is already closed.", queue->name);
    queue->is_closed = true;
    return FINISHED;
}

static enum outcome serve_enqueue_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
    TFI_REQUIRES(&queue->mutex)
{
    struct queue_storage *storage = &queue->storage;
    if (attempt->operation == TFEED_QUEUE_CLOSE)
        return serve_close_locked(queue, attempt);
    if (queue->is_closed) {
        attempt->status = tfi_fail(&attempt->error, TFEED_CANCELLED, "%s '%s' is closed.",
                                   queue->policy->kind, queue->name);
        return FINISHED;
    }

    /* rows that were put back may stand above the capacity for a while */
    const size_t n_room = queue->capacity > storage->n_rows ? queue->capacity - storage->n_rows : 0;
    const size_t n_left = (size_t)(attempt->state.n_rows - attempt->state.n_done);
    const size_t n = n_left < n_room ? n_left : n_room;
    if (n == 0)
        return BLOCKED;
    if (!tfi_queue_storage_reserve(storage, n, queue->capacity)) {
        attempt->status = tfi_fail_memory(&attempt->error, "the elements of a queue");
        return FINISHED;
    }
    const struct queue_rows *rows = rows_of_locked(queue, attempt);
    const size_t n_done = (size_t)attempt->state.n_done;
    put_locked(queue, rows, n_done, n,
               n == (size_t)attempt->state.n_rows ? attempt->state.n_bytes
                                                  : rows_bytes(queue, rows, n_done, n));
    attempt->state.n_done += (int64_t)n;
    return n == n_left ? FINISHED : MOVED;
}

/* Gives the rows back that the attempt holds; the places they had outside own nothing any more. */
static void put_back_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
    TFI_REQUIRES(&queue->mutex)
{
    const size_t n = (size_t)attempt->state.n_done;
    if (n == 0)
        return;
    const struct queue_rows *rows = rows_of_locked(queue, attempt);
    queue->policy->put_back(&queue->storage, rows, n);
    queue->out.n_rows -= n;
    for (size_t i = 0; i < queue->n_components; i++) {
        const struct queue_column *column = &queue->storage.columns.columns[i];
        if (column->kind != QUEUE_COLUMN_NUMBERS)
            memset(rows->columns[i], 0, n * column->row_bytes);
    }
    queue->storage.n_held = 0;
    attempt->state.n_done = 0;
}

/* What the attempt asked for and has not got. */
static long long n_missing(const struct tfeed_attempt *attempt)
{
    const int64_t n = attempt->operation == TFEED_QUEUE_DEQUEUE ? 1 : attempt->n;
    return (long long)(n - attempt->state.n_done);
}

/* No more will come and the queue holds fewer rows than the attempt still wants: a dequeue_up_to is
 * content with what there is, if there is anything; else the end has come. The rows that it held
 * are put back in both cases, which keeps their order. True when the attempt is to be served. */
static bool settle_for_less_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
    TFI_REQUIRES(&queue->mutex)
{
    /* as TensorFlow reports it: what was still missing, and the size before the rows came back */
    const long long n_requested = n_missing(attempt);
    const size_t size = queue->storage.n_rows;
    put_back_locked(queue, attempt);
    if (attempt->operation == TFEED_QUEUE_DEQUEUE_UP_TO && queue->storage.n_rows > 0) {
        attempt->state.n_rows = (int64_t)queue->storage.n_rows; /* fewer than it has room for */
        return true;
    }
    attempt->status = tfi_fail(&attempt->error, TFEED_OUT_OF_RANGE,
                               "%s '%s' is closed and has insufficient elements (requested %lld, "
                               "current size %zu)",
                               queue->policy->kind, queue->name, n_requested, size);
    return false;
}

/* Whether there is no use in waiting for as many rows as the attempt still wants. */
static bool is_too_much_locked(const struct tfeed_queue *queue, const struct tfeed_attempt *attempt,
                               size_t n_wanted) TFI_REQUIRES(&queue->mutex)
{
    return queue->is_closed ||
           (queue->is_ending && (attempt->operation == TFEED_QUEUE_DEQUEUE_UP_TO ||
                                 n_wanted > queue->storage.n_rows + queue->n_to_come));
}

static enum outcome serve_dequeue_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
    TFI_REQUIRES(&queue->mutex)
{
    struct queue_storage *storage = &queue->storage;
    const size_t n_wanted = (size_t)(attempt->state.n_rows - attempt->state.n_done);
    if (storage->n_rows < n_wanted && is_too_much_locked(queue, attempt, n_wanted) &&
        !settle_for_less_locked(queue, attempt))
        return FINISHED;

    const size_t n_left = (size_t)(attempt->state.n_rows - attempt->state.n_done);
    const size_t n = queue->policy->n_takeable(storage, n_left, queue->is_closed);
    if (n == 0)
        return BLOCKED;
    queue->policy->take(storage, rows_of_locked(queue, attempt), (size_t)attempt->state.n_done, n);
    queue->out.n_rows += n;
    attempt->state.n_done += (int64_t)n;
    storage->n_held = n == n_left ? 0 : (size_t)attempt->state.n_done; /* (2) */
    if (n < n_left)
        return MOVED;
    if (attempt->state.copies != NULL) {
        attempt->status = tfi_queue_attempt_widen(queue, attempt);
        if (attempt->status != TFEED_OK)
            put_back_locked(queue, attempt);
    }
    return FINISHED;
}

/* Serves one side as far as it goes; true when anything changed. */
static bool serve_line_locked(struct tfeed_queue *queue, struct attempt_line *line,
                              struct completions *completions) TFI_REQUIRES(&queue->mutex)
{
    bool has_changed = false;
    enum outcome outcome = FINISHED;
    while (outcome == FINISHED && line->first != NULL) {
        struct tfeed_attempt *attempt = line->first;
        outcome = attempt_dequeues(attempt) ? serve_dequeue_locked(queue, attempt)
                                            : serve_enqueue_locked(queue, attempt);
        has_changed = has_changed || outcome != BLOCKED;
        if (outcome == FINISHED) {
            line_remove(line, attempt);
            settle_locked(queue, attempt, completions);
        }
    }
    return has_changed;
}

void tfi_queue_flush_locked(struct tfeed_queue *queue, struct completions *completions)
{
    bool has_changed;
    do {
        has_changed = serve_line_locked(queue, &queue->enqueues, completions);
        has_changed = serve_line_locked(queue, &queue->dequeues, completions) || has_changed;
    } while (has_changed);
}

void tfi_queue_put_locked(struct tfeed_queue *queue, const struct queue_rows *rows, size_t row,
                          struct completions *completions)
{
    put_locked(queue, rows, row, 1, rows_bytes(queue, rows, row, 1));
    tfi_queue_flush_locked(queue, completions);
}

/* --- joining and leaving -------------------------------------------------------------------- */

static const char *operation_name(const struct tfeed_attempt *attempt)
{
    if (attempt_dequeues(attempt))
        return "Dequeue";
    return attempt->operation == TFEED_QUEUE_CLOSE ? "Close" : "Enqueue";
}

/* Takes a pending attempt out of its line, as if it had not been made: but rows of an enqueue that
 * are in the queue stay there. */
static void withdraw_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                            tfeed_status status, struct completions *completions)
    TFI_REQUIRES(&queue->mutex)
{
    if (attempt_dequeues(attempt))
        put_back_locked(queue, attempt);
    attempt->status = tfi_fail(&attempt->error, status, "%s '%s': %s operation %s",
                               queue->policy->kind, queue->name, operation_name(attempt),
                               status == TFEED_CANCELLED ? "was cancelled" : "timed out");
    line_remove(line_of(queue, attempt), attempt);
    settle_locked(queue, attempt, completions);
}

/* A cancelling close: at once, and for all that wait to enqueue or to close. */
static void close_now_locked(struct tfeed_queue *queue, struct completions *completions)
    TFI_REQUIRES(&queue->mutex)
{
    while (queue->enqueues.first != NULL)
        withdraw_locked(queue, queue->enqueues.first, TFEED_CANCELLED, completions);
    queue->is_closed = true;
}

static void join_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                        struct completions *completions) TFI_REQUIRES(&queue->mutex)
{
    if (attempt->operation == TFEED_QUEUE_CLOSE_CANCEL) {
        close_now_locked(queue, completions);
        settle_locked(queue, attempt, completions);
    } else {
        attempt->state.phase = ATTEMPT_PENDING;
        line_append(line_of(queue, attempt), attempt);
    }
    tfi_queue_flush_locked(queue, completions);
}

/* --- completions --------------------------------------------------------------------------- */

/* The completions that this thread still has to call. A completion that starts attempts adds to the
 * list of the loop that called it: chains of queues do not recurse. */
static _Thread_local struct completions thread_completions;
static _Thread_local bool is_calling;

static void call_completions(void)
{
    is_calling = true;
    while (thread_completions.first != NULL) {
        struct tfeed_attempt *attempt = thread_completions.first;
        thread_completions.first = attempt->state.next;
        if (thread_completions.first == NULL)
            thread_completions.last = NULL;
        attempt->on_done(attempt, attempt->user_data); /* its storage is the caller's from here */
    }
    is_calling = false;
}

void tfi_queue_complete(struct tfeed_queue *queue, const struct completions *completions)
{
    struct tfeed_attempt *attempt = completions->first;
    if (attempt == NULL)
        return;
    while (attempt != NULL) {
        struct tfeed_attempt *next = attempt->state.next;
        tfi_queue_attempt_end(queue, attempt);
        completions_append(&thread_completions, attempt);
        attempt = next;
    }
    if (!is_calling)
        call_completions();
}

/* --- public -------------------------------------------------------------------------------- */

void tfeed_queue_start(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    struct completions completions = {NULL, NULL};
    attempt->state.waiter = NULL;
    const bool joins = tfi_queue_attempt_begin(queue, attempt);

    tfi_mutex_lock(&queue->mutex);
    if (joins)
        join_locked(queue, attempt, &completions);
    else
        settle_locked(queue, attempt, &completions);
    tfi_mutex_unlock(&queue->mutex);
    tfi_queue_complete(queue, &completions);
}

void tfi_queue_refuse(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    struct completions completions = {NULL, NULL};
    attempt->state.waiter = NULL;
    attempt->state.copies = NULL;
    tfi_mutex_lock(&queue->mutex);
    settle_locked(queue, attempt, &completions);
    tfi_mutex_unlock(&queue->mutex);
    tfi_queue_complete(queue, &completions);
}

bool tfeed_queue_cancel(struct tfeed_queue *queue, struct tfeed_attempt *attempt)
{
    struct completions completions = {NULL, NULL};
    tfi_mutex_lock(&queue->mutex);
    const bool is_pending = attempt->state.phase == ATTEMPT_PENDING;
    if (is_pending) {
        withdraw_locked(queue, attempt, TFEED_CANCELLED, &completions);
        tfi_queue_flush_locked(queue, &completions);
    }
    tfi_mutex_unlock(&queue->mutex);
    tfi_queue_complete(queue, &completions);
    return is_pending;
}

/* Sleeps until the attempt is settled or the deadline passes. Whoever settles it wakes this thread
 * and no other. */
static void wait_locked(struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                        struct waiter *waiter, int64_t deadline_ns) TFI_REQUIRES(&queue->mutex)
{
    assert(!is_calling); /* a completion must not block */
    const int64_t begin_ns = tfi_clock_now_ns();
    tfi_condition_init(&waiter->condition);
    waiter->is_asleep = true;
    while (attempt->state.phase == ATTEMPT_PENDING &&
           tfi_condition_wait(&waiter->condition, &queue->mutex, deadline_ns)) {}
    waiter->is_asleep = false;
    tfi_condition_clear(&waiter->condition);
    struct queue_side *side = attempt_dequeues(attempt) ? &queue->out : &queue->in;
    side->n_waits++;
    side->wait_ns += tfi_clock_now_ns() - begin_ns;
}

tfeed_status tfeed_queue_run_timed(struct tfeed_queue *queue, struct tfeed_attempt *attempt,
                                   int64_t timeout_ms, struct tfeed_error *reterr)
{
    const int64_t deadline_ns = timeout_ms > 0 ? tfi_deadline_after_ms(timeout_ms) : TFI_FOREVER;
    struct completions completions = {NULL, NULL};
    struct waiter waiter;
    waiter.is_asleep = false;
    attempt->state.waiter = &waiter;

    if (tfi_queue_attempt_begin(queue, attempt)) {
        tfi_mutex_lock(&queue->mutex);
        join_locked(queue, attempt, &completions);
        if (attempt->state.phase == ATTEMPT_PENDING && timeout_ms != 0) {
            if (completions.first != NULL) { /* nobody's completion waits for this call */
                tfi_mutex_unlock(&queue->mutex);
                tfi_queue_complete(queue, &completions);
                completions = (struct completions){NULL, NULL};
                tfi_mutex_lock(&queue->mutex);
            }
            wait_locked(queue, attempt, &waiter, deadline_ns);
        }
        if (attempt->state.phase == ATTEMPT_PENDING) {
            withdraw_locked(queue, attempt, TFEED_DEADLINE_EXCEEDED, &completions);
            tfi_queue_flush_locked(queue, &completions);
        }
        tfi_mutex_unlock(&queue->mutex);
    }
    tfi_queue_attempt_end(queue, attempt);
    tfi_queue_complete(queue, &completions);
    return attempt->status == TFEED_OK ? TFEED_OK : tfi_fail_again(reterr, &attempt->error);
}

int64_t tfi_queue_n_waiting(struct tfeed_queue *queue, bool enqueues)
{
    int64_t n = 0;
    tfi_mutex_lock(&queue->mutex);
    const struct tfeed_attempt *attempt = enqueues ? queue->enqueues.first : queue->dequeues.first;
    for (; attempt != NULL; attempt = attempt->state.next)
        n++;
    tfi_mutex_unlock(&queue->mutex);
    return n;
}
