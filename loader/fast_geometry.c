/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fast_geometry.c - how many lanes the shuffled order has, and how large a window is.
 *
 *    shuffle_records  =  lanes of a shard  *  records of a window
 *
 * More lanes mix more distant parts of an epoch, larger windows mix each part more; lanes are made
 * as long as windows keep a fair size. Windows that are memory, not mapped files, must fit the
 * budget: some records are read to learn how large they are.
 */
#include "core/error_internal.h"
#include "loader/loader_private.h"

enum { LANES_PER_SHARD = 16, MIN_WINDOW_RECORDS = 64 };

static size_t n_plain_files(const struct file_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n_files; i++)
        n += !set->files[i].is_compressed;
    return n;
}

/* A compressed file is not cut: more lanes than files would stay empty, and shrink the windows. */
static int64_t choose_n_lanes(const struct tfeed_loader_options *options,
                              const struct file_set *set)
{
    if (options->n_lanes > 0)
        return options->n_lanes;
    const int64_t n_shards = options->n_shards;
    int64_t n_lanes = LANES_PER_SHARD * n_shards;
    const int64_t n_fair = options->shuffle_records / MIN_WINDOW_RECORDS * n_shards;
    n_lanes = n_fair < n_lanes ? n_fair : n_lanes;
    if (n_plain_files(set) == 0 && (int64_t)set->n_files < n_lanes)
        n_lanes = (int64_t)set->n_files;
    return n_lanes < n_shards ? n_shards : n_lanes;
}

/* The mean bytes in memory of the set's first records, 0 where they lie in mapped files. Damage is
 * left for reading to find. */
static tfeed_status sample_record_bytes(const struct tfeed_loader_options *options,
                                        struct file_set *set, struct window_pool *pool,
                                        uint64_t *ret_mean, struct tfeed_error *reterr)
{
    *ret_mean = 0;
    struct row_window *window = row_window_new(pool, LOADER_RUN_RECORDS);
    if (window == NULL)
        return tfi_fail_memory(reterr, "a lane's window");
    struct file_cursor cursor;
    file_cursor_init(&cursor, set, options->on_error);
    tfeed_status status = TFEED_OK;
    for (uint32_t f = 0; f < set->n_files && window->n_rows == 0 && status == TFEED_OK; f++) {
        const struct stretch stretch = {.begin = {.file = f}, .end_offset = UINT64_MAX};
        if (set->files[f].size == TFEED_SIZE_UNKNOWN)
            continue; /* what a pipe gives is given once */
        status = file_cursor_open(&cursor, &stretch, reterr);
        while (status == TFEED_OK && window->n_rows < LOADER_RUN_RECORDS)
            status = file_cursor_read(&cursor, CURSOR_CHECKS_NOW, window,
                                      LOADER_RUN_RECORDS - window->n_rows, reterr);
        status = status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
    }
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < window->n_rows; i++)
        n_bytes +=
            window->rows[i].bytes.len + TFEED_RECORD_HEADER_BYTES + TFEED_RECORD_FOOTER_BYTES;
    if (window->n_charged_bytes > 0)
        *ret_mean = n_bytes / window->n_rows;
    file_cursor_clear(&cursor);
    row_window_unref(window);
    return status;
}

tfeed_status order_fast_geometry(const struct tfeed_loader_options *options, struct file_set *set,
                                 struct window_pool *pool, uint64_t budget_bytes,
                                 int64_t *ret_n_lanes, int64_t *ret_window_records,
                                 struct tfeed_error *reterr)
{
    const int64_t n_lanes = choose_n_lanes(options, set);
    const int64_t n_own = (n_lanes + options->n_shards - 1) / options->n_shards;
    int64_t n_window = options->shuffle_records / n_own;
    n_window = n_window > 0 ? n_window : 1;
    uint64_t mean;
    TFI_TRY(sample_record_bytes(options, set, pool, &mean, reterr));
    const uint64_t n_windows = (uint64_t)n_own * (options->n_workers > 0 ? 2 : 1);
    const uint64_t n_needed = n_windows * (uint64_t)n_window * mean;
    if (n_needed > budget_bytes) {
        if (!options->shuffle_may_shrink)
            return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                            "shuffling %lld records of %llu bytes needs %llu bytes of memory, the "
                            "budget is %llu: raise budget_bytes, lower shuffle_records, or set "
                            "shuffle_may_shrink",
                            (long long)options->shuffle_records, (unsigned long long)mean,
                            (unsigned long long)n_needed, (unsigned long long)budget_bytes);
        n_window = (int64_t)(budget_bytes / (n_windows * mean));
        n_window = n_window > 0 ? n_window : 1;
    }
    *ret_n_lanes = n_lanes;
    *ret_window_records = n_window;
    return TFEED_OK;
}
