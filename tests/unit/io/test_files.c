/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_files.c - names, patterns and file sets: what they stand for, in which order, and when not.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tfeed/files.h>

#include "tests/support/support.h"

/* Files in memory; a local folder where a test asks for one. */
struct fixture {
    struct tfeed_memory_files *memory;
    struct tfeed_files_options options;
    struct tfeed_file_list list;
    struct tfeed_error error;
    char text[1024]; /* the paths found, each with a blank behind it */
};

static void fixture_init(struct fixture *fixture, const char *names)
{
    *fixture = (struct fixture){.error = TFEED_ERROR_INIT};
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->memory, NULL), TFEED_OK);
    tfeed_files_options_init(&fixture->options);
    fixture->options.file_system = tfeed_memory_files_system(fixture->memory);
    char copy[512];
    (void)snprintf(copy, sizeof copy, "%s", names);
    char *rest = copy;
    for (char *name; (name = strsep(&rest, " ")) != NULL;)
        cr_assert_eq(tfeed_memory_files_put(fixture->memory, name, "1234", 4, NULL), TFEED_OK);
}

static void fixture_clear(struct fixture *fixture)
{
    tfeed_file_list_clear(&fixture->list);
    tfeed_memory_files_free(fixture->memory);
    cr_assert_not(t_has_leaks());
}

static tfeed_status match(struct fixture *fixture, const char *a, const char *b)
{
    const char *const names[] = {a, b};
    tfeed_file_list_clear(&fixture->list);
    return tfeed_files_match(names, b != NULL ? 2 : 1, &fixture->options, &fixture->list,
                             &fixture->error);
}

/* `b` may be NULL. */
static void expect_found(struct fixture *fixture, const char *a, const char *b,
                         const char *expected)
{
    cr_assert_eq(match(fixture, a, b), TFEED_OK, "%s: %s", a, fixture->error.message);
    size_t len = 0;
    fixture->text[0] = '\0';
    for (size_t i = 0; i < fixture->list.n_files; i++)
        len += (size_t)snprintf(fixture->text + len, sizeof fixture->text - len, "%s ",
                                fixture->list.paths[i]);
    cr_assert_str_eq(fixture->text, expected);
}

static void expect_failure(struct fixture *fixture, const char *name, tfeed_status status,
                           const char *message)
{
    cr_assert_eq(match(fixture, name, NULL), status);
    cr_assert_eq(fixture->error.code, status);
    cr_assert_str_eq(fixture->error.message, message);
    cr_assert_eq(fixture->list.n_files, 0);
}

Test(files, name_is_that_file_with_its_size)
{
    struct fixture fixture;
    fixture_init(&fixture, "a b");
    expect_found(&fixture, "b", NULL, "b ");
    cr_assert_eq(fixture.list.sizes[0], 4);
    fixture_clear(&fixture);
}

Test(files, name_that_is_not_there_is_left_to_whoever_opens_it)
{
    struct fixture fixture;
    fixture_init(&fixture, "a");
    expect_found(&fixture, "absent", NULL, "absent ");
    cr_assert_eq(fixture.list.sizes[0], TFEED_SIZE_UNKNOWN);
    fixture_clear(&fixture);
}

Test(files, pattern_is_sorted_by_byte_value)
{
    struct fixture fixture;
    fixture_init(&fixture, "d/b d/a d/C d/10 d/9 e/a");
    expect_found(&fixture, "d/*", NULL, "d/10 d/9 d/C d/a d/b ");
    expect_found(&fixture, "?/[ab]", NULL, "d/a d/b e/a ");
    fixture_clear(&fixture);
}

Test(files, names_keep_their_order_and_doubles_go)
{
    struct fixture fixture;
    fixture_init(&fixture, "a b c");
    expect_found(&fixture, "c", "*", "c a b ");
    expect_found(&fixture, "[bc]", "[ab]", "b c a ");
    expect_found(&fixture, "b", "b", "b ");
    fixture_clear(&fixture);
}

Test(files, pattern_never_meets_folders_index_and_temporary_files)
{
    struct fixture fixture;
    fixture_init(&fixture, "d/a d/a.tfidx d/.a.tfeed-12345678 d/sub/x d/.hidden");
    expect_found(&fixture, "d/*", NULL, "d/a ");
    expect_found(&fixture, "d/.*", NULL, "d/.hidden ");
    expect_found(&fixture, "d/a.tfidx", NULL, "d/a.tfidx ");
    fixture_clear(&fixture);
}

Test(files, star_does_not_meet_a_slash)
{
    struct fixture fixture;
    fixture_init(&fixture, "a/x a/b/x");
    expect_failure(&fixture, "a*x", TFEED_NOT_FOUND, "a*x: no file matches");
    expect_found(&fixture, "a/*", NULL, "a/x ");
    fixture_clear(&fixture);
}

Test(files, name_of_a_file_is_no_pattern)
{
    struct fixture fixture;
    fixture_init(&fixture, "[ab] a b me@3.tf");
    expect_found(&fixture, "[ab]", NULL, "[ab] ");
    expect_found(&fixture, "[a-b]", NULL, "a b ");
    expect_found(&fixture, "me@3.tf", NULL, "me@3.tf ");
    fixture_clear(&fixture);
}

Test(files, pattern_that_meets_nothing_is_not_found)
{
    struct fixture fixture;
    fixture_init(&fixture, "a");
    expect_failure(&fixture, "z*", TFEED_NOT_FOUND, "z*: no file matches");
    expect_failure(&fixture, "nowhere/*", TFEED_NOT_FOUND, "nowhere/*: no file matches");
    expect_failure(&fixture, "a/*", TFEED_NOT_FOUND, "a/*: no file matches");
    fixture_clear(&fixture);
}

Test(files, set_mark_stands_for_all_files_in_order)
{
    struct fixture fixture;
    fixture_init(&fixture, "d/p-00001-of-00003.tf d/p-00000-of-00003.tf d/p-00002-of-00003.tf");
    expect_found(&fixture, "d/p@3.tf", NULL,
                 "d/p-00000-of-00003.tf d/p-00001-of-00003.tf d/p-00002-of-00003.tf ");
    cr_assert_eq(fixture.list.sizes[2], 4);
    expect_found(&fixture, "d/p@3.tf", "d/*",
                 "d/p-00000-of-00003.tf d/p-00001-of-00003.tf d/p-00002-of-00003.tf ");
    fixture_clear(&fixture);
}

Test(files, incomplete_set_names_the_missing_file)
{
    static const char missing[] = "p-00001-of-00003: missing: the set has 3 files";
    struct fixture fixture;
    fixture_init(&fixture, "p-00000-of-00003 p-00002-of-00003");
    expect_failure(&fixture, "p@3", TFEED_NOT_FOUND, missing);
    expect_failure(&fixture, "p-*", TFEED_NOT_FOUND, missing);
    expect_failure(&fixture, "*0-of-*", TFEED_NOT_FOUND, missing);
    expect_failure(&fixture, "*2-of-*", TFEED_NOT_FOUND, missing);
    expect_found(&fixture, "p-00002-of-00003", NULL, "p-00002-of-00003 ");
    fixture_clear(&fixture);
}

Test(files, incomplete_set_is_what_is_there_where_that_is_allowed)
{
    struct fixture fixture;
    fixture_init(&fixture, "p-00000-of-00003 p-00002-of-00003");
    fixture.options.allow_incomplete = true;
    expect_found(&fixture, "p@3", NULL, "p-00000-of-00003 p-00002-of-00003 ");
    expect_found(&fixture, "p-*", NULL, "p-00000-of-00003 p-00002-of-00003 ");
    expect_failure(&fixture, "p@4", TFEED_NOT_FOUND, "p@4: no file of the set is there");
    fixture_clear(&fixture);
}

Test(files, pattern_may_meet_a_part_of_a_whole_set)
{
    struct fixture fixture;
    fixture_init(&fixture, "p-00000-of-00003 p-00001-of-00003 p-00002-of-00003");
    expect_found(&fixture, "*-0000[12]-*", NULL, "p-00001-of-00003 p-00002-of-00003 ");
    fixture_clear(&fixture);
}

Test(files, sets_that_lie_mixed_are_told_apart)
{
    struct fixture fixture;
    fixture_init(&fixture, "p-00000-of-00002.a p-00000-of-00002.b p-00001-of-00002.a");
    expect_failure(&fixture, "p-*", TFEED_NOT_FOUND,
                   "p-00001-of-00002.b: missing: the set has 2 files");
    fixture_clear(&fixture);
}

Test(files, number_beyond_its_set_is_an_ordinary_name)
{
    struct fixture fixture;
    fixture_init(&fixture, "p-00003-of-00003 p-0001-of-00003 p-00001-of-0002x");
    expect_found(&fixture, "p*", NULL, "p-00001-of-0002x p-00003-of-00003 p-0001-of-00003 ");
    fixture_clear(&fixture);
}

Test(files, impossible_sets_are_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, "a");
    expect_failure(&fixture, "p@0.tf", TFEED_INVALID_ARGUMENT,
                   "p@0.tf: a set has 1 to 99999 files");
    expect_failure(&fixture, "p@100000", TFEED_INVALID_ARGUMENT,
                   "p@100000: a set has 1 to 99999 files");
    expect_failure(&fixture, "p@99999999999999999999", TFEED_INVALID_ARGUMENT,
                   "p@99999999999999999999: a set has 1 to 99999 files");
    fixture_clear(&fixture);
}

Test(files, empty_lists_and_names_are_refused)
{
    struct fixture fixture;
    fixture_init(&fixture, "a");
    cr_assert_eq(tfeed_files_match(NULL, 0, &fixture.options, &fixture.list, &fixture.error),
                 TFEED_INVALID_ARGUMENT);
    expect_failure(&fixture, "", TFEED_INVALID_ARGUMENT, "the name of a file is empty");
    fixture.options.struct_size = 1;
    cr_assert_eq(match(&fixture, "a", NULL), TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

Test(files, file_system_that_cannot_look_takes_names_only)
{
    struct fixture fixture;
    fixture_init(&fixture, "a");
    struct tfeed_file_system blind = *fixture.options.file_system;
    blind.look = NULL;
    blind.list = NULL;
    fixture.options.file_system = &blind;
    expect_found(&fixture, "p@2", "a", "p-00000-of-00002 p-00001-of-00002 a ");
    cr_assert_eq(match(&fixture, "*", NULL), TFEED_UNIMPLEMENTED);
    fixture_clear(&fixture);
}

Test(files, local_files_are_found)
{
    struct fixture fixture;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES], pattern[T_PATH_BYTES];
    fixture_init(&fixture, "a");
    fixture.options.file_system = NULL;
    t_temp_dir_init(&dir);
    t_write_file(t_temp_path(&dir, "b", path), "12", 2);
    cr_assert_eq(mkdir(t_temp_path(&dir, "c", path), 0777), 0);
    t_write_file(t_temp_path(&dir, "a", path), "", 0);
    cr_assert_eq(mkfifo(t_temp_path(&dir, "d", path), 0666), 0);

    cr_assert_eq(match(&fixture, t_temp_path(&dir, "*", pattern), NULL), TFEED_OK);
    cr_assert_eq(fixture.list.n_files, 3);
    cr_assert_str_eq(fixture.list.paths[2], path);
    cr_assert_eq(fixture.list.sizes[0], 0);
    cr_assert_eq(fixture.list.sizes[1], 2);
    cr_assert_eq(fixture.list.sizes[2], TFEED_SIZE_UNKNOWN);
    cr_assert_eq(match(&fixture, t_temp_path(&dir, "b/*", pattern), NULL), TFEED_NOT_FOUND);
    cr_assert_eq(chdir(dir.path), 0);
    expect_found(&fixture, "[ab]", NULL, "a b ");
    cr_assert_eq(chdir("/"), 0);
    t_temp_dir_clear(&dir);
    fixture_clear(&fixture);
}

Test(files, folder_that_cannot_be_read_is_reported)
{
    struct fixture fixture;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
    if (geteuid() == 0)
        cr_skip_test("root may read every folder");
    fixture_init(&fixture, "a");
    fixture.options.file_system = NULL;
    t_temp_dir_init(&dir);
    cr_assert_eq(mkdir(t_temp_path(&dir, "shut", path), 0), 0);
    cr_assert_eq(match(&fixture, t_temp_path(&dir, "shut/*", path), NULL), TFEED_PERMISSION_DENIED);
    t_temp_dir_clear(&dir);
    fixture_clear(&fixture);
}

Test(files, standard_input_is_a_name)
{
    struct fixture fixture;
    fixture_init(&fixture, "a");
    fixture.options.file_system = NULL;
    expect_found(&fixture, "-", NULL, "- ");
    cr_assert_eq(fixture.list.sizes[0], TFEED_SIZE_UNKNOWN);
    fixture_clear(&fixture);
}

Test(files, failing_allocations_leave_nothing)
{
    static const char *const names[] = {"d/*", "p@2", "absent", "d/a"};
    struct fixture fixture;
    fixture_init(&fixture, "d/a d/b p-00000-of-00002 p-00001-of-00002 d/q-00000-of-00001");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_file_list list = {.n_files = 0};
        fixture.options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(tfeed_files_match(names, 4, &fixture.options, &list, NULL));
        tfeed_file_list_clear(&list);
    });
    fixture_clear(&fixture);
}
