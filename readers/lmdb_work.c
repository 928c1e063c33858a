/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * lmdb_work.c - the reader of LMDB databases: keys and values in the order of the keys.
 *
 * A database is a folder with a data.mdb or a single file; it is mapped, and keys and values are
 * views of the map. The block that they hold ends the transaction and the map with its last
 * reference, long after the unit if need be. No lock is taken, so that read-only folders work:
 * nobody may write into the database meanwhile.
 */
#include "core/error_internal.h"
#include "readers/reader_private.h"

#ifdef TFI_HAVE_LMDB

#include <errno.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"

/* An open database, until its block's last reference goes. */
struct database {
    const struct tfeed_allocator *allocator;
    MDB_env *env;
    MDB_txn *transaction;
    MDB_cursor *cursor;
};

struct lmdb_work {
    const struct tfeed_allocator *allocator;
    const char *path; /* of the unit in progress; borrowed */
    struct database *database;
    struct tfeed_block *block; /* keeps it */
};

static void close_database(void *object)
{
    struct database *database = object;
    if (database == NULL)
        return;
    if (database->cursor != NULL)
        mdb_cursor_close(database->cursor);
    if (database->transaction != NULL)
        mdb_txn_abort(database->transaction);
    if (database->env != NULL)
        mdb_env_close(database->env);
    tfi_free(database->allocator, database);
}

/* What liblmdb says: an errno, or a number of its own, which is damage but for a few. */
static tfeed_status fail_lmdb(const char *path, int result, struct tfeed_error *reterr)
{
    if (result == ENOMEM)
        return tfi_fail_memory(reterr, "an LMDB database");
    if (result > 0 && result != EINVAL) /* EINVAL: shorter than a header */
        return tfi_fail_errno(reterr, result, path, "open as an LMDB database");
    return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "is no LMDB database, or damaged: %s",
                       result > 0 ? "too short" : mdb_strerror(result));
}

/* A file that was cut short would fault where its map is touched. */
static tfeed_status check_size(MDB_env *env, const char *path, struct tfeed_error *reterr)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat about;
    int fd = -1;
    (void)mdb_env_info(env, &info); /* fail only for arguments that are NULL */
    (void)mdb_env_stat(env, &stat);
    (void)mdb_env_get_fd(env, &fd);
    if (fstat(fd, &about) != 0)
        return tfi_fail_errno(reterr, errno, path, "stat");
    const uint64_t expected = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
    if ((uint64_t)about.st_size < expected)
        return tfi_fail_at(reterr, TFEED_DATA_LOSS, path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "truncated LMDB database: %ju bytes of %ju", (uintmax_t)about.st_size,
                           (uintmax_t)expected);
    return TFEED_OK;
}

/* The transaction may end in another thread than it began: MDB_NOTLS. */
static tfeed_status open_database(struct database *database, const char *path,
                                  struct tfeed_error *reterr)
{
    struct stat about;
    MDB_dbi table;
    if (stat(path, &about) != 0)
        return tfi_fail_errno(reterr, errno, path, "open");
    const bool is_folder = S_ISDIR(about.st_mode);
    if (!is_folder && about.st_size == 0) /* ENOENT to liblmdb */
        return fail_lmdb(path, EINVAL, reterr);
    const unsigned flags = MDB_RDONLY | MDB_NOTLS | MDB_NOLOCK | (is_folder ? 0 : MDB_NOSUBDIR);
    int result = mdb_env_create(&database->env);
    if (result == 0)
        result = mdb_env_open(database->env, path, flags, 0);
    if (result != 0)
        return fail_lmdb(path, result, reterr);
    TFI_TRY(check_size(database->env, path, reterr));
    result = mdb_txn_begin(database->env, NULL, MDB_RDONLY, &database->transaction);
    if (result == 0)
        result = mdb_dbi_open(database->transaction, NULL, 0, &table);
    if (result == 0)
        result = mdb_cursor_open(database->transaction, table, &database->cursor);
    return result == 0 ? TFEED_OK : fail_lmdb(path, result, reterr);
}

static tfeed_status begin_database(void *object, const struct tfeed_bytes *unit,
                                   struct tfeed_error *reterr)
{
    struct lmdb_work *work = object;
    work->path = (const char *)unit->data;
    struct database *database = tfi_alloc_zeroed(work->allocator, 1, sizeof *database);
    if (database == NULL)
        return tfi_fail_memory(reterr, "an LMDB database");
    database->allocator = work->allocator;
    tfeed_status status = open_database(database, work->path, reterr);
    if (status == TFEED_OK)
        status = tfi_block_wrap(work->allocator, 0, close_database, database, &work->block, reterr);
    if (status != TFEED_OK) {
        close_database(database);
        return status;
    }
    work->database = database;
    return TFEED_OK;
}

static tfeed_status read_pairs(void *object, size_t max_records, struct tfi_reader_run *run,
                               struct tfeed_error *reterr)
{
    struct lmdb_work *work = object;
    int result = 0;
    size_t n = 0;
    while (n < max_records) {
        MDB_val key, value;
        result = mdb_cursor_get(work->database->cursor, &key, &value, MDB_NEXT);
        if (result != 0)
            break;
        run->keys[n] = (struct tfeed_bytes){key.mv_data, key.mv_size, work->block};
        run->values[n] = (struct tfeed_bytes){value.mv_data, value.mv_size, work->block};
        n++;
    }
    tfi_block_ref_n(work->block, 2 * n);
    run->n_records = n;
    if (n > 0)
        return TFEED_OK; /* what ended the run is met again */
    if (result == MDB_NOTFOUND)
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more records");
    return fail_lmdb(work->path, result, reterr);
}

static void end_database(void *object)
{
    struct lmdb_work *work = object;
    tfeed_block_unref(work->block);
    work->block = NULL;
    work->database = NULL;
}

static void free_work(void *object)
{
    struct lmdb_work *work = object;
    tfi_free(work->allocator, work);
}

tfeed_status tfeed_lmdb_reader_new(const struct tfeed_allocator *allocator,
                                   struct tfeed_reader **ret_reader, struct tfeed_error *reterr)
{
    static const struct tfi_reader_functions functions = {
        .name = "LMDBReader",
        .key = TFI_KEY_OWN,
        .begin = begin_database,
        .read = read_pairs,
        .end = end_database,
        .free = free_work,
    };
    struct lmdb_work *work = tfi_alloc_zeroed(allocator, 1, sizeof *work);
    if (work == NULL)
        return tfi_fail_memory(reterr, "a reader");
    work->allocator = allocator;
    return tfi_reader_new(&functions, work, allocator, ret_reader, reterr);
}

#else

tfeed_status tfeed_lmdb_reader_new(const struct tfeed_allocator *allocator,
                                   struct tfeed_reader **ret_reader, struct tfeed_error *reterr)
{
    (void)allocator;
    (void)ret_reader;
    return tfi_fail(reterr, TFEED_UNIMPLEMENTED,
                    "tfeed was built without LMDB: install the package liblmdb-dev and build it "
                    "again");
}

#endif
