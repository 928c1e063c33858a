/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * global_table.c - where every record of the set lies.
 *
 *    file       ├───── a ─────┼── b ──┼───────── c ─────────┤
 *    firsts     0             3       5                     9
 *    offsets    o  o    o      o   o   o    o   o      o         in its file, of each record
 *
 * The files' indexes make it, or a walk over the headers, once; the budget is charged for what the
 * order keeps of each record. A file that is mapped is held, so that its records are looked at
 * where they lie.
 */
#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "loader/order_global_private.h"
#include "records/index_internal.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

/* The bytes that are needed, by counting on where the budget has ended. */
static tfeed_status fail_budget(const struct global_table *table, struct tfeed_error *reterr)
{
    const struct order_plan *plan = table->plan;
    uint64_t n_all = 0;
    for (uint32_t i = 0; i < plan->set->n_files; i++) {
        uint64_t n;
        TFI_TRY(plan_count_file(plan, i, &n, reterr));
        n_all += n;
    }
    return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                    "the table of a global order over %llu records needs %llu bytes, the budget is "
                    "%lld: give a larger one, or an index (tfeed index)",
                    (unsigned long long)n_all, (unsigned long long)(n_all * table->record_bytes),
                    (long long)plan->options->budget_bytes);
}

static bool is_over_budget(const struct global_table *table, uint64_t n_records)
{
    return n_records > UINT32_MAX ||
           n_records * table->record_bytes > (uint64_t)table->plan->options->budget_bytes;
}

static bool reserve(struct global_table *table, uint64_t n)
{
    enum { FIRST_SLOTS = 1 << 12 };
    if (n <= table->n_slots)
        return true;
    uint64_t n_slots = table->n_slots == 0 ? FIRST_SLOTS : table->n_slots / 2 * 3;
    if (n_slots < n)
        n_slots = n;
    uint64_t *offsets =
        tfi_realloc_array(table->plan->allocator, table->offsets, n_slots, sizeof *offsets);
    if (offsets == NULL)
        return false;
    table->offsets = offsets;
    table->n_slots = n_slots;
    return true;
}

/* What a run of records says of its file's memory. */
static void note_map(struct global_file *file, const struct loader_file *known,
                     const struct tfeed_record_view *view)
{
    if (file->block != NULL || tfi_block_len(view->block) != known->size)
        return;
    file->block = tfeed_block_ref(view->block);
    file->base = view->data - TFI_RECORD_PAYLOAD_OFFSET - view->offset;
}

/* The next run of records. One whose length is damaged comes alone, *ret_view without a block: it
 * keeps its number, and what is wrong with it is seen when its turn comes. */
static tfeed_status next_run(const struct global_table *table, struct tfeed_record_reader *reader,
                             struct tfeed_record_view views[LOADER_RUN_RECORDS], size_t *ret_n,
                             struct tfeed_error *reterr)
{
    const tfeed_status status =
        tfi_record_reader_next_headers(reader, SIZE_MAX, views, LOADER_RUN_RECORDS, ret_n, reterr);
    const struct tfeed_record_view damaged = {.offset = tfeed_record_reader_offset(reader)};
    if (status != TFEED_DATA_LOSS || table->plan->options->on_error != TFEED_ON_ERROR_SKIP)
        return status;
    TFI_TRY(tfi_record_reader_pass_certain(reader, reterr));
    views[0] = damaged;
    *ret_n = 1;
    return TFEED_OK;
}

/* Adds the records of a file. What ends it is the status: OUT_OF_RANGE, or damage. */
static tfeed_status walk(struct global_table *table, uint32_t index,
                         struct tfeed_record_reader *reader, struct tfeed_error *reterr)
{
    const struct order_plan *plan = table->plan;
    const bool is_mapped = file_is_mapped(plan, index);
    struct tfeed_record_view views[LOADER_RUN_RECORDS];
    for (;;) {
        size_t n = 0;
        TFI_TRY(plan_check_stop(plan, reterr));
        TFI_TRY(next_run(table, reader, views, &n, reterr));
        if (is_over_budget(table, table->n_records + n))
            return fail_budget(table, reterr);
        if (!reserve(table, table->n_records + n))
            return tfi_fail_memory(reterr, "the table of a global order");
        for (size_t i = 0; i < n; i++)
            table->offsets[table->n_records++] = views[i].offset;
        if (is_mapped && views[0].block != NULL)
            note_map(&table->files[index], &plan->set->files[index], &views[0]);
    }
}

/* Adds the records of a file as its index has them; the file is opened for its map alone. */
static tfeed_status take_index(struct global_table *table, uint32_t index,
                               struct tfeed_index *opened, struct tfeed_record_reader *reader,
                               struct tfeed_error *reterr)
{
    const struct order_plan *plan = table->plan;
    const uint64_t n = tfeed_index_count(opened);
    if (n > UINT32_MAX || is_over_budget(table, table->n_records + n))
        return fail_budget(table, reterr);
    if (!reserve(table, table->n_records + n))
        return tfi_fail_memory(reterr, "the table of a global order");
    TFI_TRY(tfi_index_offsets(opened, 0, n, table->offsets + table->n_records, reterr));
    if (n > 0 && file_is_mapped(plan, index)) {
        struct tfeed_record_view view;
        size_t n_views = 0;
        TFI_TRY(tfi_record_reader_next_headers(reader, 0, &view, 1, &n_views, reterr));
        note_map(&table->files[index], &plan->set->files[index], &view);
    }
    table->n_records += n;
    table->files[index].end = tfeed_index_info_get(opened)->n_bytes;
    return TFEED_OK;
}

/* *ret_is_done false: the file has no index that can be used, and is walked. */
static tfeed_status add_by_index(struct global_table *table, uint32_t index,
                                 struct tfeed_record_reader *reader, bool *ret_is_done,
                                 struct tfeed_error *reterr)
{
    struct tfeed_index *opened;
    struct tfeed_error error;
    TFI_TRY(file_set_open_index(table->plan->set, index, &opened, reterr));
    *ret_is_done = false;
    if (opened == NULL)
        return TFEED_OK;
    const tfeed_status status = take_index(table, index, opened, reader, &error);
    tfeed_index_close(opened);
    if (status == TFEED_RESOURCE_EXHAUSTED)
        return tfi_fail_again(reterr, &error);
    *ret_is_done = status == TFEED_OK;
    if (status != TFEED_OK)
        file_set_drop_index(table->plan->set, index);
    return TFEED_OK;
}

static tfeed_status add_by_walk(struct global_table *table, uint32_t index,
                                struct tfeed_record_reader *reader, struct tfeed_error *reterr)
{
    struct tfeed_error error;
    const tfeed_status status = walk(table, index, reader, &error);
    table->files[index].end = tfeed_record_reader_offset(reader);
    if (status == TFEED_OUT_OF_RANGE)
        return TFEED_OK;
    if (status != TFEED_DATA_LOSS || table->plan->options->on_error == TFEED_ON_ERROR_FAIL)
        return tfi_fail_again(reterr, &error);
    table->n_lost++;
    table->lost = error;
    return TFEED_OK;
}

static tfeed_status add_file(struct global_table *table, uint32_t index, struct tfeed_error *reterr)
{
    const struct order_plan *plan = table->plan;
    const struct loader_file *file = &plan->set->files[index];
    struct tfeed_record_reader *reader = NULL;
    bool is_done = false;
    if (file->is_compressed)
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, file->path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "a global order needs files that are not compressed, and no pipes");
    TFI_TRY(file_set_open_reader(plan->set, index, &reader, reterr));
    tfeed_status status = add_by_index(table, index, reader, &is_done, reterr);
    if (status == TFEED_OK && !is_done)
        status = add_by_walk(table, index, reader, reterr);
    tfeed_record_reader_close(reader);
    table->firsts[index + 1] = table->n_records;
    return status;
}

tfeed_status global_table_init(struct global_table *table, const struct order_plan *plan,
                               size_t n_positions, struct tfeed_error *reterr)
{
    const size_t n_files = plan->set->n_files;
    *table = (struct global_table){
        .plan = plan,
        .firsts = tfi_alloc_zeroed(plan->allocator, n_files + 1, sizeof *table->firsts),
        .files = tfi_alloc_zeroed(plan->allocator, n_files, sizeof *table->files),
        .record_bytes = sizeof(uint64_t) + n_positions * sizeof(uint32_t),
    };
    if (table->files == NULL || table->firsts == NULL)
        return tfi_fail_memory(reterr, "a global order");
    for (uint32_t i = 0; i < n_files; i++)
        TFI_TRY(add_file(table, i, reterr));
    if (plan->budget != NULL) {
        table->n_charged_bytes = table->n_records * table->record_bytes;
        tfi_budget_charge(plan->budget, table->n_charged_bytes);
    }
    return TFEED_OK;
}

void global_table_clear(struct global_table *table)
{
    if (table->plan == NULL)
        return;
    const struct order_plan *plan = table->plan;
    for (size_t i = 0; table->files != NULL && i < plan->set->n_files; i++)
        tfeed_block_unref(table->files[i].block);
    if (table->n_charged_bytes > 0)
        tfi_budget_release(plan->budget, table->n_charged_bytes);
    tfi_free(plan->allocator, table->offsets);
    tfi_free(plan->allocator, table->firsts);
    tfi_free(plan->allocator, table->files);
    *table = (struct global_table){.plan = NULL};
}

static uint32_t file_of(const struct global_table *table, uint32_t record)
{
    /* firsts[low] <= record < firsts[high] */
    size_t low = 0, high = table->plan->set->n_files;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (table->firsts[middle] <= record)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low;
}

struct place global_table_find(const struct global_table *table, uint32_t record, uint64_t *ret_len)
{
    const uint32_t file = file_of(table, record);
    const uint64_t end = (uint64_t)record + 1 < table->firsts[file + 1] ? table->offsets[record + 1]
                                                                        : table->files[file].end;
    *ret_len = end - table->offsets[record];
    return (struct place){
        .offset = table->offsets[record], .record = record - table->firsts[file], .file = file};
}
