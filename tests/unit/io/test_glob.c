/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_glob.c - patterns walked through folders, and TensorFlow's list of matches.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "io/files_internal.h"
#include "tests/support/support.h"

struct fixture {
    struct tfeed_memory_files *memory;
    const struct tfeed_file_system *files;
};

/* The folder that TensorFlow's own matches were taken from. */
static void fixture_init(struct fixture *fixture)
{
    static const char *const names[] = {"z",   "sub/x2", "sub/x1", "c[1]", "b2",
                                        "b10", "a2.txt", "a1",     "B1",   ".hidden"};
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->memory, NULL), TFEED_OK);
    fixture->files = tfeed_memory_files_system(fixture->memory);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        cr_assert_eq(tfeed_memory_files_put(fixture->memory, names[i], "", 0, NULL), TFEED_OK);
}

static void fixture_clear(struct fixture *fixture)
{
    tfeed_memory_files_free(fixture->memory);
    cr_assert_not(t_has_leaks());
}

/* `expected`: the paths, each with a blank behind it. */
static void expect_matches(const char *const *patterns, size_t n_patterns, const char *expected)
{
    struct fixture fixture;
    struct tfeed_file_list list;
    char text[512] = "";
    fixture_init(&fixture);
    cr_assert_eq(tfi_files_match_tensorflow(patterns, n_patterns, fixture.files, NULL, &list, NULL),
                 TFEED_OK);
    for (size_t i = 0; i < list.n_files; i++) {
        strncat(text, list.paths[i], sizeof text - strlen(text) - 1);
        strncat(text, " ", sizeof text - strlen(text) - 1);
        cr_assert_eq(list.sizes[i], TFEED_SIZE_UNKNOWN);
    }
    cr_assert_str_eq(text, expected);
    tfeed_file_list_clear(&list);
    fixture_clear(&fixture);
}

static void expect_match(const char *pattern, const char *expected)
{
    expect_matches(&pattern, 1, expected);
}

Test(glob, star_meets_dots_and_folders)
{
    expect_match("*", ".hidden B1 a1 a2.txt b10 b2 c[1] sub z ");
}

Test(glob, two_stars_are_one)
{
    expect_match("**", ".hidden B1 a1 a2.txt b10 b2 c[1] sub z ");
}

Test(glob, question_mark_is_one_character)
{
    expect_match("?1", "B1 a1 ");
}

Test(glob, sets_of_characters)
{
    expect_match("[ab]*", "a1 a2.txt b10 b2 ");
    expect_match("[^a]*", ".hidden B1 b10 b2 c[1] sub z ");
    expect_match("c[[]1]", "c[1] ");
}

Test(glob, wildcards_in_folders)
{
    expect_match("sub/*", "sub/x1 sub/x2 ");
    expect_match("*/x?", "sub/x1 sub/x2 ");
    expect_match("*/", "sub/ ");
}

Test(glob, literal_name_is_looked_for)
{
    expect_match("b2", "b2 ");
    expect_match("sub", "sub ");
    expect_match("b3", "");
    expect_match("*/x3", "");
}

Test(glob, backslash_takes_the_meaning)
{
    expect_match("c\\[1\\]", "c[1] ");
}

Test(glob, braces_mean_nothing)
{
    expect_match("b{2,10}", "");
}

Test(glob, all_patterns_are_sorted_together_and_doubles_stay)
{
    static const char *const patterns[] = {"z", "b*", "a*", "b2"};
    expect_matches(patterns, 4, "a1 a2.txt b10 b2 b2 z ");
}

Test(glob, shell_dots_are_hidden)
{
    struct fixture fixture;
    struct tfi_paths paths = {.names = NULL};
    fixture_init(&fixture);
    cr_assert_eq(tfi_glob("*h*", TFI_GLOB_SHELL, fixture.files, &paths, NULL), TFEED_OK);
    cr_assert_eq(paths.n, 0);
    tfi_paths_clear(&paths);
    cr_assert_eq(tfi_glob(".h*", TFI_GLOB_SHELL, fixture.files, &paths, NULL), TFEED_OK);
    cr_assert_eq(paths.n, 1);
    tfi_paths_clear(&paths);
    fixture_clear(&fixture);
}

Test(glob, absolute_paths_of_the_machine)
{
    struct tfi_paths paths = {.names = NULL};
    cr_assert_eq(tfi_glob("/de[v]/nul*", TFI_GLOB_SHELL, tfeed_local_files(), &paths, NULL),
                 TFEED_OK);
    cr_assert_eq(paths.n, 1);
    cr_assert_str_eq(paths.names[0], "/dev/null");
    tfi_paths_clear(&paths);
}

static tfeed_status fail_to_list(void *user_data, const char *folder, tfeed_file_found_fn found,
                                 void *found_data, struct tfeed_error *reterr)
{
    (void)user_data;
    (void)found;
    (void)found_data;
    *reterr = (struct tfeed_error){.code = TFEED_PERMISSION_DENIED};
    return strcmp(folder, "sub/") == 0 ? TFEED_PERMISSION_DENIED : TFEED_NOT_FOUND;
}

Test(glob, folder_that_cannot_be_read_fails_and_one_that_is_not_there_does_not)
{
    struct fixture fixture;
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfi_paths paths = {.names = NULL};
    fixture_init(&fixture);
    struct tfeed_file_system denying = *fixture.files;
    denying.list = fail_to_list;
    cr_assert_eq(tfi_glob("other/*", TFI_GLOB_SHELL, &denying, &paths, &error), TFEED_OK);
    cr_assert_eq(error.code, TFEED_OK);
    tfi_paths_clear(&paths);
    cr_assert_eq(tfi_glob("sub/*", TFI_GLOB_SHELL, &denying, &paths, &error),
                 TFEED_PERMISSION_DENIED);
    cr_assert_eq(error.code, TFEED_PERMISSION_DENIED);
    tfi_paths_clear(&paths);
    fixture_clear(&fixture);
}

Test(glob, failing_allocations_leave_nothing)
{
    static const char *const patterns[] = {"*", "*/x?"};
    struct fixture fixture;
    fixture_init(&fixture);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_file_list list = {.n_files = 0};
        T_EXPECT_ALLOC_STATUS(
            tfi_files_match_tensorflow(patterns, 2, fixture.files, allocator, &list, NULL));
        tfeed_file_list_clear(&list);
    });
    fixture_clear(&fixture);
}
