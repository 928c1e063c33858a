/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * files_list.c - the stretches of files that a shard reads in FILES, epoch by epoch.
 *
 * One shard alone reads whole files and needs no counts. A list that is the same in each epoch is
 * made once.
 */
#include "loader/files_list_private.h"

#include "core/allocator_internal.h"
#include "core/error_internal.h"

/* --- counts and ranges ------------------------------------------------------------------------ */

static tfeed_status count_files(struct files_list *list, struct tfeed_error *reterr)
{
    const struct order_plan *plan = list->plan;
    const size_t n_files = plan->set->n_files;
    list->firsts = tfi_alloc_array(plan->allocator, n_files + 1, sizeof *list->firsts);
    if (list->firsts == NULL)
        return tfi_fail_memory(reterr, "the counts of files");
    list->firsts[0] = 0;
    for (size_t i = 0; i < n_files; i++) {
        uint64_t n;
        TFI_TRY(plan_count_file(plan, (uint32_t)i, &n, reterr));
        list->firsts[i + 1] = list->firsts[i] + n;
    }
    return TFEED_OK;
}

bool range_list_add(struct range_list *ranges, const struct range *range,
                    const struct tfeed_allocator *allocator)
{
    enum { FIRST_SLOTS = 8 };
    if (ranges->n == ranges->n_slots) {
        const size_t n = ranges->n_slots == 0 ? FIRST_SLOTS : 2 * ranges->n_slots;
        struct range *items = tfi_realloc_array(allocator, ranges->items, n, sizeof *items);
        if (items == NULL)
            return false;
        ranges->items = items;
        ranges->n_slots = n;
    }
    ranges->items[ranges->n++] = *range;
    return true;
}

void files_list_set_shard(struct files_list *list, uint64_t shard, uint64_t n_shards)
{
    list->has_all = n_shards == 1;
    if (list->firsts == NULL)
        return;
    const uint64_t n_all = list->firsts[list->plan->set->n_files];
    list->own = (struct range){.begin = part_begin(n_all, n_shards, shard),
                               .end = part_begin(n_all, n_shards, shard + 1)};
}

/* --- lists ------------------------------------------------------------------------------------ */

static bool add_stretch(struct files_list *list, const struct stretch *stretch)
{
    enum { FIRST_SLOTS = 16 };
    if (list->n == list->n_slots) {
        const size_t n = list->n_slots == 0 ? FIRST_SLOTS : 2 * list->n_slots;
        struct stretch *stretches =
            tfi_realloc_array(list->plan->allocator, list->stretches, n, sizeof *stretches);
        if (stretches == NULL)
            return false;
        list->stretches = stretches;
        list->n_slots = n;
    }
    list->stretches[list->n++] = *stretch;
    return true;
}

static bool add_all_files(struct files_list *list)
{
    for (uint32_t i = 0; i < list->plan->set->n_files; i++)
        if (!add_stretch(list, &(struct stretch){.begin = {.file = i}, .end_offset = UINT64_MAX}))
            return false;
    return true;
}

/* Cuts a range where files meet. The last part of a file has no end: what is wrong behind its last
 * record is met there. */
static bool add_range(struct files_list *list, const struct range *range)
{
    const uint64_t *firsts = list->firsts;
    for (uint32_t i = 0; i < list->plan->set->n_files; i++) {
        const uint64_t begin = range->begin > firsts[i] ? range->begin : firsts[i];
        const uint64_t end = range->end < firsts[i + 1] ? range->end : firsts[i + 1];
        if (begin >= end)
            continue;
        const struct stretch stretch = {
            .begin = {.file = i, .record = begin - firsts[i]},
            .end_offset = UINT64_MAX,
            .end_record = end == firsts[i + 1] ? 0 : end - firsts[i],
        };
        if (!add_stretch(list, &stretch))
            return false;
    }
    return true;
}

static bool add_rest(struct files_list *list, uint64_t epoch)
{
    for (size_t i = 0; i < list->rest.n; i++)
        if (list->rest.items[i].epoch == epoch && !add_range(list, &list->rest.items[i]))
            return false;
    return true;
}

/* Whether this epoch, or a later one, was begun by others. The last such always has a range, an
 * empty one perhaps. */
static bool has_rest(const struct files_list *list, uint64_t epoch)
{
    for (size_t i = 0; i < list->rest.n; i++)
        if (list->rest.items[i].epoch >= epoch)
            return true;
    return false;
}

tfeed_status files_list_make(struct files_list *list, uint64_t epoch, struct tfeed_error *reterr)
{
    list->n = 0;
    list->n_given = 0;
    bool fits;
    if (has_rest(list, epoch))
        fits = add_rest(list, epoch);
    else
        fits = list->has_all ? add_all_files(list) : add_range(list, &list->own);
    if (!fits) {
        list->n = 0; /* all of the old epoch is given: files_list_next may try again */
        return tfi_fail_memory(reterr, "a list of files");
    }
    list->epoch = epoch;
    return TFEED_OK;
}

tfeed_status files_list_next(struct files_list *list, struct stream_plan *ret_plan,
                             struct tfeed_error *reterr)
{
    while (list->n_given == list->n) {
        const uint64_t next = list->epoch + 1;
        const bool changes = has_rest(list, list->epoch);
        if (plan_is_through(list->plan, next) || (list->n == 0 && !changes))
            return TFEED_OUT_OF_RANGE;
        if (changes)
            TFI_TRY(files_list_make(list, next, reterr));
        list->epoch = next;
        list->n_given = 0;
    }
    *ret_plan = (struct stream_plan){
        .stretch = list->stretches[list->n_given], .epoch = list->epoch, .position = list->n_given};
    list->n_given++;
    return TFEED_OK;
}

/* --- state ------------------------------------------------------------------------------------ */

void files_list_save_rest(const struct files_list *list, uint64_t epoch, struct order_state *state)
{
    state->n_rest = 0;
    for (size_t i = 0; i < list->rest.n; i++) {
        const struct range *range = &list->rest.items[i];
        if (range->epoch < epoch)
            continue;
        uint64_t *numbers = &state->rest[state->n_rest];
        numbers[REST_EPOCH] = range->epoch;
        numbers[REST_BEGIN] = range->begin;
        numbers[REST_END] = range->end;
        state->n_rest += REST_NUMBERS;
    }
}

tfeed_status files_list_restore_rest(struct files_list *list, const struct order_state *state,
                                     struct tfeed_error *reterr)
{
    list->rest.n = 0;
    for (size_t at = 0; at + REST_NUMBERS <= state->n_rest; at += REST_NUMBERS) {
        const uint64_t *numbers = &state->rest[at];
        const struct range range = {
            .epoch = numbers[REST_EPOCH], .begin = numbers[REST_BEGIN], .end = numbers[REST_END]};
        if (!range_list_add(&list->rest, &range, list->plan->allocator))
            return tfi_fail_memory(reterr, "a state");
    }
    return TFEED_OK;
}

/* --- life ------------------------------------------------------------------------------------- */

tfeed_status files_list_init(struct files_list *list, const struct order_plan *plan, bool is_cut,
                             struct tfeed_error *reterr)
{
    *list = (struct files_list){.plan = plan};
    if (is_cut)
        TFI_TRY(count_files(list, reterr));
    files_list_set_shard(list, (uint64_t)plan->options->shard_index,
                         (uint64_t)plan->options->n_shards);
    return TFEED_OK;
}

void files_list_clear(struct files_list *list)
{
    if (list->plan == NULL)
        return;
    tfi_free(list->plan->allocator, list->firsts);
    tfi_free(list->plan->allocator, list->rest.items);
    tfi_free(list->plan->allocator, list->stretches);
    *list = (struct files_list){.plan = NULL};
}
