/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_wide_columns.c - where the floats of a batch are made, and in which memory.
 */
#include "loader/engine_private.h"
#include "tests/unit/loader/loader_fixture.h"

enum { N_RECORDS = 995 };

static struct t_files files;
static struct tfeed_schema *schema;

static void set_up(void)
{
    const int64_t counts[] = {400, 595};
    t_files_init(&files);
    t_write_files(&files, "part", counts, 2, TFEED_COMPRESSION_NONE);
    schema = t_schema(TFEED_FLOAT);
}

static void tear_down(void)
{
    tfeed_schema_unref(schema);
    t_files_clear(&files);
    T_EXPECT_NO_LEAKS(&(struct t_allocator){0});
}

TestSuite(wide_columns, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

static struct tfeed_loader *open_with_workers(int64_t n)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_workers = n;
    options.caller_helps = false;
    return t_open("part-*", schema, &options);
}

/* As if the program had been given so many bytes by the last call. */
static void set_shown_bytes(struct tfeed_loader *loader, uint64_t n)
{
    tfi_mutex_lock(&loader->mutex);
    loader->n_shown_bytes = n;
    tfi_mutex_unlock(&loader->mutex);
}

/* Reads all batches, as a program that looks at them or one that does not; checks them anyway.
 * Returns whether the last one was made of bytes. */
static bool read_all(struct tfeed_loader *loader, uint64_t n_shown_bytes)
{
    struct tfeed_batch *batch;
    int64_t n_rows = 0;
    bool is_narrow = false;
    while (tfeed_loader_next(loader, &batch, NULL) == TFEED_OK) {
        t_check_batch(batch);
        n_rows += tfeed_batch_n_rows(batch);
        is_narrow = batch->is_narrow;
        tfeed_batch_unref(batch);
        set_shown_bytes(loader, n_shown_bytes);
    }
    cr_assert_eq(n_rows, N_RECORDS);
    tfeed_loader_close(loader);
    return is_narrow;
}

Test(wide_columns, what_workers_parse_narrow_is_widened_to_the_same_floats)
{
    for (int64_t n = 1; n <= 3; n++)
        cr_assert(read_all(open_with_workers(n), 0));
}

Test(wide_columns, for_a_program_that_skims_workers_parse_the_same_floats)
{
    for (int64_t n = 1; n <= 3; n++)
        cr_assert(!read_all(open_with_workers(n), INT64_MAX));
}

Test(wide_columns, next_into_never_counts_as_skimming)
{
    struct tfeed_loader *loader = open_with_workers(2);
    struct tfeed_tensor columns[2];
    int64_t n_rows;
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 10, NULL, columns, NULL), TFEED_OK);
    while (tfeed_loader_next_into(loader, columns, &n_rows, NULL) == TFEED_OK)
        cr_assert(loader->n_shown_bytes == 0 && !loader->caller_skims);
    for (int i = 0; i < 2; i++)
        tfeed_tensor_clear(&columns[i]);
    tfeed_loader_close(loader);
}

static void *alloc_aligned(void *n_wrong, size_t size, size_t alignment)
{
    *(int *)n_wrong += alignment != 64;
    return aligned_alloc(64, (size + 63) / 64 * 64);
}

static void free_aligned(void *n_wrong, void *memory, size_t size)
{
    (void)n_wrong;
    (void)size;
    free(memory);
}

Test(wide_columns, batch_memory_is_asked_for_with_an_alignment)
{
    int n_wrong = 0;
    struct tfeed_loader_options options = t_options(&files);
    options.batch_memory = (struct tfeed_batch_memory){alloc_aligned, free_aligned, &n_wrong, 0};
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    (void)read_all(loader, 0);
    cr_assert_eq(n_wrong, 0);
}
