/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_files.c - the order of the files and of their records; `interleave` files open in turn.
 *
 *    list     a   b   c   d   e          interleave 2, block 2
 *    slot 0   a a . . a a . . d d        rows: a a b b a a b b d d b b e e …
 *    slot 1   . . b b . . b b . .        (a ended: its slot takes d when its turn comes again)
 *
 * As tf.data's interleave: a slot whose file ends passes its turn on, and takes the next file when
 * its turn comes again. Records that are left out count in their block, so that a filter takes rows
 * out of the sequence and changes nothing else.
 *
 * With several shards the set's records are numbered through, and each shard has one range of
 * them: that needs the counts of all files. A shard's list is cut from the ranges that it has in an
 * epoch:
 *
 *    normally           one range, the same in each epoch
 *    begun by others    what an epoch that was begun with another number of shards left, dealt out
 *                       in order (state.rest: epoch, begin, end of each range)
 */
#include <stdlib.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "loader/file_sequence_private.h"
#include "loader/row_holes_private.h"

/* Numbers of an entry of state.rest. */
enum { REST_EPOCH, REST_BEGIN, REST_END, REST_NUMBERS };

/* Records of the set, numbered through. */
struct range {
    uint64_t epoch;
    uint64_t begin;
    uint64_t end;
};

struct ranges {
    struct range *items;
    size_t n;
    size_t n_slots;
};

struct slot {
    struct file_stream *stream; /* NULL: no file is open */
};

struct files_order {
    struct order base;
    struct file_sequence sequence;
    uint64_t *firsts;     /* [n_files + 1] numbers of the files' first records; NULL: not counted */
    struct ranges rest;   /* what this shard has in epochs that were begun by others */
    struct range own;     /* what it has in all other epochs */
    bool has_all;         /* that is every file, counted or not: the job has one shard */
    struct stretch *list; /* of list_epoch, for the sequence */
    size_t n_list;
    size_t n_list_slots;
    uint64_t list_epoch;
    size_t n_given; /* of the list: streams begun */
    bool is_out_of_memory;

    /* drawing */
    uint64_t epoch;
    uint64_t n_epoch_rows;
    uint64_t n_begun; /* stretches of the epoch's list that have had a slot */
    uint64_t n_skipped;
    uint64_t block_records;
    struct slot *slots;
    size_t n_slots;
    size_t n_open;
    size_t turn;
    uint64_t n_in_turn;
    bool has_ended;
};

static bool is_through(const struct files_order *order, uint64_t epoch)
{
    const int64_t n_epochs = order->base.plan->n_epochs;
    return n_epochs != TFEED_EPOCHS_ENDLESS && epoch >= (uint64_t)n_epochs;
}

/* --- counts and ranges ------------------------------------------------------------------------ */

/* The records of a file, damaged ones too. Where framing is lost that counts as one record, so that
 * it lies in one shard; under FAIL that shard says so. */
static tfeed_status count_file(const struct order_plan *plan, uint32_t index, uint64_t *ret_n,
                               struct tfeed_error *reterr)
{
    struct loader_file *file = &plan->set->files[index];
    const tfeed_status status = file_set_count(plan->set, index, plan->stop, ret_n, reterr);
    if (status != TFEED_DATA_LOSS)
        return status;
    tfi_mutex_lock(&file->mutex);
    *ret_n = file->walked.record + 1;
    tfi_mutex_unlock(&file->mutex);
    return TFEED_OK;
}

/* *ret_firsts[n_files + 1] is allocated. */
static tfeed_status count_files(const struct order_plan *plan, uint64_t **ret_firsts,
                                struct tfeed_error *reterr)
{
    const size_t n_files = plan->set->n_files;
    uint64_t *firsts = tfi_alloc_array(plan->allocator, n_files + 1, sizeof *firsts);
    if (firsts == NULL)
        return tfi_fail_memory(reterr, "the counts of files");
    firsts[0] = 0;
    for (size_t i = 0; i < n_files; i++) {
        uint64_t n;
        const tfeed_status status = count_file(plan, (uint32_t)i, &n, reterr);
        if (status != TFEED_OK) {
            tfi_free(plan->allocator, firsts);
            return status;
        }
        firsts[i + 1] = firsts[i] + n;
    }
    *ret_firsts = firsts;
    return TFEED_OK;
}

/* Part i of n things in `parts` parts begins there. */
static uint64_t part_begin(uint64_t n, uint64_t parts, uint64_t i)
{
    const uint64_t extra = n % parts;
    return n / parts * i + (i < extra ? i : extra);
}

static bool ranges_add(struct ranges *ranges, const struct range *range,
                       const struct tfeed_allocator *allocator)
{
    if (range->begin >= range->end)
        return true;
    if (ranges->n == ranges->n_slots) {
        const size_t n = ranges->n_slots == 0 ? 8 : 2 * ranges->n_slots;
        struct range *items = tfi_realloc_array(allocator, ranges->items, n, sizeof *items);
        if (items == NULL)
            return false;
        ranges->items = items;
        ranges->n_slots = n;
    }
    ranges->items[ranges->n++] = *range;
    return true;
}

/* --- lists ------------------------------------------------------------------------------------ */

static bool list_add(struct files_order *order, const struct stretch *stretch)
{
    if (order->n_list == order->n_list_slots) {
        const size_t n = order->n_list_slots == 0 ? 16 : 2 * order->n_list_slots;
        struct stretch *list =
            tfi_realloc_array(order->base.plan->allocator, order->list, n, sizeof *list);
        if (list == NULL)
            return false;
        order->list = list;
        order->n_list_slots = n;
    }
    order->list[order->n_list++] = *stretch;
    return true;
}

/* Cuts a range where files meet. The last part of a file has no end: what is wrong behind its last
 * record is met there. */
static bool list_range(struct files_order *order, const struct range *range)
{
    const uint64_t *firsts = order->firsts;
    for (uint32_t i = 0; i < order->base.plan->set->n_files; i++) {
        const uint64_t begin = range->begin > firsts[i] ? range->begin : firsts[i];
        const uint64_t end = range->end < firsts[i + 1] ? range->end : firsts[i + 1];
        if (begin >= end)
            continue;
        const struct stretch stretch = {
            .begin = {.file = i, .record = begin - firsts[i]},
            .end_offset = UINT64_MAX,
            .end_record = end == firsts[i + 1] ? 0 : end - firsts[i],
        };
        if (!list_add(order, &stretch))
            return false;
    }
    return true;
}

/* Whether this epoch, or a later one, was begun by others. The last such is always listed. */
static bool has_rest(const struct files_order *order, uint64_t epoch)
{
    for (size_t i = 0; i < order->rest.n; i++)
        if (order->rest.items[i].epoch >= epoch)
            return true;
    return false;
}

/* Makes the list of an epoch. False: no memory. */
static bool list_epoch(struct files_order *order, uint64_t epoch)
{
    order->n_list = 0;
    order->list_epoch = epoch;
    bool fits = true;
    if (has_rest(order, epoch)) {
        for (size_t i = 0; fits && i < order->rest.n; i++)
            if (order->rest.items[i].epoch == epoch)
                fits = list_range(order, &order->rest.items[i]);
    } else if (!order->has_all) {
        fits = list_range(order, &order->own);
    } else {
        for (uint32_t i = 0; fits && i < order->base.plan->set->n_files; i++)
            fits =
                list_add(order, &(struct stretch){.begin = {.file = i}, .end_offset = UINT64_MAX});
    }
    return fits;
}

static bool next_stretch(struct order *base, struct stream_plan *ret_plan)
{
    struct files_order *order = (struct files_order *)(void *)base;
    while (order->n_given == order->n_list) {
        const bool changes = has_rest(order, order->list_epoch);
        if (is_through(order, order->list_epoch + 1) || (order->n_list == 0 && !changes))
            return false;
        if (changes && !list_epoch(order, order->list_epoch + 1)) {
            order->is_out_of_memory = true;
            return false;
        }
        order->list_epoch += !changes;
        order->n_given = 0;
    }
    *ret_plan = (struct stream_plan){.stretch = order->list[order->n_given],
                                     .epoch = order->list_epoch,
                                     .position = order->n_given};
    order->n_given++;
    return true;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void pass_turn(struct files_order *order)
{
    order->turn = (order->turn + 1) % order->n_slots;
    order->n_in_turn = 0;
}

static void count_in_turn(struct files_order *order, uint64_t n)
{
    order->n_in_turn += n;
    if (order->n_in_turn >= order->block_records)
        pass_turn(order);
}

/* An open slot's file has ended. */
static void close_slot(struct files_order *order, struct slot *slot)
{
    file_sequence_release(&order->sequence, slot->stream);
    slot->stream = NULL;
    order->n_open--;
    pass_turn(order);
}

/* The next file to be taken, of this epoch or a later one. OUT_OF_RANGE: there is none. */
static tfeed_status peek(struct files_order *order, const struct stream_plan **ret_plan,
                         struct tfeed_error *reterr)
{
    const tfeed_status status = file_sequence_peek(&order->sequence, ret_plan, reterr);
    return status == TFEED_OUT_OF_RANGE && order->is_out_of_memory
               ? tfi_fail_memory(reterr, "a list of files")
               : status;
}

/* The slot takes the next file of this epoch. OUT_OF_RANGE: there is none. */
static tfeed_status open_slot(struct files_order *order, struct slot *slot,
                              struct tfeed_error *reterr)
{
    const struct stream_plan *plan;
    tfeed_status status = peek(order, &plan, reterr);
    if (status == TFEED_OK && plan->epoch != order->epoch)
        status = TFEED_OUT_OF_RANGE;
    TFI_TRY(status);
    slot->stream = file_sequence_take(&order->sequence);
    order->n_begun++;
    order->n_open++;
    return TFEED_OK;
}

/* Goes to the next row: that of *ret_window whose number is n_drawn. OUT_OF_RANGE: the epoch has no
 * more; UNAVAILABLE; or the error that stands there. */
static tfeed_status reach_row(struct files_order *order, struct draw *draw,
                              struct row_window **ret_window, struct tfeed_error *reterr)
{
    for (;;) {
        struct slot *slot = &order->slots[order->turn];
        tfeed_status status = TFEED_OK;
        if (slot->stream == NULL) {
            status = open_slot(order, slot, reterr);
            if (status == TFEED_OUT_OF_RANGE && order->n_open > 0) {
                pass_turn(order);
                continue;
            }
            TFI_TRY(status);
        }
        status = file_sequence_reach(&order->sequence, slot->stream, ret_window, reterr);
        if (status == TFEED_OUT_OF_RANGE) {
            close_slot(order, slot);
            continue;
        }
        TFI_TRY(status);
        if (!row_is_hole(&(*ret_window)->rows[(*ret_window)->n_drawn]))
            return TFEED_OK;
        const uint64_t n_left = order->block_records - order->n_in_turn;
        count_in_turn(order, row_holes_pass(*ret_window, n_left, draw, &order->n_skipped));
    }
}

/* Takes rows of the window, up to the end of the turn, the next hole, or what the draw wants. */
static tfeed_status take_rows(struct files_order *order, struct row_window *window,
                              struct draw *draw, struct tfeed_error *reterr)
{
    if (!draw_hold(draw, window))
        return tfi_fail_memory(reterr, "a batch's windows");
    uint64_t n = draw->n_wanted - draw->n_rows;
    const uint64_t n_left = order->block_records - order->n_in_turn;
    n = n < n_left ? n : n_left;
    n = n < window->n_rows - window->n_drawn ? n : window->n_rows - window->n_drawn;
    const struct row *rows = &window->rows[window->n_drawn];
    uint32_t n_taken = 0;
    while (n_taken < n && !row_is_hole(&rows[n_taken]))
        draw->rows[draw->n_rows++] = rows[n_taken++];
    window->n_drawn += n_taken;
    draw->epoch = order->epoch;
    order->n_epoch_rows += n_taken;
    count_in_turn(order, n_taken);
    return TFEED_OK;
}

/* The epoch has no more rows. */
static tfeed_status next_epoch(struct files_order *order, struct tfeed_error *reterr)
{
    const struct stream_plan *plan;
    const tfeed_status status = peek(order, &plan, reterr);
    if (status != TFEED_OK && status != TFEED_OUT_OF_RANGE)
        return status;
    order->epoch++;
    order->n_epoch_rows = 0;
    order->n_begun = 0;
    order->turn = 0;
    order->n_in_turn = 0;
    order->has_ended = status == TFEED_OUT_OF_RANGE;
    return TFEED_OK;
}

static tfeed_status files_draw(struct order *base, struct draw *draw, struct tfeed_error *reterr)
{
    struct files_order *order = (struct files_order *)(void *)base;
    while (!order->has_ended) {
        struct row_window *window;
        const tfeed_status status = reach_row(order, draw, &window, reterr);
        const bool is_full = draw->n_rows == draw->n_wanted;
        if (status == TFEED_OUT_OF_RANGE) {
            TFI_TRY(next_epoch(order, reterr));
            draw->ends_epoch = draw->n_rows > 0;
            if (draw->ends_epoch)
                return TFEED_OK;
        } else if (is_full && status != TFEED_UNAVAILABLE) {
            return TFEED_OK; /* an error that stands behind is for the next draw */
        } else {
            TFI_TRY(status);
            TFI_TRY(take_rows(order, window, draw, reterr));
        }
    }
    return TFEED_OUT_OF_RANGE;
}

/* --- filling ---------------------------------------------------------------------------------- */

static struct fill *files_claim(struct order *base, bool needed_only)
{
    struct files_order *order = (struct files_order *)(void *)base;
    return order->has_ended ? NULL : file_sequence_claim(&order->sequence, needed_only);
}

static void files_depth(const struct order *base, uint64_t *ret_n_rows)
{
    const struct files_order *order = (const struct files_order *)(const void *)base;
    *ret_n_rows = file_sequence_depth(&order->sequence);
}

/* --- state ------------------------------------------------------------------------------------ */

/* lane_state.window of a file that is known to have ended, in a slot whose turn has not come. */
enum { LANE_IS_READ = 1 };

static void files_state_sizes(const struct order *base, struct order_state_sizes *ret_sizes)
{
    const struct files_order *order = (const struct files_order *)(const void *)base;
    *ret_sizes = (struct order_state_sizes){.n_lanes = order->n_slots,
                                            .n_rest = order->rest.n * REST_NUMBERS};
}

static void save_rest(const struct files_order *order, struct order_state *state)
{
    state->n_rest = 0;
    for (size_t i = 0; i < order->rest.n; i++) {
        const struct range *range = &order->rest.items[i];
        if (range->epoch < order->epoch)
            continue;
        state->rest[state->n_rest + REST_EPOCH] = range->epoch;
        state->rest[state->n_rest + REST_BEGIN] = range->begin;
        state->rest[state->n_rest + REST_END] = range->end;
        state->n_rest += REST_NUMBERS;
    }
}

static void files_save(const struct order *base, struct order_state *state)
{
    const struct files_order *order = (const struct files_order *)(const void *)base;
    state->epoch = order->epoch;
    state->n_epoch_rows = order->n_epoch_rows;
    state->position = order->n_begun;
    state->turn = order->turn;
    state->n_in_turn = order->n_in_turn;
    state->n_skipped = order->n_skipped;
    state->has_ended = order->has_ended;
    state->n_lanes = order->n_slots;
    for (size_t i = 0; i < order->n_slots; i++) {
        const struct file_stream *stream = order->slots[i].stream;
        struct lane_state *lane = &state->lanes[i];
        *lane = (struct lane_state){.lane = i, .epoch = order->epoch, .has_ended = stream == NULL};
        if (stream == NULL)
            continue;
        lane->position = file_stream_plan(stream)->position;
        lane->begin = file_stream_place(stream);
        lane->window = file_stream_has_ended(stream) ? LANE_IS_READ : 0;
    }
    save_rest(order, state);
}

static tfeed_status bad_state(struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "the state says of the order of files what cannot be");
}

/* The ranges that a state lists; replaces those that are there. */
static tfeed_status read_rest(struct files_order *order, const struct order_state *state,
                              struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    const size_t n = state->n_rest / REST_NUMBERS;
    struct range *items = tfi_alloc_array(allocator, n, sizeof *items);
    if (items == NULL)
        return tfi_fail_memory(reterr, "a state");
    for (size_t i = 0; i < n; i++) {
        const uint64_t *numbers = &state->rest[i * REST_NUMBERS];
        items[i] = (struct range){
            .epoch = numbers[REST_EPOCH], .begin = numbers[REST_BEGIN], .end = numbers[REST_END]};
    }
    tfi_free(allocator, order->rest.items);
    order->rest = (struct ranges){.items = items, .n = n, .n_slots = n};
    return TFEED_OK;
}

/* Opens a slot where a state left it. */
static tfeed_status restore_slot(struct files_order *order, const struct lane_state *lane,
                                 struct tfeed_error *reterr)
{
    if (lane->lane >= order->n_slots || order->slots[lane->lane].stream != NULL ||
        lane->position >= order->n_given ||
        order->list[lane->position].begin.file != lane->begin.file)
        return bad_state(reterr);
    struct stream_plan plan = {.stretch = order->list[lane->position],
                               .epoch = order->epoch,
                               .position = lane->position,
                               .has_ended = lane->window == LANE_IS_READ};
    plan.stretch.begin = lane->begin;
    TFI_TRY(file_sequence_begin(&order->sequence, &plan, &order->slots[lane->lane].stream, reterr));
    order->n_open++;
    return TFEED_OK;
}

/* Where this shard itself has stopped. */
static tfeed_status restore_own(struct files_order *order, const struct order_state *state,
                                struct tfeed_error *reterr)
{
    TFI_TRY(read_rest(order, state, reterr));
    order->epoch = state->epoch;
    order->has_ended = state->has_ended;
    order->n_epoch_rows = state->n_epoch_rows;
    order->n_skipped = state->n_skipped;
    if (!list_epoch(order, state->epoch))
        return tfi_fail_memory(reterr, "a list of files");
    if (state->position > order->n_list || state->turn >= order->n_slots ||
        state->n_in_turn >= order->block_records)
        return bad_state(reterr);
    order->n_begun = state->position;
    order->n_given = state->position;
    order->turn = state->turn;
    order->n_in_turn = state->n_in_turn;
    for (size_t i = 0; i < state->n_lanes; i++)
        if (!state->lanes[i].has_ended)
            TFI_TRY(restore_slot(order, &state->lanes[i], reterr));
    return TFEED_OK;
}

/* --- going on with another number of shards --------------------------------------------------- */

static const struct lane_state *find_lane(const struct order_state *state, uint64_t position)
{
    for (size_t i = 0; i < state->n_lanes; i++) {
        const struct lane_state *lane = &state->lanes[i];
        if (!lane->has_ended && lane->window != LANE_IS_READ && lane->position == position)
            return lane;
    }
    return NULL;
}

/* Adds what the list, that of a state's epoch or of a later one, has left there. */
static bool add_left(const struct files_order *order, const struct order_state *state,
                     struct ranges *left)
{
    for (size_t i = 0; i < order->n_list; i++) {
        const struct stretch *stretch = &order->list[i];
        const uint64_t *firsts = &order->firsts[stretch->begin.file];
        struct range range = {
            .epoch = order->list_epoch,
            .begin = firsts[0] + stretch->begin.record,
            .end = stretch->end_record > 0 ? firsts[0] + stretch->end_record : firsts[1],
        };
        if (order->list_epoch == state->epoch && i < state->position) {
            const struct lane_state *lane = find_lane(state, i);
            range.begin = lane != NULL ? firsts[0] + lane->begin.record : range.end;
        }
        if (!ranges_add(left, &range, order->base.plan->allocator))
            return false;
    }
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct range *one = a;
    const struct range *other = b;
    return (one->begin > other->begin) - (one->begin < other->begin);
}

/* This shard's part of what is left, in order. */
static bool deal(const struct files_order *order, struct ranges *left, struct ranges *dealt)
{
    const struct tfeed_loader_options *options = order->base.plan->options;
    if (left->n == 0)
        return true;
    qsort(left->items, left->n, sizeof *left->items, compare_ranges);
    uint64_t n_all = 0;
    for (size_t i = 0; i < left->n; i++)
        n_all += left->items[i].end - left->items[i].begin;
    const uint64_t shard = (uint64_t)options->shard_index;
    const uint64_t from = part_begin(n_all, (uint64_t)options->n_shards, shard);
    const uint64_t to = part_begin(n_all, (uint64_t)options->n_shards, shard + 1);
    uint64_t base = 0; /* how many lie before the range */
    bool fits = true;
    for (size_t i = 0; i < left->n && fits; i++) {
        struct range range = left->items[i];
        const uint64_t n = range.end - range.begin;
        const uint64_t first = from > base ? from - base : 0;
        const uint64_t end = to > base ? to - base : 0;
        range.end = range.begin + (end < n ? end : n);
        range.begin += first < n ? first : n;
        fits = ranges_add(dealt, &range, order->base.plan->allocator);
        base += n;
    }
    return fits;
}

/* What all shards of the old job have left of `epoch`; this shard's part joins `dealt`. */
static tfeed_status deal_epoch(struct files_order *order, const struct order_state *const *states,
                               size_t n_states, uint64_t epoch, struct ranges *dealt,
                               struct tfeed_error *reterr)
{
    const uint64_t n_all = order->firsts[order->base.plan->set->n_files];
    struct ranges left = {0};
    tfeed_status status = TFEED_OK;
    for (size_t s = 0; s < n_states && status == TFEED_OK; s++) {
        if (states[s]->has_ended || states[s]->epoch > epoch)
            continue;
        order->has_all = n_states == 1;
        order->own = (struct range){.begin = part_begin(n_all, n_states, s),
                                    .end = part_begin(n_all, n_states, s + 1)};
        status = read_rest(order, states[s], reterr);
        if (status == TFEED_OK && !(list_epoch(order, epoch) && add_left(order, states[s], &left)))
            status = tfi_fail_memory(reterr, "a state");
    }
    if (status == TFEED_OK && !deal(order, &left, dealt))
        status = tfi_fail_memory(reterr, "a state");
    tfi_free(order->base.plan->allocator, left.items);
    return status;
}

/* The last epoch that the state's shard has begun, or others before it. */
static uint64_t last_begun(const struct order_state *state)
{
    uint64_t last = state->epoch;
    for (size_t i = 0; i < state->n_rest / REST_NUMBERS; i++) {
        const uint64_t epoch = state->rest[i * REST_NUMBERS + REST_EPOCH];
        last = epoch > last ? epoch : last;
    }
    return last;
}

/* Every epoch that was begun is dealt out. */
static tfeed_status restore_dealt(struct files_order *order,
                                  const struct order_state *const *states, size_t n_states,
                                  struct tfeed_error *reterr)
{
    enum { MAX_EPOCHS_APART = 1 << 16 };
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    uint64_t first = UINT64_MAX, last = 0, end = 0;
    for (size_t s = 0; s < n_states; s++) {
        order->n_skipped += states[s]->n_skipped;
        end = states[s]->has_ended && states[s]->epoch > end ? states[s]->epoch : end;
        if (states[s]->has_ended)
            continue;
        first = states[s]->epoch < first ? states[s]->epoch : first;
        const uint64_t begun = last_begun(states[s]);
        last = begun > last ? begun : last;
    }
    order->has_ended = first > last;
    if (order->has_ended) {
        order->epoch = end;
        return TFEED_OK;
    }
    last = end > last + 1 ? end - 1 : last; /* a shard that is through had begun them all */
    if (last - first > MAX_EPOCHS_APART)
        return bad_state(reterr);
    const struct range own = order->own;
    struct ranges dealt = {0};
    tfeed_status status = TFEED_OK;
    for (uint64_t epoch = first; epoch <= last && status == TFEED_OK; epoch++)
        status = deal_epoch(order, states, n_states, epoch, &dealt, reterr);
    /* the last one is listed also where nothing of it is left: it was begun */
    const struct range mark = {.epoch = last, .begin = 0, .end = 1};
    if (status == TFEED_OK && !ranges_add(&dealt, &mark, allocator))
        status = tfi_fail_memory(reterr, "a state");
    if (status == TFEED_OK)
        dealt.items[dealt.n - 1].end = 0;
    tfi_free(allocator, order->rest.items);
    order->rest = dealt;
    order->own = own;
    order->has_all = order->base.plan->options->n_shards == 1;
    order->epoch = first;
    if (status == TFEED_OK && !list_epoch(order, first))
        status = tfi_fail_memory(reterr, "a list of files");
    return status;
}

/* --- life ------------------------------------------------------------------------------------- */

static void files_free(struct order *base)
{
    if (base == NULL)
        return;
    struct files_order *order = (struct files_order *)(void *)base;
    const struct tfeed_allocator *allocator = order->base.plan->allocator;
    file_sequence_clear(&order->sequence);
    tfi_free(allocator, order->firsts);
    tfi_free(allocator, order->rest.items);
    tfi_free(allocator, order->list);
    tfi_free(allocator, order->slots);
    tfi_free(allocator, order);
}

/* Counts are needed where the set is cut into ranges of records, or was. */
static tfeed_status make_ranges(struct files_order *order, const struct order_state *const *states,
                                size_t n_states, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    const uint64_t shard = (uint64_t)plan->options->shard_index;
    order->has_all = n_shards == 1;
    const bool has_rest_ranges = n_states == n_shards && states[shard]->n_rest > 0;
    if (n_shards == 1 && n_states <= 1 && !has_rest_ranges)
        return TFEED_OK;
    TFI_TRY(count_files(plan, &order->firsts, reterr));
    const uint64_t n_all = order->firsts[plan->set->n_files];
    order->own = (struct range){.begin = part_begin(n_all, n_shards, shard),
                                .end = part_begin(n_all, n_shards, shard + 1)};
    return TFEED_OK;
}

static tfeed_status make_slots(struct files_order *order, struct tfeed_error *reterr)
{
    const struct order_plan *plan = order->base.plan;
    const uint64_t interleave = (uint64_t)plan->options->interleave;
    order->n_slots = interleave < plan->set->n_files ? (size_t)interleave : plan->set->n_files;
    order->block_records =
        order->n_slots == 1 ? UINT64_MAX : (uint64_t)plan->options->block_records;
    order->slots = tfi_alloc_zeroed(plan->allocator, order->n_slots, sizeof *order->slots);
    if (order->slots == NULL)
        return tfi_fail_memory(reterr, "the order of files");
    return file_sequence_init(&order->sequence, &order->base, next_stretch, order->n_slots, reterr);
}

static tfeed_status stand(struct files_order *order, const struct order_state *const *states,
                          size_t n_states, struct tfeed_error *reterr)
{
    const struct tfeed_loader_options *options = order->base.plan->options;
    TFI_TRY(make_slots(order, reterr));
    TFI_TRY(make_ranges(order, states, n_states, reterr));
    if (n_states == 0)
        return list_epoch(order, 0) ? TFEED_OK : tfi_fail_memory(reterr, "a list of files");
    return n_states == (size_t)options->n_shards
               ? restore_own(order, states[options->shard_index], reterr)
               : restore_dealt(order, states, n_states, reterr);
}

static tfeed_status files_make(const struct order_plan *plan,
                               const struct order_state *const *states, size_t n_states,
                               struct order **ret_order, struct tfeed_error *reterr)
{
    struct files_order *order = tfi_alloc_zeroed(plan->allocator, 1, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "the order of files");
    order->base.functions = &order_files;
    order->base.plan = plan;
    const tfeed_status status = stand(order, states, n_states, reterr);
    if (status != TFEED_OK) {
        files_free(&order->base);
        return status;
    }
    order->has_ended = order->has_ended || is_through(order, order->epoch);
    *ret_order = &order->base;
    return TFEED_OK;
}

static tfeed_status files_count(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                                struct tfeed_error *reterr)
{
    (void)epoch; /* the same in each */
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    uint64_t n_all = 0;
    for (size_t i = 0; i < plan->set->n_files; i++) {
        uint64_t n;
        TFI_TRY(file_set_count(plan->set, (uint32_t)i, plan->stop, &n, reterr));
        n_all += n;
    }
    for (uint64_t i = 0; i < n_shards; i++)
        ret_all[i] = part_begin(n_all, n_shards, i + 1) - part_begin(n_all, n_shards, i);
    return TFEED_OK;
}

const struct order_functions order_files = {
    .name = "files",
    .make = files_make,
    .free = files_free,
    .draw = files_draw,
    .claim = files_claim,
    .fill_run = file_sequence_fill_run,
    .fill_settle = file_sequence_fill_settle,
    .state_sizes = files_state_sizes,
    .save = files_save,
    .count = files_count,
    .depth = files_depth,
};
