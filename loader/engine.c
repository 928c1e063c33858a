/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * engine.c - the steps of the work, and who takes them.
 *
 * There is one kind of thread here: whoever has time takes the next step.
 *
 *    1. rows are drawn and a buffer is free    parse them into it
 *    2. rows can be drawn                      draw them (cheap, under the lock)
 *    3. a window is wanted                     fill it
 *
 * Workers do nothing else. A caller of next does it while its batch is not ready, if it may. What
 * is taken first does not reach the order of rows: drawing alone decides that.
 *
 * Invariants
 *   (1) `pending` and `drawn` are in the order of drawing; batches are handed out from the front.
 *   (2) Whenever a step may have become possible, one of those who wait for it is woken: a worker
 *       on `work`, callers on `ready`. Who took a step looks for the next one before it waits.
 *   (3) An error stands behind the batches that were drawn before it, and stays.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "features/features_internal.h"
#include "loader/engine_private.h"

/* -------------------------------------------------------------------------- lists */

static void push_ticket(struct ticket_list *list, struct ticket *ticket)
{
    ticket->next = NULL;
    if (list->first == NULL)
        list->first = ticket;
    else
        list->last->next = ticket;
    list->last = ticket;
    list->n++;
}

static struct ticket *pop_ticket(struct ticket_list *list)
{
    struct ticket *ticket = list->first;
    list->first = ticket->next;
    list->n--;
    return ticket;
}

static void push_batch(struct batch_list *list, struct tfeed_batch *batch)
{
    batch->next = NULL;
    if (list->first == NULL)
        list->first = batch;
    else
        list->last->next = batch;
    list->last = batch;
}

static struct tfeed_batch *pop_batch(struct batch_list *list)
{
    struct tfeed_batch *batch = list->first;
    list->first = batch->next;
    return batch;
}

struct tfeed_batch *engine_pop_pending(struct tfeed_loader *loader)
{
    return pop_batch(&loader->pending);
}

void engine_wake_all(struct tfeed_loader *loader)
{
    tfi_condition_wake(&loader->work, &loader->mutex);
    tfi_condition_wake(&loader->ready, &loader->mutex);
    tfi_condition_wake(&loader->spare, &loader->mutex);
}

void engine_wake_for_room(struct tfeed_loader *loader)
{
    if (loader->n_free > 0 && loader->n_free >= loader->n_ready)
        tfi_condition_wake_one(&loader->work, &loader->mutex);
}

void engine_recycle(struct tfeed_loader *loader, struct tfeed_batch *batch)
{
    batch_give_wide(batch);
    batch->ticket->next = loader->free_tickets.first;
    loader->free_tickets.first = batch->ticket;
    batch->ticket = NULL;
    batch->phase = BATCH_FREE;
    batch->next = loader->free_batches.first;
    loader->free_batches.first = batch;
    loader->n_free++;
    engine_wake_for_room(loader);
}

/* ------------------------------------------------------------------------- drawing */

/* How many complete tickets may wait for a buffer: with drop_remainder a batch is given out when
 * the one after it is known to be full, or not. */
static size_t max_drawn(const struct tfeed_loader *loader)
{
    return loader->options.drop_remainder ? 2 : 1;
}

static struct ticket *begin_ticket(struct tfeed_loader *loader)
{
    struct ticket *ticket = loader->free_tickets.first;
    if (ticket == NULL)
        return NULL;
    loader->free_tickets.first = ticket->next;
    struct draw *draw = &ticket->draw;
    draw->n_rows = 0;
    draw->n_wanted = (uint32_t)loader->options.batch_size;
    draw->serial = ++loader->n_serials;
    draw->ends_epoch = false;
    draw->n_skipped = 0;
    draw->n_filtered = 0;
    draw->n_repeated = 0;
    draw->n_begun = 0;
    ticket->is_last = false;
    ticket->is_settled = false;
    return ticket;
}

static void drop_drawing(struct tfeed_loader *loader)
{
    draw_release(&loader->drawing->draw);
    loader->drawing->next = loader->free_tickets.first;
    loader->free_tickets.first = loader->drawing;
    loader->drawing = NULL;
}

/* The last ticket that waits to be known: whether another batch of its epoch follows. */
static void settle_last(struct tfeed_loader *loader, bool is_last)
{
    struct ticket *ticket = loader->drawn.first == NULL ? NULL : loader->drawn.last;
    if (ticket == NULL || ticket->is_settled)
        return;
    ticket->is_settled = true;
    ticket->is_last = ticket->is_last || is_last;
}

static void complete_drawing(struct tfeed_loader *loader)
{
    struct ticket *ticket = loader->drawing;
    struct draw *draw = &ticket->draw;
    const bool drops = loader->options.drop_remainder && draw->n_rows < draw->n_wanted;
    settle_last(loader, drops);
    if (drops) {
        drop_drawing(loader);
        return;
    }
    loader->drawing = NULL;
    ticket->epoch = draw->epoch;
    ticket->is_last = draw->ends_epoch;
    ticket->is_settled = !loader->options.drop_remainder || draw->ends_epoch;
    row_source_save(loader->source, &ticket->state);
    ticket->state.n_batches = ++loader->n_drawn_batches;
    push_ticket(&loader->drawn, ticket);
}

/* Counts what new windows left out; false when that is too much. */
static bool count_damage(struct tfeed_loader *loader)
{
    struct draw *draw = &loader->drawing->draw;
    loader->n_skipped += draw->n_skipped;
    loader->n_filtered += draw->n_filtered;
    const bool fits =
        draw->n_skipped == 0 || loader->n_skipped <= (uint64_t)loader->options.max_skipped;
    draw->n_skipped = 0;
    draw->n_filtered = 0;
    return fits;
}

static tfeed_status too_much_damage(struct tfeed_loader *loader)
{
    struct tfeed_error last = loader->drawing->draw.last_skipped;
    loader->draw_error = last;
    /* keeps the place; says why this one is not skipped */
    return tfi_fail_at(&loader->draw_error, last.code, last.path, last.record, last.offset,
                       "more than max_skipped = %lld records are damaged; the last: %.300s",
                       (long long)loader->options.max_skipped, last.message);
}

enum drawn { DREW, DRAWS_NOTHING, DRAW_WAITS };

/* Draws until a ticket is complete, or what stands in the way is known. */
static enum drawn draw_locked(struct tfeed_loader *loader) TFI_REQUIRES(&loader->mutex)
{
    if (loader->draw_status != TFEED_OK || loader->drawn.n >= max_drawn(loader))
        return DRAWS_NOTHING;
    if (loader->drawing == NULL && (loader->drawing = begin_ticket(loader)) == NULL)
        return DRAWS_NOTHING;
    loader->draw_error.code = TFEED_OK;
    tfeed_status status =
        row_source_draw(loader->source, &loader->drawing->draw, &loader->draw_error);
    if (!count_damage(loader))
        status = too_much_damage(loader);
    if (loader->drawing->draw.n_begun > 0)
        tfi_condition_wake_one(&loader->work, &loader->mutex); /* windows may be filled */
    loader->drawing->draw.n_begun = 0;
    if (status == TFEED_UNAVAILABLE && loader->draw_error.code != TFEED_UNAVAILABLE)
        return DRAW_WAITS; /* a file system that says it has given an error */
    if (status == TFEED_OK) {
        complete_drawing(loader);
        return DREW;
    }
    if (status == TFEED_OUT_OF_RANGE)
        status = tfi_fail(&loader->draw_error, status, "the end of the data");
    settle_last(loader, status == TFEED_OUT_OF_RANGE);
    drop_drawing(loader);
    loader->draw_status = status;
    engine_wake_all(loader);
    return DREW;
}

/* ------------------------------------------------------------------------- parsing */

static void count_reading_locked(struct tfeed_loader *loader, const struct fill *fill, uint64_t ns)
    TFI_REQUIRES(&loader->mutex)
{
    struct tfeed_stage_statistics *stage = &loader->stages[TFEED_STAGE_READ];
    stage->n_records += fill->n_records;
    stage->n_bytes += fill->n_bytes;
    stage->busy_ns += ns;
}

static uint64_t ticket_bytes(const struct ticket *ticket)
{
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < ticket->draw.n_rows; i++)
        n_bytes += ticket->draw.rows[i].bytes.len;
    return n_bytes;
}

/* Records that are read between those that are parsed. Looking at the clock takes about as long:
 * one in so many is timed, without what looking takes, and stands for all. */
enum { READS_TIMED_OF = 256 };

struct reading {
    struct fill *fill; /* NULL: nothing is read */
    uint64_t n_calls;
    uint64_t timed_ns;
};

static const uint8_t *read_one(void *user_data)
{
    struct reading *reading = user_data;
    struct fill *fill = reading->fill;
    if (reading->n_calls++ % READS_TIMED_OF != READS_TIMED_OF / 2)
        return fill->order->functions->fill_one(fill);
    const int64_t looked_ns = tfi_clock_now_ns();
    const int64_t began_ns = tfi_clock_now_ns();
    const uint8_t *later = fill->order->functions->fill_one(fill);
    const int64_t ns = tfi_clock_now_ns() - began_ns - (began_ns - looked_ns);
    reading->timed_ns += ns > 0 ? (uint64_t)ns : 0;
    return later;
}

/* A thread that works alone reads a record for each that it parses, between them: so neither waits
 * for memory alone. Where others read, they are ahead anyway. */
static void begin_reading_locked(struct tfeed_loader *loader, struct parse_desk *desk,
                                 struct reading *reading) TFI_REQUIRES(&loader->mutex)
{
    const bool is_alone = loader->options.n_workers == 0 && loader->n_helpers == 0;
    *reading = (struct reading){.n_calls = loader->between.n_calls};
    if (desk->wide != NULL && is_alone && loader->draw_status == TFEED_OK)
        reading->fill = row_source_claim_ahead(loader->source);
    if (reading->fill != NULL)
        tfi_example_parser_between(desk->wide, read_one, reading);
}

/* Of the `ns` that parsing took, says how many were reading. What one timed read stands for may be
 * more than that: the rest is of the parses that come. */
static uint64_t end_reading_locked(struct tfeed_loader *loader, struct parse_desk *desk,
                                   const struct reading *reading, uint64_t ns)
    TFI_REQUIRES(&loader->mutex)
{
    struct fill *fill = reading->fill;
    if (fill == NULL)
        return 0;
    loader->between.n_calls = reading->n_calls;
    loader->between.ns += reading->timed_ns * READS_TIMED_OF;
    const uint64_t read_ns = loader->between.ns < ns ? loader->between.ns : ns;
    loader->between.ns -= read_ns;
    count_reading_locked(loader, fill, read_ns);
    tfi_example_parser_between(desk->wide, NULL, NULL);
    fill->order->functions->fill_pause(fill);
    tfi_condition_wake_one(&loader->work, &loader->mutex);
    tfi_condition_wake(&loader->ready, &loader->mutex);
    return read_ns;
}

tfeed_status engine_parse(struct tfeed_loader *loader, struct tfeed_batch *batch,
                          struct tfeed_tensor *into, struct tfeed_error *reterr)
{
    struct ticket *ticket = batch->ticket;
    struct parse_desk *desk;
    TFI_TRY(parse_desk_take_locked(loader, &desk, reterr));
    struct reading reading;
    begin_reading_locked(loader, desk, &reading);
    tfi_mutex_unlock(&loader->mutex);
    const int64_t began_ns = tfi_clock_now_ns();
    const tfeed_status status = batch_parse(batch, desk, into, reterr);
    const int64_t ns = tfi_clock_now_ns() - began_ns;
    const uint64_t n_bytes = ticket_bytes(ticket);
    if (!loader->options.with_records)
        draw_release(&ticket->draw);
    tfi_mutex_lock(&loader->mutex);
    struct tfeed_stage_statistics *stage = &loader->stages[TFEED_STAGE_PARSE];
    stage->n_records += ticket->draw.n_rows;
    stage->n_bytes += n_bytes;
    stage->busy_ns += (uint64_t)ns - end_reading_locked(loader, desk, &reading, (uint64_t)ns);
    desk->next = loader->free_desks;
    loader->free_desks = desk;
    return status;
}

struct tfeed_batch *engine_begin_batch(struct tfeed_loader *loader)
{
    const struct ticket *first = loader->drawn.first;
    if (first == NULL || !first->is_settled || loader->free_batches.first == NULL)
        return NULL;
    struct tfeed_batch *batch = pop_batch(&loader->free_batches);
    loader->n_free--;
    batch->ticket = pop_ticket(&loader->drawn);
    batch->phase = BATCH_PARSING;
    batch->is_narrow = false;
    push_batch(&loader->pending, batch);
    return batch;
}

static bool parse_step_locked(struct tfeed_loader *loader, bool is_worker)
    TFI_REQUIRES(&loader->mutex)
{
    struct tfeed_batch *batch = engine_begin_batch(loader);
    if (batch == NULL)
        return false;
    /* a caller makes floats of what it will look at next */
    const bool is_ahead = is_worker || loader->pending.first != batch;
    batch->is_narrow = is_ahead && loader->narrow_schema != NULL &&
                       loader->options.map_row == NULL && !loader->caller_skims;
    if (!batch->is_narrow)
        batch_take_wide(batch);
    engine_wake_for_room(loader);
    batch->status = engine_parse(loader, batch, NULL, &batch->error);
    batch->phase = BATCH_READY;
    loader->n_ready++;
    if (batch == loader->pending.first)
        tfi_condition_wake(&loader->ready, &loader->mutex);
    return true;
}

/* -------------------------------------------------------------------------- filling */

static bool fill_step_locked(struct tfeed_loader *loader, bool needed_only)
    TFI_REQUIRES(&loader->mutex)
{
    if (loader->draw_status != TFEED_OK)
        return false;
    struct fill *fill = row_source_claim(loader->source, needed_only);
    if (fill == NULL)
        return false;
    tfi_mutex_unlock(&loader->mutex);
    const int64_t began_ns = tfi_clock_now_ns();
    fill->order->functions->fill_run(fill);
    const int64_t ns = tfi_clock_now_ns() - began_ns;
    tfi_mutex_lock(&loader->mutex);
    count_reading_locked(loader, fill, (uint64_t)ns);
    fill->order->functions->fill_settle(fill);
    tfi_condition_wake_one(&loader->work, &loader->mutex);
    tfi_condition_wake(&loader->ready, &loader->mutex);
    return true;
}

/* While the program's thread helps and comes back at once, workers read ahead first: what it parses
 * itself need not cross from one processor's cache to the other's. */
bool engine_step(struct tfeed_loader *loader, bool is_worker)
{
    if (is_worker && loader->caller_is_near && fill_step_locked(loader, false))
        return true;
    if (parse_step_locked(loader, is_worker))
        return true;
    const enum drawn drawn = draw_locked(loader);
    if (drawn == DREW)
        return true;
    if (drawn == DRAW_WAITS && fill_step_locked(loader, true))
        return true;
    return loader->n_helpers > 0 && fill_step_locked(loader, false);
}

/* -------------------------------------------------------------------------- workers */

/* Nothing is left to draw or to parse. */
static bool is_through(const struct tfeed_loader *loader)
{
    return loader->end_status != TFEED_OK ||
           (loader->draw_status != TFEED_OK && loader->drawn.first == NULL);
}

/* Of as many workers as there are processors one rests while the program's thread, which helps,
 * comes back at once: one thread more than processors would only take turns with the others. */
static bool has_spare_worker(const struct tfeed_loader *loader)
{
    const int64_t n = loader->options.n_workers;
    return loader->options.caller_helps && n > 1 && n == tfi_n_processors();
}

static void work_locked(struct tfeed_loader *loader, bool is_spare) TFI_REQUIRES(&loader->mutex)
{
    loader->n_helpers++;
    while (!engine_is_stopped(loader) && !is_through(loader)) {
        if (is_spare && loader->caller_is_near) {
            (void)tfi_condition_wait(&loader->spare, &loader->mutex, TFI_FOREVER);
            continue;
        }
        if (engine_step(loader, true))
            continue;
        const int64_t began_ns = tfi_clock_now_ns();
        (void)tfi_condition_wait(&loader->work, &loader->mutex, TFI_FOREVER);
        loader->worker_waiting_ns += (uint64_t)(tfi_clock_now_ns() - began_ns);
    }
    loader->n_helpers--;
    engine_wake_all(loader);
}

static void worker_main(void *argument)
{
    struct tfeed_loader *loader = argument;
    tfi_mutex_lock(&loader->mutex);
    work_locked(loader, has_spare_worker(loader) && loader->n_helpers == 0);
    tfi_mutex_unlock(&loader->mutex);
}

tfeed_status engine_start(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    const size_t n = (size_t)loader->options.n_workers;
    loader->threads = tfi_alloc_zeroed(loader->allocator, n, sizeof *loader->threads);
    if (loader->threads == NULL)
        return tfi_fail_memory(reterr, "a loader's workers");
    for (; loader->n_threads < n; loader->n_threads++)
        TFI_TRY(tfi_thread_start(&loader->threads[loader->n_threads], "tfeed-loader", worker_main,
                                 loader, reterr));
    return TFEED_OK;
}

void tfeed_loader_stop(struct tfeed_loader *loader)
{
    atomic_store_explicit(&loader->stop, true, memory_order_relaxed);
    tfi_mutex_lock(&loader->mutex);
    engine_wake_all(loader);
    tfi_mutex_unlock(&loader->mutex);
}

void engine_stop(struct tfeed_loader *loader)
{
    tfeed_loader_stop(loader);
    for (size_t i = 0; i < loader->n_threads; i++)
        tfi_thread_join(&loader->threads[i]);
    loader->n_threads = 0;
}

tfeed_status tfeed_loader_work(struct tfeed_loader *loader, struct tfeed_error *reterr)
{
    tfi_mutex_lock(&loader->mutex);
    work_locked(loader, false);
    tfi_mutex_unlock(&loader->mutex);
    return engine_is_stopped(loader) ? tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped")
                                     : TFEED_OK;
}
