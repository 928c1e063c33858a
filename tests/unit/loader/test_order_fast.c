/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_order_fast.c - lanes, windows, epochs: every record once, mixed, and the same each time.
 */
#include "tests/unit/loader/loader_fixture.h"

static const int64_t uneven[] = {700, 1, 0, 299, 1000};
enum { N_UNEVEN = 5, N_RECORDS = 2000 };

static size_t load(const struct tfeed_loader_options *options, int64_t *ids)
{
    struct tfeed_schema *schema = t_schema(TFEED_FLOAT);
    struct tfeed_loader *loader = t_open("part-*", schema, options);
    const size_t n = t_drain(loader, ids, TFEED_OUT_OF_RANGE);
    tfeed_loader_close(loader);
    tfeed_schema_unref(schema);
    return n;
}

static int64_t ids_a[MAX_ROWS], ids_b[MAX_ROWS];

Test(order_fast, each_epoch_gives_every_record_once)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.n_epochs = 3;
    for (int64_t shuffle = 1; shuffle <= 5000; shuffle = shuffle * 5 + 3) {
        options.shuffle_records = shuffle;
        cr_assert_eq(load(&options, ids_a), 3 * N_RECORDS);
        for (size_t epoch = 0; epoch < 3; epoch++)
            cr_assert(t_is_complete(ids_a + epoch * N_RECORDS, N_RECORDS, N_RECORDS),
                      "shuffle %lld, epoch %zu", (long long)shuffle, epoch);
    }
    t_files_clear(&files);
}

Test(order_fast, compressed_files_are_not_cut)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_GZIP);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 1024;
    cr_assert_eq(load(&options, ids_a), N_RECORDS);
    cr_assert(t_is_complete(ids_a, N_RECORDS, N_RECORDS));
    t_files_clear(&files);
}

Test(order_fast, seed_and_epoch_decide_the_order)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 1024;
    options.n_epochs = 2;
    cr_assert_eq(load(&options, ids_a), 2 * N_RECORDS);
    cr_assert_eq(load(&options, ids_b), 2 * N_RECORDS);
    cr_assert_arr_eq(ids_a, ids_b, 2 * N_RECORDS * sizeof *ids_a);
    cr_assert_neq(memcmp(ids_a, ids_a + N_RECORDS, N_RECORDS * sizeof *ids_a), 0);
    options.seed = 2;
    cr_assert_eq(load(&options, ids_b), 2 * N_RECORDS);
    cr_assert_neq(memcmp(ids_a, ids_b, N_RECORDS * sizeof *ids_a), 0);
    t_files_clear(&files);
}

Test(order_fast, every_batch_mixes_distant_parts)
{
    struct t_files files;
    t_files_init(&files);
    const int64_t one = N_RECORDS;
    t_write_files(&files, "part", &one, 1, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 1024;
    options.batch_size = 100;
    cr_assert_eq(load(&options, ids_a), N_RECORDS);
    for (size_t batch = 0; batch + 100 <= N_RECORDS; batch += 100) {
        size_t n_quarter[4] = {0};
        for (size_t i = batch; i < batch + 100; i++)
            n_quarter[ids_a[i] / (N_RECORDS / 4)]++;
        for (size_t q = 0; q < 4; q++)
            cr_assert(n_quarter[q] >= 15 && n_quarter[q] <= 35, "batch %zu: %zu of quarter %zu",
                      batch / 100, n_quarter[q], q);
    }
    t_files_clear(&files);
}

Test(order_fast, batches_do_not_cross_epochs)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 640;
    options.n_epochs = 2;
    options.batch_size = 64;
    struct tfeed_schema *schema = t_schema(TFEED_FLOAT);
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    const int64_t n_full = N_RECORDS / 64;
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        for (int64_t i = 0; i <= n_full; i++) {
            struct tfeed_batch *batch;
            cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
            cr_assert_eq(tfeed_batch_n_rows(batch), i < n_full ? 64 : N_RECORDS % 64);
            cr_assert_eq(tfeed_batch_epoch(batch), epoch);
            cr_assert_eq(tfeed_batch_is_last_of_epoch(batch), i == n_full);
            t_check_batch(batch);
            tfeed_batch_unref(batch);
        }
    }
    tfeed_loader_close(loader);
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

Test(order_fast, shards_share_the_records_out)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 1024;
    options.n_shards = 3;
    size_t n = 0;
    for (options.shard_index = 0; options.shard_index < 3; options.shard_index++) {
        const size_t n_own = load(&options, ids_a + n);
        cr_assert(n_own > N_RECORDS / 6, "shard %lld has %zu", (long long)options.shard_index,
                  n_own);
        n += n_own;
    }
    cr_assert_eq(n, N_RECORDS);
    cr_assert(t_is_complete(ids_a, n, N_RECORDS));
    t_files_clear(&files);
}

Test(order_fast, rows_are_counted_without_reading_them)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 1024;
    options.n_shards = 3;
    struct tfeed_schema *schema = t_schema(TFEED_FLOAT);
    for (options.shard_index = 0; options.shard_index < 3; options.shard_index++) {
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        uint64_t n_rows, n_batches;
        cr_assert_eq(tfeed_loader_n_rows(loader, &n_rows, NULL), TFEED_OK);
        cr_assert_eq(tfeed_loader_n_batches(loader, &n_batches, NULL), TFEED_OK);
        cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), n_rows);
        cr_assert_eq(n_batches, (n_rows + 9) / 10);
        tfeed_loader_close(loader);
    }
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

Test(order_fast, endless_epochs_without_a_row_end, .timeout = T_HANG_SECONDS)
{
    static const int64_t empty[] = {0, 0};
    const enum tfeed_compression forms[] = {TFEED_COMPRESSION_NONE, TFEED_COMPRESSION_GZIP};
    for (size_t i = 0; i < 2; i++) {
        struct t_files files;
        t_files_init(&files);
        t_write_files(&files, "part", empty, 2, forms[i]);
        struct tfeed_loader_options options = t_options(&files);
        options.shuffle_records = 1024;
        options.n_epochs = TFEED_EPOCHS_ENDLESS;
        for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2)
            cr_assert_eq(load(&options, ids_a), 0);
        t_files_clear(&files);
    }
}

static bool is_first_half(const struct tfeed_loader_record *record, void *n_wanted)
{
    return record->view.record < *(const uint64_t *)n_wanted;
}

/* The end of each lane is a window of which nothing is left. */
Test(order_fast, what_is_left_out_is_counted_to_the_end_of_the_epoch)
{
    struct t_files files;
    t_files_init(&files);
    const int64_t one = 1000;
    t_write_files(&files, "part", &one, 1, TFEED_COMPRESSION_NONE);
    struct tfeed_schema *schema = t_schema(TFEED_FLOAT);
    struct tfeed_loader_options options = t_options(&files);
    uint64_t n_wanted = 128;
    options.order = TFEED_ORDER_FAST;
    options.shuffle_records = 128;
    options.n_lanes = 1;
    options.filter = is_first_half;
    options.filter_user_data = &n_wanted;
    for (options.batch_size = 32; options.batch_size <= 64; options.batch_size += 2) {
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), n_wanted);
        struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
        tfeed_loader_statistics_get(loader, &statistics);
        cr_assert_eq(statistics.n_filtered, 1000 - n_wanted, "batches of %lld: %llu",
                     (long long)options.batch_size, (unsigned long long)statistics.n_filtered);
        tfeed_loader_close(loader);
    }
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

Test(order_fast, more_lanes_than_records_give_every_record_once, .timeout = T_HANG_SECONDS)
{
    struct t_files files;
    t_files_init(&files);
    t_write_files(&files, "part", uneven, N_UNEVEN, TFEED_COMPRESSION_NONE);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 100;
    for (options.n_lanes = 1; options.n_lanes <= 4096; options.n_lanes = options.n_lanes * 7 + 1) {
        cr_assert_eq(load(&options, ids_a), N_RECORDS);
        cr_assert(t_is_complete(ids_a, N_RECORDS, N_RECORDS), "%lld lanes",
                  (long long)options.n_lanes);
    }
    t_files_clear(&files);
}

/* Lanes get turns by their bytes: where each file is a lane, both have rows until close to the end.
 * (Where the small one comes first, both begin in the first lane.) */
Test(order_fast, lanes_last_until_the_end)
{
    struct t_files files;
    t_files_init(&files);
    const int64_t counts[] = {1500, 500};
    t_write_files(&files, "part", counts, 2, TFEED_COMPRESSION_GZIP);
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 128;
    options.n_lanes = 2;
    int n_of_two = 0;
    for (options.seed = 0; options.seed < 10; options.seed++) {
        cr_assert_eq(load(&options, ids_a), N_RECORDS);
        size_t n_small = 0;
        for (size_t i = 0; i < N_RECORDS - 200; i++)
            n_small += ids_a[i] >= 1500;
        cr_assert(n_small == 300 || n_small == 500 || n_small >= 400, "%zu", n_small);
        n_of_two += n_small > 300 && n_small < 500;
    }
    cr_assert_gt(n_of_two, 0);
    t_files_clear(&files);
}
