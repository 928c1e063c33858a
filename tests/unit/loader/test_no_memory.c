/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_no_memory.c - whichever allocation fails, in whatever order rows come: calls return, and no
 * row comes that should not.
 */
#include "tests/unit/loader/loader_fixture.h"

enum { N_RECORDS = 40 };

static struct t_files files;
static struct tfeed_schema *schema;

static void set_up(void)
{
    const int64_t counts[] = {25, 15};
    t_files_init(&files);
    t_write_files(&files, "part", counts, 2, TFEED_COMPRESSION_NONE);
    schema = t_schema(TFEED_FLOAT);
}

static void tear_down(void)
{
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

TestSuite(no_memory, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

static const enum tfeed_order orders[] = {TFEED_ORDER_FILES, TFEED_ORDER_FAST, TFEED_ORDER_GLOBAL,
                                          TFEED_ORDER_TENSORFLOW};

static struct tfeed_loader_options options_of(enum tfeed_order order)
{
    struct tfeed_loader_options options = t_options(&files);
    options.order = order;
    options.shuffle_records = order == TFEED_ORDER_FILES ? 0 : N_RECORDS;
    options.n_epochs = 2;
    return options;
}

/* Reads the set twice over (`pattern` once more as a second one of a mix), until something is said.
 */
static tfeed_status read_all(const struct tfeed_loader_options *options, size_t n_sets)
{
    const char *pattern = "part-*";
    const struct tfeed_loader_set sets[] = {{&pattern, 1, 1}, {&pattern, 1, 2}};
    struct tfeed_loader *loader = NULL;
    struct tfeed_batch *batch;
    tfeed_status status = tfeed_loader_open_mixed(sets, n_sets, schema, options, &loader, NULL);
    while (status == TFEED_OK && (status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
        t_check_batch(batch);
        tfeed_batch_unref(batch);
    }
    tfeed_loader_close(loader);
    return status;
}

static void expect_an_end(struct tfeed_loader_options options, size_t n_sets)
{
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2)
        T_FAIL_EACH_ALLOC(allocator, {
            options.allocator = allocator;
            const tfeed_status status = read_all(&options, n_sets);
            cr_assert(status == TFEED_OUT_OF_RANGE || status == TFEED_RESOURCE_EXHAUSTED,
                      "allocation %zu failing gives %s", t_nth, tfeed_status_name(status));
        });
}

Test(no_memory, every_order_comes_to_an_end)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        expect_an_end(options_of(orders[i]), 1);
}

Test(no_memory, so_do_shards_that_are_levelled)
{
    const enum tfeed_level levels[] = {TFEED_LEVEL_DROP, TFEED_LEVEL_WRAP, TFEED_LEVEL_PAD};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct tfeed_loader_options options = options_of(orders[i]);
        options.level = levels[i];
        options.n_shards = 3;
        options.shard_index = 2;
        expect_an_end(options, 1);
    }
}

Test(no_memory, and_mixes)
{
    struct tfeed_loader_options options = options_of(TFEED_ORDER_FAST);
    options.mix_end = TFEED_MIX_ALL;
    expect_an_end(options, 2);
}
