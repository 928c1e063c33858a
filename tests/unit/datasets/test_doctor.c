/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_doctor.c - what this build can do on this machine.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "tests/support/support.h"

struct seen {
    size_t n;
    bool files_are_ok;
    bool has_checksums;
};

static void see(void *user_data, const struct tfeed_finding *finding)
{
    struct seen *seen = user_data;
    seen->n++;
    cr_assert_gt(strlen(finding->value), 0, "%s says nothing", finding->name);
    if (strcmp(finding->name, "files") == 0)
        seen->files_are_ok = finding->is_ok;
    if (strcmp(finding->name, "checksums") == 0)
        seen->has_checksums = finding->is_ok;
}

static size_t n_entries(const char *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    cr_assert_not_null(entries);
    while (readdir(entries) != NULL)
        n++;
    closedir(entries);
    return n;
}

Test(doctor, good_machine_is_found_good)
{
    struct t_temp_dir folder;
    struct seen seen = {0};
    t_temp_dir_init(&folder);
    cr_assert(tfeed_doctor(folder.path, see, &seen));
    cr_assert(seen.files_are_ok && seen.has_checksums);
    cr_assert_gt(seen.n, 8);
    cr_assert_eq(n_entries(folder.path), 2, "the file that was tried is still there");
    t_temp_dir_clear(&folder);
}

Test(doctor, folder_that_cannot_be_written_is_told)
{
    struct seen seen = {.files_are_ok = true};
    cr_assert_not(tfeed_doctor("/nowhere", see, &seen));
    cr_assert_not(seen.files_are_ok);
    cr_assert(seen.has_checksums);
}
