/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_name_table.c - names that are found, taken, removed, and more of them than there were
 * buckets. Threads against each other are stress_names.
 */
#include <criterion/criterion.h>

#include <stdio.h>

#include "core/name_table_internal.h"
#include "tests/support/support.h"

enum { N_MANY = 1000, NAME_BYTES = 16 };

struct named {
    struct tfi_name_entry entry;
    char name[NAME_BYTES];
};

static struct tfi_name_table *table;

static void set_up(void)
{
    cr_assert_eq(tfi_name_table_new(NULL, &table, NULL), TFEED_OK);
}

static void tear_down(void)
{
    tfi_name_table_free(table);
    cr_assert_not(t_has_leaks());
}

TestSuite(name_table, .init = set_up, .fini = tear_down);

static const struct tfi_name_entry *find(const char *name)
{
    tfi_name_table_read_begin(table);
    const struct tfi_name_entry *entry = tfi_name_table_find(table, name);
    tfi_name_table_read_end(table);
    return entry;
}

Test(name_table, name_is_found_from_adding_to_removing)
{
    struct tfi_name_entry entry = {.name = "queue"};
    cr_assert_null(find("queue"));
    cr_assert_eq(tfi_name_table_add(table, &entry), &entry);
    cr_assert_eq(find("queue"), &entry);
    cr_assert_null(find("queu"));
    cr_assert_null(find("queue2"));
    cr_assert_null(find(""));
    tfi_name_table_remove(table, &entry);
    tfi_name_table_wait_for_readers(table);
    cr_assert_null(find("queue"));
}

Test(name_table, taken_name_keeps_its_entry)
{
    struct tfi_name_entry first = {.name = "a"}, second = {.name = "a"};
    cr_assert_eq(tfi_name_table_add(table, &first), &first);
    cr_assert_eq(tfi_name_table_add(table, &second), &first);
    cr_assert_eq(find("a"), &first);
    tfi_name_table_remove(table, &first);
    cr_assert_eq(tfi_name_table_add(table, &second), &second);
    tfi_name_table_remove(table, &second);
}

Test(name_table, found_entry_outlives_its_removal_until_the_reading_ends)
{
    struct tfi_name_entry entry = {.name = "a"};
    (void)tfi_name_table_add(table, &entry);
    tfi_name_table_read_begin(table);
    tfi_name_table_read_begin(table); /* they nest */
    const struct tfi_name_entry *found = tfi_name_table_find(table, "a");
    tfi_name_table_read_end(table);
    tfi_name_table_remove(table, &entry);
    cr_assert_str_eq(found->name, "a");
    cr_assert_null(tfi_name_table_find(table, "a"));
    tfi_name_table_read_end(table);
    tfi_name_table_wait_for_readers(table);
}

Test(name_table, many_names_of_all_lengths_are_told_apart)
{
    static struct named named[N_MANY];
    for (size_t i = 0; i < N_MANY; i++) {
        (void)snprintf(named[i].name, NAME_BYTES, "%0*zu", (int)(3 + i % 12), i);
        named[i].entry.name = named[i].name;
        cr_assert_eq(tfi_name_table_add(table, &named[i].entry), &named[i].entry);
    }
    for (size_t i = 0; i < N_MANY; i++)
        cr_assert_eq(find(named[i].name), &named[i].entry);
    for (size_t i = 0; i < N_MANY; i++)
        tfi_name_table_remove(table, &named[i].entry);
    tfi_name_table_wait_for_readers(table);
    cr_assert_null(find(named[0].name));
}

Test(name_table, each_failing_allocation_is_resource_exhausted)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_name_table *other = NULL;
        T_EXPECT_ALLOC_STATUS(tfi_name_table_new(allocator, &other, NULL));
        tfi_name_table_free(other);
    });
}
