/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_io_memory.c - files and lists of files while memory is short: a call that fails changes
 * nothing.
 */
#include <criterion/criterion.h>

#include <string.h>

#include <tfeed/files.h>
#include <tfeed/io.h>

#include "tests/support/support.h"
#include "tests/support/expect_retry.h"

static bool holds(struct tfeed_memory_files *memory, const char *name, const char *expected)
{
    struct tfeed_bytes content;
    if (tfeed_memory_files_get(memory, name, &content, NULL) != TFEED_OK)
        return false;
    const bool is_equal = content.len == strlen(expected) &&
                          (content.len == 0 || memcmp(content.data, expected, content.len) == 0);
    tfeed_block_unref(content.block);
    return is_equal;
}

Test(io_memory, put_that_fails_leaves_what_was_there)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_memory_files *memory;
        EXPECT_RETRY(tfeed_memory_files_new(allocator, &memory, NULL));
        EXPECT_RETRY(tfeed_memory_files_put(memory, "a", "old", 3, NULL));
        const tfeed_status status = tfeed_memory_files_put(memory, "a", "newer", 5, NULL);
        cr_assert(holds(memory, "a", status == TFEED_OK ? "newer" : "old"));
        cr_assert(status == TFEED_OK || status == TFEED_RESOURCE_EXHAUSTED);
        EXPECT_RETRY(tfeed_memory_files_put(memory, "b", "", 0, NULL));
        cr_assert(holds(memory, "b", ""));
        tfeed_memory_files_free(memory);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

Test(io_memory, put_that_fails_makes_no_file)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_memory_files *memory;
        EXPECT_RETRY(tfeed_memory_files_new(allocator, &memory, NULL));
        for (int i = 0; i < 20; i++) {
            const char name[] = {(char)('a' + i), '\0'};
            if (tfeed_memory_files_put(memory, name, "x", 1, NULL) == TFEED_OK)
                continue;
            cr_assert(t_has_failed(&t_failing));
            cr_assert_not(holds(memory, name, "x"));
            cr_assert_eq(tfeed_memory_files_put(memory, name, "x", 1, NULL), TFEED_OK);
        }
        for (int i = 0; i < 20; i++) {
            const char name[] = {(char)('a' + i), '\0'};
            cr_assert(holds(memory, name, "x"));
        }
        tfeed_memory_files_free(memory);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

Test(io_memory, list_of_local_files_is_made_after_a_failure)
{
    struct t_temp_dir dir;
    char paths[3][T_PATH_BYTES];
    t_temp_dir_init(&dir);
    t_write_file(t_temp_path(&dir, "p-00000-of-00002", paths[0]), "0", 1);
    t_write_file(t_temp_path(&dir, "p-00001-of-00002", paths[1]), "1", 1);
    t_temp_path(&dir, "p*", paths[2]);
    const char *const names[] = {paths[2], paths[0]};
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_files_options options;
        struct tfeed_file_list list;
        tfeed_files_options_init(&options);
        options.allocator = allocator;
        EXPECT_RETRY(tfeed_files_match(names, 2, &options, &list, NULL));
        cr_assert_eq(list.n_files, 2);
        cr_assert_str_eq(list.paths[1], paths[1]);
        cr_assert_eq(list.sizes[1], 1);
        tfeed_file_list_clear(&list);
    });
    t_temp_dir_clear(&dir);
    T_EXPECT_NO_LEAKS(NULL);
}

static tfeed_status append_bytes(void *user_data, const void *data, size_t len,
                                 struct tfeed_error *reterr)
{
    (void)reterr;
    strncat(user_data, data, len);
    return TFEED_OK;
}

Test(io_memory, output_to_a_sink_opens_after_a_failure)
{
    T_FAIL_EACH_ALLOC(allocator, {
        char taken[16] = "";
        void *output;
        const struct tfeed_sink sink = {append_bytes, taken};
        const struct tfeed_file_system files = tfeed_sink_files(&sink);
        EXPECT_RETRY(files.open_output(files.user_data, "x", 0, allocator, &output, NULL));
        EXPECT_RETRY(files.write(output, "bytes", 5, NULL));
        EXPECT_RETRY(files.commit(output, NULL));
        cr_assert_str_eq(taken, "bytes");
    });
    T_EXPECT_NO_LEAKS(NULL);
}
