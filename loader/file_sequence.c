/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * file_sequence.c - files in a given order, each a stream of windows that is filled ahead.
 *
 *    claim (lock)         fill_run                          settle (lock)
 *    read:  new pieces    windows of records, or headers    pieces join their stream, in order
 *    check: a piece       payloads and admission            the piece may be drawn
 *
 * A stream that is released while a fill of it is out is freed when that is settled.
 *
 * Invariants
 *   (1) is_reading: the cursor and the pieces in `made` belong to the thread that reads; whoever
 *       holds the lock learns of them when the fill is settled.
 *   (2) is_checking: the piece's window belongs to the thread that checks.
 */
#include "loader/file_sequence_private.h"

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/row_holes_private.h"

enum {
    PIECES_OF_READ = 4,       /* windows of headers in one fill: a few microseconds each */
    REFILL_BYTES = 128 << 10, /* a window with less may get a further run */
};

enum work_kind { WORK_READ, WORK_CHECK };

struct work {
    struct fill fill; /* first: a fill leads to its work */
    enum work_kind kind;
    struct file_sequence *sequence;
};

/* A window and where it lies in its stream. */
struct piece {
    struct work work; /* checking */
    struct file_stream *stream;
    struct piece *next;
    struct row_window *window;
    struct place begin;
    struct place behind;
    bool is_checked;
    bool is_checking;
};

struct file_stream {
    struct work work; /* reading */
    struct stream_plan plan;
    bool is_abandoned; /* released while fills are out */
    uint32_t n_fills;  /* that are out */

    /* reading, (1) */
    bool is_open;
    bool meets_end; /* nothing is left to read */
    struct file_cursor cursor;
    struct piece *made;
    uint32_t n_made;

    /* drawing */
    bool is_reading;
    bool is_read;        /* all pieces are here */
    bool lacks_memory;   /* for the next piece: nothing more is read */
    struct piece *first; /* in order */
    struct piece *last;
    uint32_t n_pieces;
    struct place next; /* where no piece is: of the record that comes next */
};

/* --- life ------------------------------------------------------------------------------------- */

tfeed_status file_sequence_init(struct file_sequence *sequence, struct order *order,
                                next_stretch_fn next_stretch, size_t n_open,
                                struct tfeed_error *reterr)
{
    enum { PIECES_OF_SHARED = 2, PIECES_OF_ALONE = 4 };
    const struct order_plan *plan = order->plan;
    const size_t n_workers = plan->has_workers ? (size_t)plan->options->n_workers + 1 : 0;
    *sequence = (struct file_sequence){
        .order = order,
        .plan = plan,
        .next_stretch = next_stretch,
        .max_streams = n_open + 1 + n_workers,
        .max_pieces = PIECES_OF_SHARED,
        .checks_apart = plan->has_workers,
    };
    if (n_open == 1 && plan->has_workers)
        sequence->max_pieces = (uint32_t)(PIECES_OF_ALONE * (n_workers + 1));
    sequence->streams =
        tfi_alloc_zeroed(plan->allocator, sequence->max_streams, sizeof(struct file_stream *));
    return sequence->streams != NULL ? TFEED_OK : tfi_fail_memory(reterr, "a sequence of files");
}

static void piece_free(struct piece *piece, const struct tfeed_allocator *allocator)
{
    row_window_unref(piece->window);
    tfi_free(allocator, piece);
}

static void pieces_free(struct piece *pieces, const struct tfeed_allocator *allocator)
{
    while (pieces != NULL) {
        struct piece *next = pieces->next;
        piece_free(pieces, allocator);
        pieces = next;
    }
}

static void stream_free(struct file_stream *stream, const struct tfeed_allocator *allocator)
{
    pieces_free(stream->first, allocator);
    pieces_free(stream->made, allocator);
    file_cursor_clear(&stream->cursor);
    tfi_free(allocator, stream);
}

void file_sequence_clear(struct file_sequence *sequence)
{
    for (size_t i = 0; i < sequence->n_streams; i++)
        stream_free(sequence->streams[i], sequence->plan->allocator);
    if (sequence->plan != NULL)
        tfi_free(sequence->plan->allocator, sequence->streams);
    *sequence = (struct file_sequence){0};
}

static struct file_stream *stream_new(struct file_sequence *sequence)
{
    struct file_stream *stream = tfi_alloc_zeroed(sequence->plan->allocator, 1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->work =
        (struct work){.fill = {.order = sequence->order}, .kind = WORK_READ, .sequence = sequence};
    file_cursor_init(&stream->cursor, sequence->plan->set, sequence->plan->options->on_error);
    return stream;
}

static void stream_join(struct file_sequence *sequence, struct file_stream *stream)
{
    stream->next = stream->plan.stretch.begin;
    sequence->streams[sequence->n_streams++] = stream;
}

/* Begins the stream of the next stretch, ahead of the order. */
static tfeed_status begin_ahead(struct file_sequence *sequence, struct tfeed_error *reterr)
{
    if (sequence->has_no_more || sequence->n_streams == sequence->max_streams)
        return TFEED_OUT_OF_RANGE;
    struct file_stream *stream = stream_new(sequence);
    if (stream == NULL)
        return tfi_fail_memory(reterr, "a sequence of files");
    const tfeed_status status = sequence->next_stretch(sequence->order, &stream->plan, reterr);
    if (status != TFEED_OK) {
        stream_free(stream, sequence->plan->allocator);
        sequence->has_no_more = status == TFEED_OUT_OF_RANGE;
        return status;
    }
    stream_join(sequence, stream);
    return TFEED_OK;
}

tfeed_status file_sequence_peek(struct file_sequence *sequence, const struct stream_plan **ret_plan,
                                struct tfeed_error *reterr)
{
    if (sequence->n_taken == sequence->n_streams)
        TFI_TRY(begin_ahead(sequence, reterr));
    *ret_plan = &sequence->streams[sequence->n_taken]->plan;
    return TFEED_OK;
}

struct file_stream *file_sequence_take(struct file_sequence *sequence)
{
    return sequence->streams[sequence->n_taken++];
}

void file_sequence_release(struct file_sequence *sequence, struct file_stream *stream)
{
    size_t i = 0;
    while (sequence->streams[i] != stream)
        i++;
    sequence->n_streams--;
    sequence->n_taken--;
    memmove(&sequence->streams[i], &sequence->streams[i + 1],
            (sequence->n_streams - i) * sizeof(struct file_stream *));
    if (sequence->wanted == stream)
        sequence->wanted = NULL;
    stream->is_abandoned = true;
    if (stream->n_fills == 0)
        stream_free(stream, sequence->plan->allocator);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Opens the stream's file at its begin; an offset that is only known by its number is looked up. */
static tfeed_status open_stream(struct file_stream *stream, struct tfeed_error *reterr)
{
    const struct order_plan *plan = stream->work.sequence->plan;
    struct stretch *stretch = &stream->plan.stretch;
    struct place *begin = &stretch->begin;
    if (begin->record > 0 && begin->offset == 0 && !plan->set->files[begin->file].is_compressed)
        TFI_TRY(
            file_set_find_record(plan->set, begin->file, begin->record, plan->stop, begin, reterr));
    TFI_TRY(file_cursor_open(&stream->cursor, stretch, reterr));
    stream->is_open = true;
    return TFEED_OK;
}

/* Records, until the window holds a run of them or the stream ends. */
static tfeed_status fill_window(struct file_stream *stream, enum cursor_checks checks,
                                struct row_window *window, struct tfeed_error *reterr)
{
    const struct order_plan *plan = stream->work.sequence->plan;
    uint64_t n_bytes = 0;
    while (window->n_rows < LOADER_RUN_RECORDS && n_bytes < REFILL_BYTES) {
        TFI_TRY(plan_check_stop(plan, reterr));
        const uint32_t n_before = window->n_rows;
        const tfeed_status status =
            row_holes_read(&stream->cursor, checks, window, LOADER_RUN_RECORDS - n_before, reterr);
        for (uint32_t i = n_before; i < window->n_rows; i++)
            n_bytes += row_is_hole(&window->rows[i]) ? 0 : window->rows[i].bytes.len;
        if (status == TFEED_OUT_OF_RANGE) {
            window->ends_lane = true;
            break;
        }
        TFI_TRY(status);
    }
    return TFEED_OK;
}

static void admit_rows(const struct file_stream *stream, struct row_window *window)
{
    const struct order_plan *plan = stream->work.sequence->plan;
    struct admission_desk *desk = NULL;
    struct tfeed_error error;
    if (admission_enter(plan->admission, &desk, &error) != TFEED_OK) {
        row_window_cut(window, 0);
        row_window_fail(window, &error);
        return;
    }
    if (row_holes_admit(window, desk, plan->set, stream->plan.epoch, plan->options->on_error)) {
        window->ends_lane = true;
        window->status = TFEED_OK; /* what stood behind is gone */
    }
    admission_leave(desk);
}

/* Payloads, where they have not been checked, and admission. */
static void check_piece(struct piece *piece, const struct file_stream *stream, bool check_payloads)
{
    const struct order_plan *plan = stream->work.sequence->plan;
    struct row_window *window = piece->window;
    const uint32_t n_rows = window->n_rows;
    if (check_payloads && row_holes_check(window, plan->set, plan->options->on_error))
        window->ends_lane = true;
    admit_rows(stream, window);
    if (window->status != TFEED_OK && window->n_rows < n_rows)
        piece->behind = window->rows[window->n_rows].place; /* where the error stands */
}

static void count_window(struct fill *fill, const struct row_window *window)
{
    for (uint32_t i = 0; i < window->n_rows; i++)
        if (!row_is_hole(&window->rows[i]))
            fill->n_bytes += window->rows[i].bytes.len;
    fill->n_records += window->n_rows;
}

static bool is_checked_apart(const struct file_stream *stream)
{
    const struct file_sequence *sequence = stream->work.sequence;
    return sequence->checks_apart &&
           file_is_mapped(sequence->plan, stream->plan.stretch.begin.file);
}

static void run_read(struct file_stream *stream)
{
    const bool apart = is_checked_apart(stream);
    struct fill *fill = &stream->work.fill;
    stream->n_made = 0;
    for (struct piece *piece = stream->made; piece != NULL && !stream->meets_end;
         piece = piece->next) {
        struct row_window *window = piece->window;
        struct tfeed_error error;
        tfeed_status status = stream->is_open ? TFEED_OK : open_stream(stream, &error);
        piece->begin = stream->is_open ? stream->cursor.next : stream->plan.stretch.begin;
        if (status == TFEED_OK)
            status = fill_window(stream, apart ? CURSOR_CHECKS_LATER : CURSOR_CHECKS_NOW, window,
                                 &error);
        if (status != TFEED_OK) {
            window->status = status;
            window->error = error;
        }
        piece->behind = stream->cursor.next;
        if (!apart) {
            count_window(fill, window);
            check_piece(piece, stream, false);
        }
        piece->is_checked = !apart;
        stream->meets_end = window->ends_lane || window->status != TFEED_OK;
        stream->n_made++;
    }
}

static void run_check(struct piece *piece)
{
    const struct file_sequence *sequence = piece->work.sequence;
    count_window(&piece->work.fill, piece->window);
    check_piece(piece, piece->stream, !sequence->plan->options->skip_checksums);
}

void file_sequence_fill_run(struct fill *fill)
{
    struct work *work = (struct work *)(void *)fill;
    fill->n_records = 0;
    fill->n_bytes = 0;
    switch (work->kind) {
    case WORK_READ:
        run_read((struct file_stream *)(void *)work);
        break;
    case WORK_CHECK:
        run_check((struct piece *)(void *)work);
        break;
    }
}

/* The pieces that were made join the stream; those that were not needed go. */
static void settle_read(struct file_stream *stream, const struct tfeed_allocator *allocator)
{
    struct piece *piece = stream->made;
    stream->lacks_memory = piece == NULL;
    for (; stream->n_made > 0; stream->n_made--) {
        struct piece *next = piece->next;
        piece->next = NULL;
        if (stream->last != NULL)
            stream->last->next = piece;
        else
            stream->first = piece;
        stream->last = piece;
        stream->n_pieces++;
        piece = next;
    }
    pieces_free(piece, allocator);
    stream->made = NULL;
    stream->is_reading = false;
    stream->is_read = stream->meets_end;
}

void file_sequence_fill_settle(struct fill *fill)
{
    struct work *work = (struct work *)(void *)fill;
    const struct tfeed_allocator *allocator = work->sequence->plan->allocator;
    struct file_stream *stream = NULL;
    switch (work->kind) {
    case WORK_READ:
        stream = (struct file_stream *)(void *)work;
        settle_read(stream, allocator);
        break;
    case WORK_CHECK: {
        struct piece *piece = (struct piece *)(void *)work;
        piece->is_checking = false;
        piece->is_checked = true;
        stream = piece->stream;
        break;
    }
    }
    stream->n_fills--;
    if (stream->is_abandoned && stream->n_fills == 0)
        stream_free(stream, allocator);
}

/* --- claiming --------------------------------------------------------------------------------- */

static struct piece *piece_new(struct file_stream *stream)
{
    struct file_sequence *sequence = stream->work.sequence;
    const struct order_plan *plan = sequence->plan;
    struct piece *piece = tfi_alloc_zeroed(plan->allocator, 1, sizeof *piece);
    if (piece == NULL)
        return NULL;
    piece->work =
        (struct work){.fill = {.order = sequence->order}, .kind = WORK_CHECK, .sequence = sequence};
    piece->stream = stream;
    piece->window = row_window_new(plan->pool, LOADER_RUN_RECORDS);
    if (piece->window == NULL) {
        tfi_free(plan->allocator, piece);
        return NULL;
    }
    return piece;
}

/* Without memory for a piece the fill does nothing: who waits for it is to hear of that. */
static struct fill *claim_read(struct file_stream *stream)
{
    const struct file_sequence *sequence = stream->work.sequence;
    if (stream->is_reading || stream->is_read || stream->lacks_memory ||
        stream->n_pieces >= sequence->max_pieces)
        return NULL;
    uint32_t n = sequence->max_pieces - stream->n_pieces;
    const uint32_t most = is_checked_apart(stream) ? PIECES_OF_READ : 1;
    n = n < most ? n : most;
    struct piece **end = &stream->made;
    for (uint32_t i = 0; i < n; i++) {
        *end = piece_new(stream);
        if (*end == NULL)
            break;
        end = &(*end)->next;
    }
    stream->is_reading = true;
    stream->n_fills++;
    return &stream->work.fill;
}

static struct fill *claim_check(struct file_stream *stream, bool first_only)
{
    for (struct piece *piece = stream->first; piece != NULL; piece = piece->next) {
        if (!piece->is_checked && !piece->is_checking) {
            piece->is_checking = true;
            stream->n_fills++;
            return &piece->work.fill;
        }
        if (first_only)
            break;
    }
    return NULL;
}

/* Whether the stream's next row, or its end, waits to be filled. */
static bool is_dry(const struct file_stream *stream)
{
    return stream->first == NULL ? !stream->is_read : !stream->first->is_checked;
}

static struct fill *claim_needed(struct file_sequence *sequence)
{
    struct file_stream *stream = sequence->wanted;
    if (stream == NULL || !is_dry(stream))
        return NULL;
    struct fill *fill = claim_check(stream, true);
    return fill != NULL || stream->first != NULL ? fill : claim_read(stream);
}

static struct fill *claim_ahead(struct file_sequence *sequence)
{
    for (size_t i = 0; i < sequence->n_streams; i++) {
        struct file_stream *stream = sequence->streams[i];
        struct fill *fill = claim_check(stream, false);
        if (fill == NULL)
            fill = claim_read(stream);
        if (fill != NULL)
            return fill;
    }
    return begin_ahead(sequence, NULL) == TFEED_OK
               ? claim_read(sequence->streams[sequence->n_streams - 1])
               : NULL;
}

struct fill *file_sequence_claim(struct file_sequence *sequence, bool needed_only)
{
    struct fill *fill = claim_needed(sequence);
    return fill != NULL || needed_only ? fill : claim_ahead(sequence);
}

/* --- drawing ---------------------------------------------------------------------------------- */

/* The piece is drawn empty: the next one is in front. */
static void drop_first(struct file_stream *stream, const struct tfeed_allocator *allocator)
{
    struct piece *piece = stream->first;
    stream->next = piece->behind;
    stream->first = piece->next;
    if (stream->first == NULL)
        stream->last = NULL;
    stream->n_pieces--;
    piece_free(piece, allocator);
}

tfeed_status file_sequence_reach(struct file_sequence *sequence, struct file_stream *stream,
                                 struct row_window **ret_window, struct tfeed_error *reterr)
{
    while (stream->first != NULL && stream->first->is_checked) {
        struct row_window *window = stream->first->window;
        if (window->n_drawn < window->n_rows) {
            *ret_window = window;
            return TFEED_OK;
        }
        if (window->status != TFEED_OK)
            return tfi_fail_again(reterr, &window->error);
        if (window->ends_lane)
            return TFEED_OUT_OF_RANGE;
        drop_first(stream, sequence->plan->allocator);
    }
    if (stream->first == NULL && stream->is_read)
        return TFEED_OUT_OF_RANGE;
    if (stream->first == NULL && stream->lacks_memory)
        return tfi_fail_memory(reterr, "the records of a file");
    sequence->wanted = stream;
    return TFEED_UNAVAILABLE;
}

uint64_t file_sequence_depth(const struct file_sequence *sequence)
{
    uint64_t n_rows = 0;
    for (size_t i = 0; i < sequence->n_streams; i++)
        for (const struct piece *piece = sequence->streams[i]->first; piece != NULL;
             piece = piece->next)
            n_rows += piece->is_checked ? piece->window->n_rows - piece->window->n_drawn : 0;
    return n_rows;
}

/* --- state ------------------------------------------------------------------------------------ */

/* lane_state.window of a file that is known to have ended, in a slot whose turn has not come. */
enum { LANE_IS_READ = 1 };

bool file_stream_was_read(const struct lane_state *lane)
{
    return lane->window == LANE_IS_READ;
}

static bool has_ended(const struct file_stream *stream)
{
    const struct piece *first = stream->first;
    if (first == NULL)
        return stream->is_read;
    return first->is_checked && first->window->n_drawn == first->window->n_rows &&
           first->window->ends_lane && first->window->status == TFEED_OK;
}

/* Of the next record; none comes where the stream has ended. */
static struct place next_place(const struct file_stream *stream)
{
    const struct piece *first = stream->first;
    if (first == NULL)
        return stream->next;
    const struct row_window *window = first->window;
    if (!first->is_checked || window->n_drawn == 0)
        return first->begin;
    return window->n_drawn < window->n_rows ? window->rows[window->n_drawn].place : first->behind;
}

void file_stream_save(const struct file_stream *stream, struct lane_state *ret_lane)
{
    ret_lane->has_ended = stream == NULL;
    if (stream == NULL)
        return;
    ret_lane->position = stream->plan.position;
    ret_lane->begin = next_place(stream);
    ret_lane->window = has_ended(stream) ? LANE_IS_READ : 0;
}

tfeed_status file_sequence_resume(struct file_sequence *sequence, const struct stream_plan *plan,
                                  const struct lane_state *lane, struct file_stream **ret_stream,
                                  struct tfeed_error *reterr)
{
    struct file_stream *stream = stream_new(sequence);
    if (stream == NULL)
        return tfi_fail_memory(reterr, "a sequence of files");
    stream->plan = *plan;
    stream->plan.stretch.begin = lane->begin;
    stream->is_read = file_stream_was_read(lane);
    stream_join(sequence, stream);
    sequence->n_taken++;
    *ret_stream = stream;
    return TFEED_OK;
}
