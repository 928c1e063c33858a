/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch_schedule.c - deterministic: the order of batches is a function of seeds, feed and options.
 *
 *    draw:   fill the queue to its capacity, or to the feed's end; then close it
 *            start the dequeue
 *            while it wants more: put in what TensorFlow would enqueue next, or close
 *
 * A shuffle queue draws from what it holds, so the order depends on how full it is at each taking.
 * Here one thread at a time does all enqueues and takings, in this order. The loop at the end runs
 * where the capacity cannot hold a batch above min_after_dequeue: elements are then taken as they
 * come, as by a blocked dequeue of TensorFlow's.
 *
 * No enqueue waits: it is made only when there is room.
 *
 * Threads:  the mutex is held over a whole draw, also while a reader waits for a name. done_mutex
 *           is for the completion alone, which comes on another thread when that one cancels the
 *           queue.
 * Follows:  doc/design/pipeline.md
 */
#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"
#include "pipeline/batcher_private.h"

struct tfi_schedule {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *queue;
    size_t n_components;
    int64_t capacity;

    struct tfi_mutex mutex; /* guards the feed and all that follows, up to done_mutex */
    struct tfi_feed feed;
    const struct tfeed_tensor *chunk; /* NULL: none in hand */
    int64_t n_chunk_rows;
    int64_t n_rows_used;
    bool is_at_end;             /* the feed gave all, and the queue is closed */
    struct tfeed_tensor *slice; /* [n_components] borrowed from chunk */

    struct tfi_mutex done_mutex; /* guards is_done */
    struct tfi_condition done;
    bool is_done;
};

tfeed_status tfi_schedule_new(const struct tfeed_allocator *allocator, struct tfeed_queue *queue,
                              int64_t capacity, const struct tfi_feed *feed,
                              struct tfi_schedule **ret_schedule, struct tfeed_error *reterr)
{
    const size_t n_components = tfeed_queue_n_components(queue);
    struct tfi_schedule *schedule = tfi_alloc_zeroed(allocator, 1, sizeof *schedule);
    struct tfeed_tensor *slice = tfi_alloc_array(allocator, n_components, sizeof *slice);
    if (schedule == NULL || slice == NULL) {
        tfi_free(allocator, slice);
        tfi_free(allocator, schedule);
        return tfi_fail_memory(reterr, "a deterministic batcher");
    }
    schedule->allocator = allocator;
    schedule->queue = tfeed_queue_ref(queue);
    schedule->n_components = n_components;
    schedule->capacity = capacity < 0 ? INT64_MAX : capacity;
    schedule->feed = *feed;
    schedule->slice = slice;
    tfi_mutex_init(&schedule->mutex);
    tfi_mutex_init(&schedule->done_mutex);
    tfi_condition_init(&schedule->done);
    *ret_schedule = schedule;
    return TFEED_OK;
}

void tfi_schedule_free(struct tfi_schedule *schedule)
{
    if (schedule == NULL)
        return;
    if (schedule->chunk != NULL)
        schedule->feed.functions->release(schedule->feed.object);
    tfi_feeds_free(&schedule->feed, 1);
    tfeed_queue_unref(schedule->queue);
    tfi_condition_clear(&schedule->done);
    tfi_mutex_clear(&schedule->done_mutex);
    tfi_mutex_clear(&schedule->mutex);
    tfi_free(schedule->allocator, schedule->slice);
    tfi_free(schedule->allocator, schedule);
}

/* --- filling ------------------------------------------------------------------------------- */

/* Chunks are cut into slices before the queue sees them: all components must have the same rows. */
static tfeed_status check_chunk(const struct tfi_schedule *schedule,
                                const struct tfeed_tensor *chunk, struct tfeed_error *reterr)
{
    if (schedule->feed.chunk == TFI_CHUNK_ELEMENT)
        return TFEED_OK;
    for (size_t i = 0; i < schedule->n_components; i++)
        if (chunk[i].shape.n_dims < 1 || chunk[i].shape.dims[0] < 0 ||
            chunk[i].shape.dims[0] != chunk[0].shape.dims[0])
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "Shape mismatch in tuple component %zu. All components need the same "
                            "number of rows",
                            i);
    return TFEED_OK;
}

/* Takes the next chunk in hand, if the feed has kept something of it, or notes the end and closes
 * the queue. */
static tfeed_status take_chunk_locked(struct tfi_schedule *schedule, struct tfeed_error *reterr)
    TFI_REQUIRES(&schedule->mutex);

static tfeed_status take_chunk_locked(struct tfi_schedule *schedule, struct tfeed_error *reterr)
{
    const struct tfi_feed *feed = &schedule->feed;
    struct tfi_chunk chunk;
    tfeed_status status = feed->functions->next(feed->object, &chunk, reterr);
    if (status == TFEED_OUT_OF_RANGE) {
        schedule->is_at_end = true;
        /* Nobody enqueues: it closes at once, or a stop has closed it before. */
        const tfeed_status ignored = tfeed_queue_close_timed(schedule->queue, 0, NULL);
        (void)ignored;
        return TFEED_OK;
    }
    TFI_TRY(status);
    if (chunk.components == NULL)
        return TFEED_OK;
    status = check_chunk(schedule, chunk.components, reterr);
    if (status != TFEED_OK) {
        feed->functions->release(feed->object);
        return status;
    }
    schedule->chunk = chunk.components;
    schedule->n_chunk_rows =
        feed->chunk == TFI_CHUNK_ELEMENT ? 1 : chunk.components[0].shape.dims[0];
    schedule->n_rows_used = 0;
    return TFEED_OK;
}

/* Puts up to max_rows of the chunk in hand into the queue, where there is room for them. */
static tfeed_status put_locked(struct tfi_schedule *schedule, int64_t max_rows,
                               struct tfeed_error *reterr) TFI_REQUIRES(&schedule->mutex);

static tfeed_status put_locked(struct tfi_schedule *schedule, int64_t max_rows,
                               struct tfeed_error *reterr)
{
    const int64_t n_left = schedule->n_chunk_rows - schedule->n_rows_used;
    const int64_t n_rows = n_left < max_rows ? n_left : max_rows;
    tfeed_status status;
    if (schedule->feed.chunk == TFI_CHUNK_ELEMENT) {
        status = tfeed_queue_enqueue_timed(schedule->queue, schedule->chunk, 0, reterr);
    } else {
        for (size_t i = 0; i < schedule->n_components; i++)
            schedule->slice[i] = tfi_slice_rows(&schedule->chunk[i], schedule->n_rows_used, n_rows);
        status = tfeed_queue_enqueue_many_timed(schedule->queue, schedule->slice, 0, reterr);
    }
    if (status == TFEED_RESOURCE_EXHAUSTED)
        return status; /* the rows stay in hand, for when there is memory again */
    schedule->n_rows_used += n_rows;
    if (status != TFEED_OK || schedule->n_rows_used == schedule->n_chunk_rows) {
        schedule->feed.functions->release(schedule->feed.object);
        schedule->chunk = NULL;
    }
    if (status ==
        TFEED_CANCELLED) { /* a stop closed the queue: what is inside can still be drawn */
        schedule->is_at_end = true;
        return TFEED_OK;
    }
    return status;
}

/* Takes a chunk in hand where there is none and puts rows of it in, at most max_rows. */
static tfeed_status fill_some_locked(struct tfi_schedule *schedule, int64_t max_rows,
                                     struct tfeed_error *reterr) TFI_REQUIRES(&schedule->mutex);

static tfeed_status fill_some_locked(struct tfi_schedule *schedule, int64_t max_rows,
                                     struct tfeed_error *reterr)
{
    if (schedule->chunk == NULL)
        TFI_TRY(take_chunk_locked(schedule, reterr));
    if (schedule->chunk == NULL) { /* at the end, or nothing was kept: then a stop must be seen */
        schedule->is_at_end = tfeed_queue_is_closed(schedule->queue);
        return TFEED_OK;
    }
    return put_locked(schedule, max_rows, reterr);
}

static int64_t room_locked(struct tfi_schedule *schedule) TFI_REQUIRES(&schedule->mutex);

static int64_t room_locked(struct tfi_schedule *schedule)
{
    return schedule->capacity - tfeed_queue_size(schedule->queue);
}

/* --- drawing ------------------------------------------------------------------------------- */

static void note_done(struct tfeed_attempt *attempt, void *user_data)
{
    (void)attempt;
    struct tfi_schedule *schedule = user_data;
    tfi_mutex_lock(&schedule->done_mutex);
    schedule->is_done = true;
    tfi_condition_wake(&schedule->done, &schedule->done_mutex);
    tfi_mutex_unlock(&schedule->done_mutex);
}

static bool is_done(struct tfi_schedule *schedule)
{
    tfi_mutex_lock(&schedule->done_mutex);
    const bool answer = schedule->is_done;
    tfi_mutex_unlock(&schedule->done_mutex);
    return answer;
}

static void wait_until_done(struct tfi_schedule *schedule)
{
    tfi_mutex_lock(&schedule->done_mutex);
    while (!schedule->is_done)
        (void)tfi_condition_wait(&schedule->done, &schedule->done_mutex, TFI_FOREVER);
    tfi_mutex_unlock(&schedule->done_mutex);
}

/* Feeds the pending dequeue until it is done or the queue is closed. */
static tfeed_status feed_attempt_locked(struct tfi_schedule *schedule, struct tfeed_error *reterr)
    TFI_REQUIRES(&schedule->mutex);

static tfeed_status feed_attempt_locked(struct tfi_schedule *schedule, struct tfeed_error *reterr)
{
    while (!is_done(schedule) && !schedule->is_at_end) {
        const int64_t n_rows = schedule->feed.chunk == TFI_CHUNK_RUN ? 1 : room_locked(schedule);
        TFI_TRY(fill_some_locked(schedule, n_rows, reterr));
    }
    return TFEED_OK;
}

static tfeed_status draw_locked(struct tfi_schedule *schedule, int64_t n, bool up_to,
                                struct tfeed_tensor *elements, struct tfeed_error *reterr)
    TFI_REQUIRES(&schedule->mutex);

static tfeed_status draw_locked(struct tfi_schedule *schedule, int64_t n, bool up_to,
                                struct tfeed_tensor *elements, struct tfeed_error *reterr)
{
    while (!schedule->is_at_end && room_locked(schedule) > 0)
        TFI_TRY(fill_some_locked(schedule, room_locked(schedule), reterr));

    struct tfeed_attempt attempt = {
        .operation = up_to ? TFEED_QUEUE_DEQUEUE_UP_TO : TFEED_QUEUE_DEQUEUE_MANY,
        .n = n,
        .components = elements,
        .on_done = note_done,
        .user_data = schedule,
    };
    schedule->is_done = false; /* nobody else knows it: no attempt is pending */
    tfeed_queue_start(schedule->queue, &attempt);
    const tfeed_status status = feed_attempt_locked(schedule, reterr);
    if (status != TFEED_OK)
        (void)tfeed_queue_cancel(schedule->queue, &attempt); /* what it took goes back */
    wait_until_done(schedule);
    if (attempt.status == TFEED_OK)
        return TFEED_OK;
    return status != TFEED_OK ? status : tfi_fail_again(reterr, &attempt.error);
}

tfeed_status tfi_schedule_draw(struct tfi_schedule *schedule, int64_t n, bool up_to,
                               struct tfeed_tensor *elements, struct tfeed_error *reterr)
{
    tfi_mutex_lock(&schedule->mutex);
    const tfeed_status status = draw_locked(schedule, n, up_to, elements, reterr);
    tfi_mutex_unlock(&schedule->mutex);
    return status;
}
