/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_file_system.c - which table an option stands for, and which tables are refused.
 */
#include <criterion/criterion.h>

#include "io/io_internal.h"
#include "tests/support/scripted_files.h"

Test(file_system, null_is_local_files)
{
    const struct tfeed_file_system *files = NULL;
    cr_assert_eq(tfi_file_system_resolve(NULL, &files, NULL), TFEED_OK);
    cr_assert_eq(files, tfeed_local_files());
    cr_assert_str_eq(files->name, "local");
}

Test(file_system, complete_table_is_taken)
{
    struct t_scripted_files scripted;
    const struct tfeed_file_system *files = NULL;
    t_scripted_files_init(&scripted, NULL, 0);
    cr_assert_eq(tfi_file_system_resolve(&scripted.table, &files, NULL), TFEED_OK);
    cr_assert_eq(files, &scripted.table);
    scripted.table.open_output = NULL; /* one that can only be read */
    scripted.table.write = NULL;
    cr_assert_eq(tfi_file_system_resolve(&scripted.table, &files, NULL), TFEED_OK);
}

static void expect_refused(const struct t_scripted_files *scripted)
{
    const struct tfeed_file_system *files = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfi_file_system_resolve(&scripted->table, &files, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_null(files);
}

Test(file_system, table_that_cannot_read_is_refused)
{
    struct t_scripted_files scripted;
    t_scripted_files_init(&scripted, NULL, 0);
    scripted.table.input_size = NULL;
    expect_refused(&scripted);
}

Test(file_system, table_that_opens_outputs_but_cannot_end_them_is_refused)
{
    struct t_scripted_files scripted;
    t_scripted_files_init(&scripted, NULL, 0);
    scripted.table.discard = NULL;
    expect_refused(&scripted);
}

Test(file_system, table_that_lists_but_cannot_look_is_refused)
{
    struct t_scripted_files scripted;
    t_scripted_files_init(&scripted, NULL, 0);
    scripted.table.list = tfeed_local_files()->list;
    expect_refused(&scripted);
}

Test(file_system, table_of_unknown_size_is_refused)
{
    struct t_scripted_files scripted;
    t_scripted_files_init(&scripted, NULL, 0);
    scripted.table.struct_size = 8;
    expect_refused(&scripted);
}
