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
    options.seed = 1;
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
