/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tensorflow_store.c - the shuffle queue's content, with TensorFlow's draws.
 *
 * A record that waits holds its window where its file is mapped. Elsewhere it is copied: some
 * hundred records would hold a block for each one that is left of it. A copy goes out in a window
 * of its own kind, the *carrier* of the draw.
 */
#include "loader/tensorflow_store_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "core/philox_internal.h"
#include "records/records_internal.h"

/* --- bytes that the store holds itself -------------------------------------------------------- */

/* The row's bytes in a block of their own, charged to the budget until its reference goes. */
static tfeed_status copy_bytes(const struct order_plan *plan, const struct tfeed_bytes *from,
                               struct tfeed_bytes *ret_copy, struct tfeed_error *reterr)
{
    struct tfeed_bytes copy = {.len = from->len};
    uint8_t *data;
    TFI_TRY(tfi_block_alloc(plan->allocator, from->len, &copy.block, &data, reterr));
    memcpy(data, from->data, from->len);
    copy.data = data;
    if (plan->budget != NULL)
        tfi_budget_charge(plan->budget, copy.len);
    *ret_copy = copy;
    return TFEED_OK;
}

/* A further reference to a row's block, for the store itself. */
static void hold_bytes(const struct order_plan *plan, const struct row *row)
{
    if (plan->budget != NULL && !file_is_mapped(plan, row->place.file))
        tfi_budget_charge(plan->budget, row->bytes.len);
    tfeed_block_ref(row->bytes.block);
}

/* Ends the reference to a row's block that the store holds itself. */
static void release_bytes(const struct order_plan *plan, const struct row *row)
{
    if (plan->budget != NULL && !file_is_mapped(plan, row->place.file))
        tfi_budget_release(plan->budget, row->bytes.len);
    tfeed_block_unref(row->bytes.block);
}

/* The store's part in a record ends. */
static void release(const struct order_plan *plan, const struct stored *stored)
{
    if (stored->window != NULL)
        row_window_unref(stored->window);
    else
        release_bytes(plan, &stored->row);
}

/* --- life ------------------------------------------------------------------------------------- */

void tensorflow_store_init(struct tensorflow_store *store, const struct order_plan *plan,
                           bool shuffles, struct tfeed_seeds seeds)
{
    *store = (struct tensorflow_store){.plan = plan, .shuffles = shuffles};
    tfeed_random_init(&store->random, seeds);
}

void tensorflow_store_clear(struct tensorflow_store *store)
{
    if (store->plan == NULL)
        return;
    for (size_t i = 0; i < store->n; i++)
        release(store->plan, &store->items[i]);
    tfi_free(store->plan->allocator, store->items);
    *store = (struct tensorflow_store){.plan = NULL};
}

tfeed_status tensorflow_store_reserve(struct tensorflow_store *store, size_t n,
                                      struct tfeed_error *reterr)
{
    enum { FIRST_SLOTS = 1024 };
    if (n <= store->n_slots)
        return TFEED_OK;
    size_t n_slots = store->n_slots < FIRST_SLOTS ? FIRST_SLOTS : 2 * store->n_slots;
    n_slots = n_slots < n ? n : n_slots;
    struct stored *items =
        tfi_realloc_array(store->plan->allocator, store->items, n_slots, sizeof *items);
    if (items == NULL)
        return tfi_fail_memory(reterr, "a shuffle queue");
    store->items = items;
    store->n_slots = n_slots;
    return TFEED_OK;
}

/* --- putting in and drawing ------------------------------------------------------------------- */

tfeed_status tensorflow_store_put(struct tensorflow_store *store, struct row_window *window,
                                  uint64_t epoch, struct tfeed_error *reterr)
{
    const struct row *row = &window->rows[window->n_drawn];
    struct stored stored = {.row = *row, .epoch = epoch};
    TFI_TRY(tensorflow_store_reserve(store, store->n + 1, reterr));
    if (file_is_mapped(store->plan, row->place.file)) {
        row_window_ref(window);
        stored.window = window;
    } else {
        TFI_TRY(copy_bytes(store->plan, &row->bytes, &stored.row.bytes, reterr));
    }
    store->items[store->n++] = stored;
    window->n_drawn++;
    return TFEED_OK;
}

/* The window that holds the blocks of this draw's copies. False: no memory. */
static bool begin_carrier(struct tensorflow_store *store, struct draw *draw)
{
    struct row_window *carrier = row_window_new(store->plan->pool, LOADER_RUN_RECORDS);
    if (carrier == NULL)
        return false;
    const bool is_held = draw_hold(draw, carrier);
    row_window_unref(carrier);
    store->carrier = is_held ? carrier : NULL;
    store->carrier_serial = draw->serial;
    return is_held;
}

/* The draw holds the copy; the store still does, too. False: no memory. */
static bool carry(struct tensorflow_store *store, struct draw *draw, const struct row *row)
{
    const bool fits = store->carrier != NULL && store->carrier_serial == draw->serial &&
                      store->carrier->n_rows < store->carrier->n_slots;
    const struct tfeed_record_view view = {
        .data = row->bytes.data, .len = row->bytes.len, .block = row->bytes.block};
    return (fits || begin_carrier(store, draw)) &&
           row_window_add(store->carrier, &view, row->place.file);
}

tfeed_status tensorflow_store_take(struct tensorflow_store *store, struct draw *draw,
                                   struct stored *ret_taken, struct tfeed_error *reterr)
{
    struct tfeed_random random = store->random;
    const size_t drawn = store->shuffles ? tfeed_random_uint32(&random) % (uint32_t)store->n : 0;
    const struct stored stored = store->items[drawn];
    const bool is_held =
        stored.window != NULL ? draw_hold(draw, stored.window) : carry(store, draw, &stored.row);
    if (!is_held)
        return tfi_fail_memory(reterr, "a batch's windows"); /* nothing is drawn yet */
    release(store->plan, &stored);
    draw->rows[draw->n_rows] = stored.row;
    draw->rows[draw->n_rows++].epoch = stored.epoch;
    draw->epoch = stored.epoch;
    store->items[drawn] = store->items[--store->n];
    store->random = random;
    store->n_draws += store->shuffles;
    if (ret_taken != NULL)
        *ret_taken = stored;
    return TFEED_OK;
}

void tensorflow_store_put_back(struct tensorflow_store *store, const struct stored *taken)
{
    if (taken->window != NULL)
        row_window_ref(taken->window);
    else
        hold_bytes(store->plan, &taken->row);
    store->items[store->n++] = *taken;
}

/* --- state ------------------------------------------------------------------------------------ */

void tensorflow_store_save(const struct tensorflow_store *store, struct order_state *state)
{
    state->n_draws = store->n_draws;
    state->n_queue = store->n;
    state->n_rest = store->n;
    for (size_t i = 0; i < store->n; i++) {
        state->queue[i] = store->items[i].row.place;
        state->rest[i] = store->items[i].epoch;
    }
}

/* As after n calls of tfeed_random_uint32. */
static void skip_draws(struct tfeed_random *random, uint64_t n)
{
    tfi_philox_skip(random->counter, n / TFI_PHILOX_WORDS);
    for (uint64_t i = 0; i < n % TFI_PHILOX_WORDS; i++)
        (void)tfeed_random_uint32(random);
}

tfeed_status tensorflow_store_restore(struct tensorflow_store *store,
                                      const struct order_state *state, struct tfeed_error *reterr)
{
    if (state->n_rest != state->n_queue)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the state has %zu records in the shuffle queue and %zu epochs of them",
                        state->n_queue, state->n_rest);
    TFI_TRY(tensorflow_store_reserve(store, state->n_queue, reterr));
    for (size_t i = 0; i < state->n_queue; i++) {
        if (state->queue[i].file >= store->plan->set->n_files)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "the state has file %u in the shuffle queue, there are %zu",
                            state->queue[i].file, store->plan->set->n_files);
        store->items[store->n++] =
            (struct stored){.row = {.place = state->queue[i]}, .epoch = state->rest[i]};
    }
    store->n_draws = state->n_draws;
    skip_draws(&store->random, state->n_draws);
    return TFEED_OK;
}

/* Reads the record of a place; *reader stands in its file, or is NULL. */
static tfeed_status read_again(const struct order_plan *plan, struct tfeed_record_reader *reader,
                               struct row *row, struct tfeed_error *reterr)
{
    const struct place *place = &row->place;
    const bool in_order = plan->set->files[place->file].is_compressed;
    if (!in_order)
        TFI_TRY(tfi_record_reader_seek(reader, place->offset, place->record, reterr));
    while (tfi_record_reader_record(reader) < place->record) {
        enum { PIECE_BYTES = 1 << 20 };
        TFI_TRY(plan_check_stop(plan, reterr));
        const struct tfi_record_walk walk = {
            .until_offset = tfeed_record_reader_offset(reader) + PIECE_BYTES,
            .until_record = place->record,
            .passes_damage = plan->options->on_error == TFEED_ON_ERROR_SKIP,
        };
        TFI_TRY(tfi_record_reader_walk(reader, &walk, reterr));
    }
    struct tfeed_record_view view;
    TFI_TRY(tfeed_record_reader_next(reader, &view, reterr));
    const struct tfeed_bytes seen = {.data = view.data, .len = view.len, .block = view.block};
    if (!file_is_mapped(plan, place->file))
        return copy_bytes(plan, &seen, &row->bytes, reterr);
    row->bytes = seen;
    tfeed_block_ref(view.block);
    return TFEED_OK;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *one = &(*(struct stored *const *)a)->row.place;
    const struct place *other = &(*(struct stored *const *)b)->row.place;
    if (one->file != other->file)
        return one->file < other->file ? -1 : 1;
    return (one->record > other->record) - (one->record < other->record);
}

/* sorted[n] by places; two records of a store may be the same one, of two epochs. */
static tfeed_status read_sorted(const struct order_plan *plan, struct stored **sorted, size_t n,
                                struct tfeed_error *reterr)
{
    struct file_set *set = plan->set;
    struct tfeed_record_reader *reader = NULL;
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n && status == TFEED_OK; i++) {
        struct row *row = &sorted[i]->row;
        const struct row *before = i > 0 ? &sorted[i - 1]->row : NULL;
        const bool is_same_file = before != NULL && before->place.file == row->place.file;
        if (is_same_file && before->place.record == row->place.record) {
            row->bytes = before->bytes;
            hold_bytes(plan, row);
            continue;
        }
        status = plan_check_stop(plan, reterr);
        if (status == TFEED_OK && !is_same_file) {
            tfeed_record_reader_close(reader);
            reader = NULL;
            status = file_set_open_reader(set, row->place.file, &reader, reterr);
        }
        if (status == TFEED_OK)
            status = read_again(plan, reader, row, reterr);
    }
    tfeed_record_reader_close(reader);
    return status;
}

tfeed_status tensorflow_store_read(struct tensorflow_store *store, struct fill *fill,
                                   struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = store->plan->allocator;
    struct stored **sorted = tfi_alloc_array(allocator, store->n, sizeof(struct stored *));
    if (sorted == NULL)
        return tfi_fail_memory(reterr, "a shuffle queue");
    for (size_t i = 0; i < store->n; i++)
        sorted[i] = &store->items[i];
    qsort(sorted, store->n, sizeof(struct stored *), compare_places);
    const tfeed_status status = read_sorted(store->plan, sorted, store->n, reterr);
    tfi_free(allocator, sorted);
    for (size_t i = 0; i < store->n; i++)
        fill->n_bytes += store->items[i].row.bytes.len;
    fill->n_records += store->n;
    return status;
}
