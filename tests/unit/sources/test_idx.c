/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_idx.c - idx files: good ones, and each way to be damaged or forged.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <tfeed/idx.h>

#include "tests/support/support.h"
#include "tests/unit/sources/idx_bytes.h"

static const uint32_t cube[] = {3, 2, 4};
enum { CUBE_ITEMS = 3, CUBE_ITEM_BYTES = 8, CUBE_BYTES = 24, CUBE_HEADER_BYTES = 16 };

static struct tfeed_memory_files *new_files(void)
{
    struct tfeed_memory_files *files;
    cr_assert_eq(tfeed_memory_files_new(NULL, &files, NULL), TFEED_OK);
    return files;
}

static tfeed_status open_idx(struct tfeed_memory_files *files, const char *name,
                             const struct tfeed_allocator *allocator, struct tfeed_idx **ret_idx,
                             struct tfeed_error *reterr)
{
    struct tfeed_idx_options options;
    tfeed_idx_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    options.allocator = allocator;
    return tfeed_idx_open(name, &options, ret_idx, reterr);
}

/* Opens and reads everything; the status that ends it, OUT_OF_RANGE when all is well. */
static tfeed_status read_all(const struct idx_bytes *bytes, const struct tfeed_allocator *allocator,
                             uint64_t *ret_n, struct tfeed_error *reterr)
{
    struct tfeed_memory_files *files = new_files();
    struct tfeed_idx *idx = NULL;
    uint64_t n = 0;
    idx_bytes_put(files, "file", bytes);
    tfeed_status status = open_idx(files, "file", allocator, &idx, reterr);
    while (status == TFEED_OK) {
        const uint8_t *item;
        status = tfeed_idx_next(idx, &item, NULL, reterr);
        n += status == TFEED_OK;
    }
    tfeed_idx_close(idx);
    tfeed_memory_files_free(files);
    *ret_n = n;
    return status;
}

static void expect_cube(const struct idx_bytes *bytes)
{
    const struct tfeed_shape shape = {3, {3, 2, 4}};
    struct tfeed_memory_files *files = new_files();
    struct tfeed_idx *idx;
    uint8_t items[CUBE_BYTES];
    size_t n;
    idx_bytes_put(files, "file", bytes);
    cr_assert_eq(open_idx(files, "file", NULL, &idx, NULL), TFEED_OK);
    const struct tfeed_shape found = tfeed_idx_shape(idx);
    cr_assert(tfeed_shape_equal(&found, &shape));
    cr_assert_eq(tfeed_idx_n_items(idx), CUBE_ITEMS);
    cr_assert_eq(tfeed_idx_item_bytes(idx), CUBE_ITEM_BYTES);
    cr_assert_eq(tfeed_idx_read(idx, items, 2, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 2);
    cr_assert_eq(tfeed_idx_read(idx, items + n * CUBE_ITEM_BYTES, 2, &n, NULL), TFEED_OK);
    cr_assert_eq(n, 1, "one was left");
    for (int i = 0; i < CUBE_BYTES; i++)
        cr_assert_eq(items[i], i);
    cr_assert_eq(tfeed_idx_read(idx, items, 1, &n, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_idx_read(idx, items, 1, &n, NULL), TFEED_OUT_OF_RANGE);
    tfeed_idx_close(idx);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(idx, plain_file_is_read_in_pieces)
{
    const struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    expect_cube(&bytes);
}

Test(idx, gzip_file_is_recognised_by_content)
{
    const struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    const struct idx_bytes packed = gzipped(&bytes);
    expect_cube(&packed);
}

Test(idx, items_are_shown_with_their_place)
{
    const struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    struct tfeed_memory_files *files = new_files();
    struct tfeed_idx *idx;
    const uint8_t *item;
    uint64_t offset;
    idx_bytes_put(files, "file", &bytes);
    cr_assert_eq(open_idx(files, "file", NULL, &idx, NULL), TFEED_OK);
    cr_assert_eq(tfeed_idx_skip(idx, 2, NULL), TFEED_OK);
    cr_assert_eq(tfeed_idx_next(idx, &item, &offset, NULL), TFEED_OK);
    cr_assert_eq(item[0], 2 * CUBE_ITEM_BYTES);
    cr_assert_eq(offset, CUBE_HEADER_BYTES + 2 * CUBE_ITEM_BYTES);
    cr_assert_eq(tfeed_idx_skip(idx, 10, NULL), TFEED_OK, "fewer are skipped at the end");
    tfeed_idx_close(idx);
    tfeed_memory_files_free(files);
}

Test(idx, cut_anywhere_is_data_loss)
{
    const struct idx_bytes whole = idx_bytes_make(3, cube, CUBE_BYTES);
    for (size_t len = 0; len < whole.len; len++) {
        struct idx_bytes cut = whole;
        struct tfeed_error error;
        uint64_t n;
        cut.len = len;
        cr_assert_eq(read_all(&cut, NULL, &n, &error), TFEED_DATA_LOSS, "cut to %zu", len);
        cr_assert_str_eq(error.path, "file");
        cr_assert_neq(error.offset, TFEED_NOWHERE);
    }
}

Test(idx, gzip_cut_anywhere_is_data_loss)
{
    const struct idx_bytes plain = idx_bytes_make(3, cube, CUBE_BYTES);
    const struct idx_bytes whole = gzipped(&plain);
    for (size_t len = 0; len < whole.len; len++) {
        struct idx_bytes cut = whole;
        struct tfeed_error error;
        uint64_t n;
        cut.len = len;
        cr_assert_eq(read_all(&cut, NULL, &n, &error), TFEED_DATA_LOSS, "cut to %zu", len);
    }
}

Test(idx, items_before_damage_come_before_its_error)
{
    struct tfeed_memory_files *files = new_files();
    const struct idx_bytes plain = idx_bytes_make(3, cube, CUBE_BYTES);
    struct idx_bytes cut = gzipped(&plain);
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_idx *idx;
    uint8_t items[CUBE_BYTES];
    size_t n = 0;
    cut.len -= 8 + 5; /* the trailer, and some of the last item */
    idx_bytes_put(files, "file", &cut);
    cr_assert_eq(open_idx(files, "file", NULL, &idx, NULL), TFEED_OK);
    cr_assert_eq(tfeed_idx_read(idx, items, CUBE_ITEMS, &n, &error), TFEED_OK);
    cr_assert_eq(n, CUBE_ITEMS - 1);
    for (size_t i = 0; i < n * CUBE_ITEM_BYTES; i++)
        cr_assert_eq(items[i], i);
    cr_assert_eq(error.code, TFEED_OK, "nothing was said with what was given");
    cr_assert_eq(tfeed_idx_read(idx, items, CUBE_ITEMS, &n, &error), TFEED_DATA_LOSS);
    tfeed_idx_close(idx);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(idx, bytes_behind_the_last_item_are_data_loss)
{
    struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES + 1);
    struct tfeed_error error;
    uint64_t n;
    cr_assert_eq(read_all(&bytes, NULL, &n, &error), TFEED_DATA_LOSS);
    cr_assert_eq(n, CUBE_ITEMS);
    cr_assert_eq(error.offset, CUBE_HEADER_BYTES + CUBE_BYTES);
    cr_assert_not_null(strstr(error.message, "goes on behind its last item"));
    bytes = gzipped(&bytes);
    cr_assert_eq(read_all(&bytes, NULL, &n, NULL), TFEED_DATA_LOSS);
}

Test(idx, bytes_behind_the_gzip_stream_are_data_loss)
{
    const struct idx_bytes plain = idx_bytes_make(3, cube, CUBE_BYTES);
    struct idx_bytes packed = gzipped(&plain);
    struct tfeed_error error;
    uint64_t n;
    packed.data[packed.len++] = 0;
    cr_assert_eq(read_all(&packed, NULL, &n, &error), TFEED_DATA_LOSS);
    cr_assert_not_null(strstr(error.message, "behind its gzip stream"));
}

Test(idx, each_flipped_bit_of_a_gzip_file_is_noticed_or_harmless)
{
    const struct idx_bytes plain = idx_bytes_make(3, cube, CUBE_BYTES);
    struct idx_bytes packed = gzipped(&plain);
    for (size_t bit = 0; bit < 8 * packed.len; bit++) {
        uint64_t n;
        packed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const tfeed_status status = read_all(&packed, NULL, &n, NULL);
        /* some bits say nothing (time, padding); what is read passed gzip's own checksum, but a
         * header that announces too much is refused before that is reached */
        if (status == TFEED_OUT_OF_RANGE)
            cr_assert_eq(n, CUBE_ITEMS);
        else
            cr_assert(status == TFEED_DATA_LOSS || status == TFEED_INVALID_ARGUMENT ||
                          status == TFEED_RESOURCE_EXHAUSTED,
                      "bit %zu", bit);
        packed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

Test(idx, each_flipped_bit_of_the_header_is_noticed_or_gives_another_array)
{
    struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    for (size_t bit = 0; bit < 8 * CUBE_HEADER_BYTES; bit++) {
        uint64_t n;
        bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const tfeed_status status = read_all(&bytes, NULL, &n, NULL);
        cr_assert(status == TFEED_INVALID_ARGUMENT || status == TFEED_DATA_LOSS, "bit %zu: %s", bit,
                  tfeed_status_name(status));
        bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void expect_refused_header(size_t at, uint8_t value, const char *phrase)
{
    struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    struct tfeed_error error;
    uint64_t n;
    bytes.data[at] = value;
    cr_assert_eq(read_all(&bytes, NULL, &n, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, phrase), "%s", error.message);
}

Test(idx, header_of_something_else_is_refused_naming_what_was_found)
{
    expect_refused_header(0, 0x89, "magic 0x89000803");
    expect_refused_header(2, 0x0d, "0x0d (float)");
    expect_refused_header(2, 0x0e, "0x0e (double)");
    expect_refused_header(2, 0x07, "unknown type");
    expect_refused_header(3, 0, "0 dimensions");
    expect_refused_header(3, 9, "9 dimensions");
}

Test(idx, forged_extents_of_a_plain_file_allocate_nothing)
{
    static const uint32_t forged[][3] = {
        {UINT32_MAX, UINT32_MAX, UINT32_MAX}, {UINT32_MAX, 28, 28}, {1, 1u << 31, 1}, {4, 2, 4}};
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        const struct idx_bytes bytes = idx_bytes_make(3, forged[i], CUBE_BYTES);
        struct t_allocator allocator;
        uint64_t n;
        t_allocator_init(&allocator);
        const tfeed_status status = read_all(&bytes, &allocator.hooks, &n, NULL);
        cr_assert(status == TFEED_DATA_LOSS || status == TFEED_INVALID_ARGUMENT);
        cr_assert_eq(n, 0);
        T_EXPECT_NO_LEAKS(&allocator);
    }
}

/* Remembers the largest request and refuses those above a mebibyte. */
static void *modest_alloc(void *user_data, size_t size, size_t alignment)
{
    (void)user_data;
    return size > (1u << 20) ? NULL
                             : aligned_alloc(alignment, (size + alignment) / alignment * alignment);
}
static void *modest_realloc(void *user_data, void *memory, size_t size)
{
    (void)user_data;
    return size > (1u << 20) ? NULL : realloc(memory, size);
}
static void modest_free(void *user_data, void *memory)
{
    (void)user_data;
    free(memory);
}

Test(idx, forged_item_size_in_gzip_allocates_only_as_bytes_come)
{
    static const struct tfeed_allocator modest = {modest_alloc, modest_realloc, modest_free, NULL};
    static const uint32_t forged[] = {1, 1u << 14, 1u << 14};
    const struct idx_bytes plain = idx_bytes_make(3, forged, 1000);
    const struct idx_bytes packed = gzipped(&plain);
    uint64_t n;
    cr_assert_eq(read_all(&packed, &modest, &n, NULL), TFEED_DATA_LOSS);
}

Test(idx, items_above_the_default_limit_are_refused)
{
    static const uint32_t forged[] = {1, 1u << 14, (1u << 14) + 1};
    const struct idx_bytes plain = idx_bytes_make(3, forged, 1000);
    const struct idx_bytes packed = gzipped(&plain);
    struct tfeed_error error;
    uint64_t n;
    cr_assert_eq(read_all(&packed, NULL, &n, &error), TFEED_RESOURCE_EXHAUSTED);
    cr_assert_str_eq(error.message, "file: byte 4: items of 268451840 bytes exceed the limit of "
                                    "268435456");
    cr_assert_str_eq(error.path, "file");
}

Test(idx, limit_for_items_can_be_set)
{
    const struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    struct tfeed_memory_files *files = new_files();
    struct tfeed_idx_options options;
    struct tfeed_idx *idx;
    idx_bytes_put(files, "file", &bytes);
    tfeed_idx_options_init(&options);
    options.file_system = tfeed_memory_files_system(files);
    options.max_item_bytes = CUBE_ITEM_BYTES - 1;
    cr_assert_eq(tfeed_idx_open("file", &options, &idx, NULL), TFEED_RESOURCE_EXHAUSTED);
    options.max_item_bytes = CUBE_ITEM_BYTES;
    cr_assert_eq(tfeed_idx_open("file", &options, &idx, NULL), TFEED_OK);
    tfeed_idx_close(idx);
    tfeed_memory_files_free(files);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(idx, missing_file_is_not_found)
{
    struct tfeed_memory_files *files = new_files();
    struct tfeed_idx *idx;
    struct tfeed_error error;
    cr_assert_eq(open_idx(files, "nothing", NULL, &idx, &error), TFEED_NOT_FOUND);
    cr_assert_not_null(strstr(error.message, "nothing"));
    tfeed_memory_files_free(files);
}

Test(idx, local_file_is_opened_by_default)
{
    const struct idx_bytes bytes = idx_bytes_make(3, cube, CUBE_BYTES);
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    struct tfeed_idx *idx;
    t_temp_dir_init(&dir);
    t_write_file(t_temp_path(&dir, "file", path), bytes.data, bytes.len);
    cr_assert_eq(tfeed_idx_open(path, NULL, &idx, NULL), TFEED_OK);
    cr_assert_eq(tfeed_idx_n_items(idx), CUBE_ITEMS);
    tfeed_idx_close(idx);
    t_temp_dir_clear(&dir);
}

Test(idx, failed_allocation_leaves_nothing_behind)
{
    const struct idx_bytes plain = idx_bytes_make(3, cube, CUBE_BYTES);
    const struct idx_bytes packed = gzipped(&plain);
    T_FAIL_EACH_ALLOC(allocator, {
        uint64_t n;
        const tfeed_status status = read_all(&packed, allocator, &n, NULL);
        T_EXPECT_ALLOC_STATUS(status == TFEED_OUT_OF_RANGE ? TFEED_OK : status);
    });
}

Test(one_hot, label_gets_a_one_in_its_column)
{
    static const uint8_t labels[] = {2, 0};
    static const float expected[] = {0, 0, 1, 1, 0, 0};
    float matrix[6];
    tfeed_one_hot(labels, 2, 3, matrix);
    cr_assert_eq(memcmp(matrix, expected, sizeof expected), 0);
}

Test(one_hot, label_without_a_column_gives_zeros)
{
    static const uint8_t label = 3;
    static const float zeros[3];
    float matrix[3];
    tfeed_one_hot(&label, 1, 3, matrix);
    cr_assert_eq(memcmp(matrix, zeros, sizeof zeros), 0);
    tfeed_one_hot(&label, 0, 3, NULL);
}
