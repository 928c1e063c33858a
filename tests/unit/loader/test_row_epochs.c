/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_row_epochs.c - each row knows its epoch, and epochs without rows come to an end.
 */
#include "tests/unit/loader/loader_fixture.h"

/* What a map was told of each record: [epoch][id]. */
static uint64_t told[2][MAX_ROWS];

static tfeed_status note_seed(const struct tfeed_loader_record *record, void *user_data,
                              struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    if (record->epoch < 2)
        told[record->epoch][*(const int64_t *)record->row[0]] = record->seed;
    return TFEED_OK;
}

/* Batches of TENSORFLOW hold rows of two epochs. */
Test(row_epochs, a_map_is_told_the_epoch_of_each_row)
{
    static uint64_t first[2][MAX_ROWS];
    struct t_files files;
    t_files_init(&files);
    const int64_t count = 60;
    t_write_files(&files, "part", &count, 1, TFEED_COMPRESSION_NONE);
    struct tfeed_schema *schema = t_schema(TFEED_FLOAT);
    struct tfeed_loader_options options = t_options(&files);
    options.order = TFEED_ORDER_TENSORFLOW;
    options.seed = 7;
    options.n_epochs = 2;
    options.shuffle_records = 16;
    options.map_row = note_seed;
    static int64_t ids[MAX_ROWS];
    for (options.batch_size = 7; options.batch_size <= 14; options.batch_size += 7) {
        memset(told, 0, sizeof told);
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        cr_assert_eq(t_drain(loader, ids, TFEED_OUT_OF_RANGE), 2 * (size_t)count);
        tfeed_loader_close(loader);
        for (int64_t id = 0; id < count; id++)
            cr_assert(told[0][id] != 0 && told[1][id] != 0 && told[0][id] != told[1][id]);
        if (options.batch_size == 7)
            memcpy(first, told, sizeof told);
    }
    cr_assert_arr_eq(first, told, sizeof told);
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

static bool refuse(const struct tfeed_loader_record *record, void *user_data)
{
    (void)record;
    (void)user_data;
    return false;
}

Test(row_epochs, endless_epochs_without_a_row_end_in_every_order, .timeout = T_HANG_SECONDS)
{
    const enum tfeed_order orders[] = {TFEED_ORDER_FILES, TFEED_ORDER_FAST, TFEED_ORDER_GLOBAL,
                                       TFEED_ORDER_TENSORFLOW};
    const int64_t counts[][2] = {{0, 0}, {30, 40}};
    struct tfeed_schema *schema = t_schema(TFEED_FLOAT);
    for (size_t i = 0; i < 2; i++) {
        struct t_files files;
        t_files_init(&files);
        t_write_files(&files, "part", counts[i], 2, TFEED_COMPRESSION_NONE);
        struct tfeed_loader_options options = t_options(&files);
        options.n_epochs = TFEED_EPOCHS_ENDLESS;
        options.shuffle_records = 16;
        options.seed = 7;
        options.filter = i == 1 ? refuse : NULL;
        for (size_t k = 0; k < 4; k++) {
            options.order = orders[k];
            struct tfeed_loader *loader = t_open("part-*", schema, &options);
            struct tfeed_batch *batch;
            cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OUT_OF_RANGE);
            tfeed_loader_close(loader);
        }
        t_files_clear(&files);
    }
    tfeed_schema_unref(schema);
}
