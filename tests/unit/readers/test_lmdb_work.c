/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_lmdb_work.c - databases written by liblmdb; without it, that this is said.
 */
#include <criterion/criterion.h>

#include "tests/unit/readers/kind_fixture.h"

#ifdef TFI_HAVE_LMDB

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N_PAIRS = 10 };

/* A folder for a test, and a database in it. */
struct lmdb_fixture {
    struct kind_fixture kind;
    struct t_temp_dir dir;
    char path[T_PATH_BYTES];
};

/* Pairs "K0" "V0", … put in backwards. `flags`: MDB_NOSUBDIR or 0. */
static void put_database(const char *path, unsigned flags, int n_pairs)
{
    MDB_env *env;
    MDB_txn *transaction;
    MDB_dbi table;
    if (flags == 0)
        cr_assert_eq(mkdir(path, 0700), 0);
    cr_assert_eq(mdb_env_create(&env), 0);
    cr_assert_eq(mdb_env_open(env, path, flags | MDB_NOLOCK, 0600), 0);
    cr_assert_eq(mdb_txn_begin(env, NULL, 0, &transaction), 0);
    cr_assert_eq(mdb_dbi_open(transaction, NULL, 0, &table), 0);
    for (int i = n_pairs - 1; i >= 0; i--) {
        char key_text[16], value_text[16];
        MDB_val key = {(size_t)snprintf(key_text, sizeof key_text, "K%d", i), key_text};
        MDB_val value = {(size_t)snprintf(value_text, sizeof value_text, "V%d", i), value_text};
        cr_assert_eq(mdb_put(transaction, table, &key, &value, 0), 0);
    }
    cr_assert_eq(mdb_txn_commit(transaction), 0);
    mdb_env_close(env);
}

static void init_lmdb(struct lmdb_fixture *fixture)
{
    kind_init_text(&fixture->kind, "");
    t_temp_dir_init(&fixture->dir);
    (void)t_temp_path(&fixture->dir, "db", fixture->path);
    cr_assert_eq(tfeed_lmdb_reader_new(NULL, &fixture->kind.reader, NULL), TFEED_OK);
}

static void clear_lmdb(struct lmdb_fixture *fixture)
{
    char path[T_PATH_BYTES + 16];
    kind_clear(&fixture->kind);
    (void)snprintf(path, sizeof path, "%s/data.mdb", fixture->path);
    if (unlink(path) == 0)
        (void)rmdir(fixture->path);
    t_temp_dir_clear(&fixture->dir);
}

static void expect_pairs(struct kind_fixture *kind, int n_pairs)
{
    for (int i = 0; i < n_pairs; i++) {
        char key[16], value[16];
        (void)snprintf(key, sizeof key, "K%d", i);
        (void)snprintf(value, sizeof value, "V%d", i);
        expect_record(kind, key, value);
    }
}

Test(lmdb_work, file_gives_its_pairs_in_the_order_of_keys)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    kind_enqueue(&fixture.kind, fixture.path);
    kind_close_names(&fixture.kind);
    expect_pairs(&fixture.kind, N_PAIRS);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&fixture.kind, N_PAIRS, 1));
    clear_lmdb(&fixture);
}

Test(lmdb_work, folder_gives_the_same)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, 0, N_PAIRS);
    kind_enqueue(&fixture.kind, fixture.path);
    kind_close_names(&fixture.kind);
    expect_pairs(&fixture.kind, N_PAIRS);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_OUT_OF_RANGE);
    clear_lmdb(&fixture);
}

Test(lmdb_work, file_can_be_read_again_and_again)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    for (int i = 0; i < 3; i++)
        kind_enqueue(&fixture.kind, fixture.path);
    for (int i = 0; i < 3; i++)
        expect_pairs(&fixture.kind, N_PAIRS);
    clear_lmdb(&fixture);
}

Test(lmdb_work, two_readers_of_one_file_see_the_same)
{
    struct lmdb_fixture fixture, other;
    init_lmdb(&fixture);
    init_lmdb(&other);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    kind_enqueue(&fixture.kind, fixture.path);
    kind_enqueue(&other.kind, fixture.path);
    for (int i = 0; i < N_PAIRS; i++) {
        cr_assert_eq(kind_read(&fixture.kind), TFEED_OK);
        cr_assert_eq(kind_read(&other.kind), TFEED_OK);
        const struct tfeed_bytes *value = tfeed_tensor_strings(&other.kind.value);
        cr_assert(bytes_are(tfeed_tensor_strings(&fixture.kind.value), value->data, value->len));
    }
    clear_lmdb(&other);
    clear_lmdb(&fixture);
}

Test(lmdb_work, records_outlive_unit_and_reader)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    kind_enqueue(&fixture.kind, fixture.path);
    cr_assert_eq(kind_read_up_to(&fixture.kind, 100), TFEED_OK);
    cr_assert_eq(tfeed_tensor_n_elements(&fixture.kind.value), N_PAIRS);
    tfeed_reader_unref(fixture.kind.reader);
    fixture.kind.reader = NULL;
    cr_assert(bytes_are(&tfeed_tensor_strings(&fixture.kind.key)[9], "K9", 2));
    cr_assert(bytes_are(&tfeed_tensor_strings(&fixture.kind.value)[9], "V9", 2));
    clear_lmdb(&fixture);
}

Test(lmdb_work, keys_can_be_left_out)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    kind_enqueue(&fixture.kind, fixture.path);
    cr_assert_eq(tfeed_reader_read_up_to(fixture.kind.reader, fixture.kind.names, 4, NULL,
                                         &fixture.kind.value, NULL),
                 TFEED_OK);
    cr_assert(bytes_are(&tfeed_tensor_strings(&fixture.kind.value)[3], "V3", 2));
    clear_lmdb(&fixture);
}

Test(lmdb_work, empty_database_is_a_unit_without_records)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, 0);
    kind_enqueue(&fixture.kind, fixture.path);
    kind_close_names(&fixture.kind);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_OUT_OF_RANGE);
    cr_assert(counters_are(&fixture.kind, 0, 1));
    clear_lmdb(&fixture);
}

Test(lmdb_work, missing_file_is_reported_once)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    kind_enqueue(&fixture.kind, "/nowhere/at/all");
    kind_close_names(&fixture.kind);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_NOT_FOUND);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_OUT_OF_RANGE);
    clear_lmdb(&fixture);
}

static void expect_damage(const void *data, size_t len)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    t_write_file(fixture.path, data, len);
    kind_enqueue(&fixture.kind, fixture.path);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_DATA_LOSS, "%zu bytes: %s", len,
                 fixture.kind.error.message);
    clear_lmdb(&fixture);
}

Test(lmdb_work, file_that_is_no_database_is_damage)
{
    static const char other[10000] = "something else";
    expect_damage("", 0);
    expect_damage("short", 5);
    expect_damage(other, sizeof other);
}

Test(lmdb_work, database_that_was_cut_is_damage)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    cr_assert_eq(truncate(fixture.path, 2 * 4096), 0);
    kind_enqueue(&fixture.kind, fixture.path);
    cr_assert_eq(kind_read(&fixture.kind), TFEED_DATA_LOSS);
    cr_assert_not_null(strstr(fixture.kind.error.message, "truncated"));
    clear_lmdb(&fixture);
}

Test(lmdb_work, no_memory_is_reported)
{
    struct lmdb_fixture fixture;
    init_lmdb(&fixture);
    put_database(fixture.path, MDB_NOSUBDIR, N_PAIRS);
    tfeed_reader_unref(fixture.kind.reader);
    T_FAIL_EACH_ALLOC(allocator, {
        fixture.kind.reader = NULL;
        tfeed_status status = tfeed_lmdb_reader_new(allocator, &fixture.kind.reader, NULL);
        kind_enqueue(&fixture.kind, fixture.path);
        if (status == TFEED_OK)
            status = kind_read(&fixture.kind);
        T_EXPECT_ALLOC_STATUS(status);
        kind_clear_records(&fixture.kind);
        tfeed_reader_unref(fixture.kind.reader);
    });
    fixture.kind.reader = NULL;
    clear_lmdb(&fixture);
}

#else

Test(lmdb_work, build_without_lmdb_says_so)
{
    struct tfeed_reader *reader = NULL;
    struct tfeed_error error;
    cr_assert_eq(tfeed_lmdb_reader_new(NULL, &reader, &error), TFEED_UNIMPLEMENTED);
    cr_assert_not_null(strstr(error.message, "liblmdb-dev"));
    cr_assert_null(reader);
}

#endif
