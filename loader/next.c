/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * next.c - what a caller of next does: it waits, or works meanwhile, and takes the batch in front.
 *
 * Invariant: an error, or the end, is handed out when all batches before it have been, and stays.
 */
#include <string.h>

#include "core/error_internal.h"
#include "loader/engine_private.h"

/* What one call of next is about. */
struct taking {
    bool helps;
    int64_t deadline_ns;
    int64_t now_ns; /* when it last looked at the clock, which takes as long as parsing some rows */
};

static tfeed_status end_locked(struct tfeed_loader *loader, tfeed_status status,
                               const struct tfeed_error *error, struct tfeed_error *reterr)
    TFI_REQUIRES(&loader->mutex)
{
    if (loader->end_status == TFEED_OK) {
        loader->end_status = status;
        loader->end_error = *error;
        loader->end_error.code = status;
        engine_wake_all(loader);
    }
    return tfi_fail_again(reterr, &loader->end_error);
}

/* What answers the call now, without a batch; OK: nothing yet. */
static tfeed_status check_end_locked(struct tfeed_loader *loader, struct tfeed_error *reterr)
    TFI_REQUIRES(&loader->mutex)
{
    if (engine_is_stopped(loader))
        return tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped");
    if (loader->end_status != TFEED_OK)
        return tfi_fail_again(reterr, &loader->end_error);
    const struct tfeed_batch *first = loader->pending.first;
    if (first != NULL && first->phase == BATCH_READY && first->status != TFEED_OK)
        return end_locked(loader, first->status, &first->error, reterr);
    if (first != NULL)
        return TFEED_OK;
    if (loader->draw_status != TFEED_OK && loader->drawn.first == NULL)
        return end_locked(loader, loader->draw_status, &loader->draw_error, reterr);
    if (loader->n_out == loader->options.n_batches)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "the program holds all %lld batches of the loader: give one back with "
                        "tfeed_batch_unref, or raise n_batches",
                        (long long)loader->options.n_batches);
    return TFEED_OK;
}

static bool is_ready(const struct tfeed_loader *loader)
{
    const struct tfeed_batch *first = loader->pending.first;
    return loader->end_status == TFEED_OK && first != NULL && first->phase == BATCH_READY &&
           first->status == TFEED_OK;
}

/* All since the last look at the clock was waiting. */
static void count_waiting_locked(struct tfeed_loader *loader, struct taking *taking)
    TFI_REQUIRES(&loader->mutex)
{
    const int64_t now_ns = tfi_clock_now_ns();
    loader->stages[TFEED_STAGE_CONSUMER].waiting_ns += (uint64_t)(now_ns - taking->now_ns);
    taking->now_ns = now_ns;
}

/* Works or waits, once. */
static tfeed_status pass_time_locked(struct tfeed_loader *loader, struct taking *taking,
                                     struct tfeed_error *reterr) TFI_REQUIRES(&loader->mutex)
{
    if (taking->helps && engine_step(loader, false)) {
        /* the program waits, even where its thread works for the loader meanwhile */
        count_waiting_locked(loader, taking);
        return TFEED_OK;
    }
    if (!taking->helps && loader->options.n_workers == 0 && loader->n_helpers == 0)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "nobody works for this loader: n_workers is 0 and no thread is in "
                        "tfeed_loader_work");
    const bool in_time = tfi_condition_wait(&loader->ready, &loader->mutex, taking->deadline_ns);
    count_waiting_locked(loader, taking);
    if (!in_time && taking->now_ns >= taking->deadline_ns && !is_ready(loader))
        return tfi_fail(reterr, TFEED_DEADLINE_EXCEEDED, "no batch was ready in time");
    return TFEED_OK;
}

/* A program that stays away for longer has work of its own; and hardly any reads so many bytes in a
 * nanosecond from where a batch lies. */
enum { NEAR_NS = 100000, FASTEST_BYTES_PER_NS = 64 };

static void enter_locked(struct tfeed_loader *loader, struct taking *taking)
    TFI_REQUIRES(&loader->mutex)
{
    taking->now_ns = tfi_clock_now_ns();
    if (loader->last_return_ns == 0)
        return;
    const int64_t away_ns = taking->now_ns - loader->last_return_ns;
    const bool was_near = loader->caller_is_near;
    loader->stages[TFEED_STAGE_CONSUMER].busy_ns += (uint64_t)away_ns;
    loader->last_return_ns = 0;
    loader->caller_is_near = taking->helps && away_ns < NEAR_NS;
    loader->caller_skims = away_ns < (int64_t)(loader->n_shown_bytes / FASTEST_BYTES_PER_NS);
    if (was_near && !loader->caller_is_near)
        tfi_condition_wake(&loader->spare, &loader->mutex);
}

/* The batch at the front, which is ready, becomes the program's. */
static struct tfeed_batch *take_locked(struct tfeed_loader *loader) TFI_REQUIRES(&loader->mutex)
{
    struct tfeed_batch *batch = engine_pop_pending(loader);
    batch->phase = BATCH_OUT;
    loader->n_ready--;
    batch_take_wide(batch);
    atomic_store_explicit(&batch->n_references, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&loader->n_references, 1, memory_order_relaxed);
    loader->n_out++;
    engine_wake_for_room(loader);
    loader_state_copy(&loader->last_state, &batch->ticket->state);
    tfi_condition_wake(&loader->ready, &loader->mutex);
    return batch;
}

/* Waits until a batch is at the front; *ret_batch is then the caller's. */
static tfeed_status wait_locked(struct tfeed_loader *loader, struct taking *taking,
                                struct tfeed_batch **ret_batch, struct tfeed_error *reterr)
    TFI_REQUIRES(&loader->mutex)
{
    while (engine_is_stopped(loader) || !is_ready(loader)) {
        TFI_TRY(check_end_locked(loader, reterr));
        TFI_TRY(pass_time_locked(loader, taking, reterr));
    }
    *ret_batch = take_locked(loader);
    return TFEED_OK;
}

/* Columns of one shape count whole, also of a batch that is not full. */
static uint64_t columns_bytes(const struct tfeed_batch *batch)
{
    const struct tfeed_tensor *columns = batch->loader->has_growing ? batch->shown : batch->columns;
    uint64_t n = 0;
    for (int i = 0; i < batch->loader->n_columns; i++)
        n += (uint64_t)tfeed_tensor_n_elements(&columns[i]) * tfeed_dtype_size(columns[i].dtype);
    return n;
}

/* Counts the delivery of a batch, which took from the last look at the clock to now_ns; then the
 * caller goes. */
static void leave_locked(struct tfeed_loader *loader, const struct taking *taking, uint64_t n_rows,
                         uint64_t n_bytes, int64_t now_ns) TFI_REQUIRES(&loader->mutex)
{
    loader->n_shown_bytes = 0;
    struct tfeed_stage_statistics *deliver = &loader->stages[TFEED_STAGE_DELIVER];
    deliver->n_records += n_rows;
    deliver->n_bytes += n_bytes;
    deliver->busy_ns += (uint64_t)(now_ns - taking->now_ns);
    loader->stages[TFEED_STAGE_CONSUMER].n_records += n_rows;
    loader->stages[TFEED_STAGE_CONSUMER].n_bytes += n_bytes;
    loader->last_return_ns = now_ns;
}

static tfeed_status take_batch(struct tfeed_loader *loader, struct taking *taking,
                               struct tfeed_batch **ret_batch, struct tfeed_error *reterr)
{
    struct tfeed_batch *batch = NULL;
    tfi_mutex_lock(&loader->mutex);
    enter_locked(loader, taking);
    const tfeed_status status = wait_locked(loader, taking, &batch, reterr);
    if (status != TFEED_OK)
        loader->last_return_ns = tfi_clock_now_ns();
    tfi_mutex_unlock(&loader->mutex);
    if (status != TFEED_OK)
        return status;
    batch_show(batch);
    const int64_t now_ns = tfi_clock_now_ns();
    tfi_mutex_lock(&loader->mutex);
    leave_locked(loader, taking, (uint64_t)batch->n_rows, columns_bytes(batch), now_ns);
    loader->n_shown_bytes = columns_bytes(batch);
    tfi_mutex_unlock(&loader->mutex);
    *ret_batch = batch;
    return TFEED_OK;
}

tfeed_status tfeed_loader_next(struct tfeed_loader *loader, struct tfeed_batch **ret_batch,
                               struct tfeed_error *reterr)
{
    struct taking taking = {
        .helps = loader->options.caller_helps || loader->options.n_workers == 0,
        .deadline_ns = TFI_FOREVER,
    };
    return take_batch(loader, &taking, ret_batch, reterr);
}

tfeed_status tfeed_loader_next_timed(struct tfeed_loader *loader, int64_t timeout_ms,
                                     struct tfeed_batch **ret_batch, struct tfeed_error *reterr)
{
    struct taking taking = {.deadline_ns = tfi_deadline_after_ms(timeout_ms)};
    return take_batch(loader, &taking, ret_batch, reterr);
}

tfeed_status tfeed_loader_try_next(struct tfeed_loader *loader, struct tfeed_batch **ret_batch,
                                   struct tfeed_error *reterr)
{
    return tfeed_loader_next_timed(loader, 0, ret_batch, reterr);
}

/* ------------------------------------------------------------------------ next_into */

/* Parses the next ticket straight into the program's columns: nobody has parsed it ahead. A batch
 * keeps its place in the ring meanwhile, so that no other caller is given what comes behind. */
static tfeed_status parse_into_locked(struct tfeed_loader *loader, struct taking *taking,
                                      struct tfeed_batch *batch, struct tfeed_tensor *columns,
                                      int64_t *ret_n_rows, struct tfeed_error *reterr)
    TFI_REQUIRES(&loader->mutex)
{
    struct ticket *ticket = batch->ticket;
    batch->status = engine_parse(loader, batch, columns, &batch->error);
    (void)engine_pop_pending(loader); /* it was the first, and stayed so */
    tfeed_status status = batch->status;
    if (status == TFEED_OK) {
        *ret_n_rows = ticket_n_rows(loader, ticket);
        loader_state_copy(&loader->last_state, &ticket->state);
        taking->now_ns = tfi_clock_now_ns(); /* there was nothing to deliver */
        leave_locked(loader, taking, ticket->draw.n_rows, 0, taking->now_ns);
    } else {
        status = end_locked(loader, status, &batch->error, reterr);
    }
    draw_release(&ticket->draw);
    engine_recycle(loader, batch);
    tfi_condition_wake(&loader->ready, &loader->mutex);
    return status;
}

/* As wait_locked, but a batch that nobody has parsed ahead goes straight into the columns:
 * *ret_batch is NULL then. */
static tfeed_status wait_into_locked(struct tfeed_loader *loader, struct taking *taking,
                                     struct tfeed_tensor *columns, int64_t *ret_n_rows,
                                     struct tfeed_batch **ret_batch, struct tfeed_error *reterr)
    TFI_REQUIRES(&loader->mutex)
{
    while (engine_is_stopped(loader) || !is_ready(loader)) {
        TFI_TRY(check_end_locked(loader, reterr));
        struct tfeed_batch *batch = NULL;
        if (taking->helps && loader->pending.first == NULL)
            batch = engine_begin_batch(loader);
        if (batch != NULL)
            return parse_into_locked(loader, taking, batch, columns, ret_n_rows, reterr);
        TFI_TRY(pass_time_locked(loader, taking, reterr));
    }
    *ret_batch = take_locked(loader);
    return TFEED_OK;
}

tfeed_status tfeed_loader_next_into(struct tfeed_loader *loader, struct tfeed_tensor *columns,
                                    int64_t *ret_n_rows, struct tfeed_error *reterr)
{
    TFI_TRY(loader_check_columns(loader, columns, reterr));
    struct taking taking = {
        .helps = loader->options.caller_helps || loader->options.n_workers == 0,
        .deadline_ns = TFI_FOREVER,
    };
    struct tfeed_batch *batch = NULL;
    tfi_mutex_lock(&loader->mutex);
    enter_locked(loader, &taking);
    const tfeed_status status =
        wait_into_locked(loader, &taking, columns, ret_n_rows, &batch, reterr);
    tfi_mutex_unlock(&loader->mutex);
    if (batch == NULL)
        return status;
    batch_copy(batch, columns);
    const int64_t now_ns = tfi_clock_now_ns();
    *ret_n_rows = batch->n_rows;
    tfi_mutex_lock(&loader->mutex);
    leave_locked(loader, &taking, (uint64_t)batch->n_rows, columns_bytes(batch), now_ns);
    tfi_mutex_unlock(&loader->mutex);
    tfeed_batch_unref(batch);
    return TFEED_OK;
}
