/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_fixture.h - an order over files in memory, driven as the engine drives it: draws, and fills
 * that are claimed, run and settled in any interleaving.
 *
 * Record r of file f holds "f:r" and then bytes up to its length. What an order gave is noted as
 * (epoch, file, record), and compared as such.
 */
#ifndef T_ORDER_FIXTURE_H
#define T_ORDER_FIXTURE_H

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error_internal.h"
#include "loader/loader_private.h"
#include "tests/support/record_bytes.h"
#include "tests/support/support.h"

enum { T_MAX_FILES = 16, T_MAX_ROWS = 40000, T_MAX_SHARDS = 8 };

struct t_row {
    uint64_t epoch;
    uint64_t record;
    uint32_t file;
};

struct t_rows {
    struct t_row rows[T_MAX_ROWS];
    size_t n;
};

struct fixture {
    struct tfeed_memory_files *files;
    const char *paths[T_MAX_FILES];
    char names[T_MAX_FILES][16];
    size_t n_files;
    bool has_examples; /* records are Examples with a "label", see t_label */
    struct tfeed_loader_options options;
    const struct tfeed_allocator *allocator; /* of set, pool and order */
    int64_t n_epochs;

    struct file_set set;
    struct window_pool *pool;
    struct admission *admission;
    _Atomic bool stop;
    struct order_plan plan;
    struct order *order;

    int n_ahead; /* 0: fills only as needed, by the caller; else so many at a time, side by side */
    uint32_t random;
    uint64_t serial;
    struct order_state state; /* what `note` keeps */
    struct order_state_sizes sizes;

    uint64_t n_skipped; /* of all draws */
    uint64_t n_filtered;
    uint64_t n_ends_of_epoch;
    struct tfeed_error error;
};

static inline uint32_t t_random(struct fixture *fixture)
{
    uint32_t x = fixture->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return fixture->random = x;
}

/* --- files ------------------------------------------------------------------------------------ */

static inline void fixture_init(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    cr_assert_eq(tfeed_memory_files_new(NULL, &fixture->files, NULL), TFEED_OK);
    tfeed_loader_options_init(&fixture->options);
    fixture->options.file_system = tfeed_memory_files_system(fixture->files);
    fixture->options.n_workers = 0;
    fixture->options.budget_bytes = INT64_C(1) << 30;
    fixture->n_epochs = 1;
    fixture->random = 2463534242u;
}

/* A growing file of any number of records. */
struct t_file {
    uint8_t *data;
    size_t len;
    size_t room;
    size_t offset; /* of the last record */
};

static inline void t_file_add(struct t_file *file, const void *payload, size_t len)
{
    struct t_record_bytes bytes;
    t_record_bytes_init(&bytes);
    t_record_bytes_add(&bytes, payload, len);
    if (file->len + bytes.len > file->room) {
        file->room = 2 * (file->len + bytes.len);
        file->data = realloc(file->data, file->room);
        cr_assert_not_null(file->data);
    }
    memcpy(file->data + file->len, bytes.data, bytes.len);
    file->offset = file->len;
    file->len += bytes.len;
    t_record_bytes_clear(&bytes);
}

static inline size_t t_payload(uint32_t file, uint64_t record, size_t len, char *payload)
{
    const size_t n = (size_t)snprintf(payload, 32, "%u:%llu|", file, (unsigned long long)record);
    if (len < n)
        len = n;
    for (size_t i = n; i < len; i++)
        payload[i] = (char)t_pattern((unsigned)(file + record), i);
    return len;
}

static inline int64_t t_label(uint32_t file, uint64_t record)
{
    return (int64_t)file * 10000 + (int64_t)record;
}

/* An Example with one number below 2^21 under "label". */
static inline size_t t_example(uint32_t file, uint64_t record, char *payload)
{
    enum { VALUE_AT = 17 };
    static const char head[VALUE_AT + 1] = "\x0a\x12\x0a\x10\x0a\x05label\x12\x07\x1a\x05\x0a\x03";
    const int64_t label = t_label(file, record);
    memcpy(payload, head, VALUE_AT);
    payload[VALUE_AT] = (char)((label & 0x7f) | 0x80);
    payload[VALUE_AT + 1] = (char)((label >> 7 & 0x7f) | 0x80);
    payload[VALUE_AT + 2] = (char)(label >> 14 & 0x7f);
    return VALUE_AT + 3;
}

/* How a file is damaged or packed. */
struct t_shape {
    size_t n_records;
    size_t record_bytes; /* of record r: up to r % 7 more */
    int64_t bad_payload; /* this record; -1: none */
    int64_t bad_length;
    bool gzip;
};

static inline void fixture_add_file(struct fixture *fixture, const struct t_shape *shape)
{
    const uint32_t index = (uint32_t)fixture->n_files++;
    struct t_file file = {0};
    char *payload = malloc(shape->record_bytes + 64);
    cr_assert_not_null(payload);
    for (size_t r = 0; r < shape->n_records; r++) {
        const size_t len = fixture->has_examples
                               ? t_example(index, r, payload)
                               : t_payload(index, r, shape->record_bytes + r % 7, payload);
        t_file_add(&file, payload, len);
        if ((int64_t)r == shape->bad_payload)
            file.data[file.offset + 12] ^= 1;
        if ((int64_t)r == shape->bad_length)
            file.data[file.offset + 3] ^= 1;
    }
    free(payload);
    (void)snprintf(fixture->names[index], sizeof fixture->names[index], "part-%02u", index);
    fixture->paths[index] = fixture->names[index];
    size_t len = file.len;
    uint8_t *packed = shape->gzip ? t_deflate(file.data, file.len, 31, &len) : NULL;
    cr_assert_eq(tfeed_memory_files_put(fixture->files, fixture->names[index],
                                        packed != NULL ? packed : file.data, len, NULL),
                 TFEED_OK);
    free(packed);
    free(file.data);
}

/* Good files of so many records each; 0 ends the list. */
static inline void fixture_add_files(struct fixture *fixture, const size_t *counts, size_t n,
                                     size_t record_bytes, bool gzip)
{
    for (size_t i = 0; i < n; i++)
        fixture_add_file(fixture, &(struct t_shape){.n_records = counts[i],
                                                    .record_bytes = record_bytes,
                                                    .bad_payload = -1,
                                                    .bad_length = -1,
                                                    .gzip = gzip});
}

/* --- orders ----------------------------------------------------------------------------------- */

static inline tfeed_status fixture_open_set(struct fixture *fixture)
{
    fixture->options.allocator = fixture->allocator;
    const tfeed_status status = file_set_init(&fixture->set, fixture->paths, fixture->n_files,
                                              &fixture->options, &fixture->error);
    fixture->set.stop = &fixture->stop;
    return status;
}

/* The set, and the order where the states say. */
static inline tfeed_status fixture_open(struct fixture *fixture,
                                        const struct order_functions *functions,
                                        const struct order_state *const *states, size_t n_states)
{
    tfeed_status status = fixture_open_set(fixture);
    if (status != TFEED_OK)
        return status;
    fixture->options.n_workers = fixture->n_ahead;
    status = admission_new(&fixture->options, 7, NULL, &fixture->admission, &fixture->error);
    if (status != TFEED_OK)
        return status;
    fixture->pool = window_pool_new(fixture->allocator, NULL);
    if (fixture->pool == NULL)
        return TFEED_RESOURCE_EXHAUSTED;
    fixture->plan = (struct order_plan){
        .options = &fixture->options,
        .allocator = fixture->allocator,
        .set = &fixture->set,
        .seed = (uint64_t)fixture->options.seed,
        .admission = fixture->admission,
        .pool = fixture->pool,
        .stop = &fixture->stop,
        .n_epochs = fixture->n_epochs,
        .has_workers = fixture->n_ahead > 0,
    };
    status = functions->make(&fixture->plan, states, n_states, &fixture->order, &fixture->error);
    if (status != TFEED_OK)
        return status;
    functions->state_sizes(fixture->order, &fixture->sizes);
    return order_state_init(&fixture->state, NULL, &fixture->sizes, &fixture->error);
}

static inline void fixture_close(struct fixture *fixture)
{
    if (fixture->order != NULL)
        fixture->order->functions->free(fixture->order);
    fixture->order = NULL;
    window_pool_unref(fixture->pool);
    fixture->pool = NULL;
    admission_free(fixture->admission);
    fixture->admission = NULL;
    file_set_clear(&fixture->set);
    order_state_clear(&fixture->state, NULL);
}

static inline void fixture_clear(struct fixture *fixture)
{
    fixture_close(fixture);
    tfeed_memory_files_free(fixture->files);
}

/* Claims, runs and settles one fill or several; false: there is none. */
static inline bool fixture_fill(struct fixture *fixture)
{
    enum { MAX_FILLS = 32 };
    struct order *order = fixture->order;
    struct fill *fills[MAX_FILLS];
    const int n_most = fixture->n_ahead > 0 ? fixture->n_ahead : 1;
    int n = 0;
    while (n < n_most && n < MAX_FILLS &&
           (fills[n] = order->functions->claim(order, fixture->n_ahead == 0)) != NULL)
        n++;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0, left = n; left > 0; left--, i++) {
            const int chosen = i + (int)(t_random(fixture) % (unsigned)left);
            struct fill *fill = fills[chosen];
            fills[chosen] = fills[i];
            fills[i] = fill;
            if (pass == 0)
                order->functions->fill_run(fill);
            else
                order->functions->fill_settle(fill);
        }
    return n > 0;
}

static inline void fixture_note(struct fixture *fixture, const struct row *rows, size_t n,
                                uint64_t epoch, struct t_rows *noted)
{
    for (size_t i = 0; i < n; i++) {
        char text[32];
        const struct row *row = &rows[i];
        const int len = snprintf(text, sizeof text, "%u:%llu|", row->place.file,
                                 (unsigned long long)row->place.record);
        cr_assert(fixture->has_examples || (row->bytes.len >= (size_t)len &&
                                            memcmp(row->bytes.data, text, (size_t)len) == 0),
                  "row %zu is not record %s", noted->n, text);
        cr_assert_lt(noted->n, T_MAX_ROWS);
        noted->rows[noted->n++] =
            (struct t_row){.epoch = epoch, .record = row->place.record, .file = row->place.file};
    }
}

/* One batch; its rows are added to `noted`. */
static inline tfeed_status fixture_draw(struct fixture *fixture, uint32_t n_wanted,
                                        struct t_rows *noted, bool *ret_ends_epoch)
{
    struct row *rows = calloc(n_wanted, sizeof *rows);
    cr_assert_not_null(rows);
    struct draw draw = {.rows = rows, .n_wanted = n_wanted, .serial = ++fixture->serial};
    tfeed_status status;
    fixture->error.code = TFEED_OK;
    while ((status = fixture->order->functions->draw(fixture->order, &draw, &fixture->error)) ==
               TFEED_UNAVAILABLE &&
           fixture->error.code == TFEED_OK)
        if (!fixture_fill(fixture)) {
            status = TFEED_RESOURCE_EXHAUSTED;
            break;
        }
    fixture_note(fixture, rows, draw.n_rows, draw.epoch, noted);
    for (uint32_t i = 0; i < draw.n_windows; i++)
        row_window_unref(draw.windows[i]);
    free(draw.windows);
    free(rows);
    fixture->n_skipped += draw.n_skipped;
    fixture->n_filtered += draw.n_filtered;
    fixture->n_ends_of_epoch += draw.ends_epoch;
    *ret_ends_epoch = draw.ends_epoch;
    if (status == TFEED_OK) {
        cr_assert(draw.n_rows == n_wanted || draw.ends_epoch, "a short draw ends an epoch");
        cr_assert_eq(fixture->error.code, TFEED_OK, "an error that stands behind is left");
    } else {
        cr_assert_lt(draw.n_rows, n_wanted, "a full draw is lost to an error");
    }
    return status;
}

/* All batches; the status that ended them. */
static inline tfeed_status fixture_draw_all(struct fixture *fixture, uint32_t batch,
                                            struct t_rows *noted)
{
    tfeed_status status;
    bool ends_epoch;
    while ((status = fixture_draw(fixture, batch, noted, &ends_epoch)) == TFEED_OK)
        ;
    return status;
}

/* --- reads that fail ---------------------------------------------------------------------------
 *
 * In short pieces, so that there are many, and without a map; from one of them on all fail. */

static const struct tfeed_file_system *t_whole_files;
static int t_n_reads_left;
static tfeed_status t_read_says;

static inline tfeed_status t_read_or_not(void *input, uint64_t offset, void *data, size_t len,
                                         size_t *ret_len, struct tfeed_error *reterr)
{
    enum { PIECE_BYTES = 700 };
    if (t_n_reads_left-- <= 0)
        return tfi_fail(reterr, t_read_says, "no more reads");
    return t_whole_files->read(input, offset, data, len < PIECE_BYTES ? len : PIECE_BYTES, ret_len,
                               reterr);
}

/* The rows that come, one a batch, up to the read that fails. False: the order did not open. */
static inline bool fixture_draw_until_failure(struct fixture *fixture,
                                              const struct order_functions *functions, int n_reads,
                                              tfeed_status says, struct t_rows *rows)
{
    bool ends_epoch;
    rows->n = 0;
    t_n_reads_left = n_reads;
    t_read_says = says;
    fixture->random = 1;
    const bool is_open = fixture_open(fixture, functions, NULL, 0) == TFEED_OK;
    if (is_open) {
        const tfeed_status status = fixture_draw_all(fixture, 1, rows);
        cr_assert_eq(status, t_n_reads_left >= 0 ? TFEED_OUT_OF_RANGE : says, "%s",
                     fixture->error.message);
        cr_assert_eq(fixture_draw(fixture, 1, rows, &ends_epoch), status, "it stays");
    }
    fixture_close(fixture);
    return is_open;
}

/* UNAVAILABLE, which also says that windows are missing, takes no row away that another error
 * leaves. */
static inline void fixture_expect_unavailable_is_as_any_error(
    struct fixture *fixture, const struct order_functions *functions)
{
    struct t_rows *rows = calloc(1, sizeof *rows), *expected = calloc(1, sizeof *expected);
    cr_assert(rows != NULL && expected != NULL);
    struct tfeed_file_system failing = *fixture->options.file_system;
    t_whole_files = fixture->options.file_system;
    failing.read = t_read_or_not;
    fixture->options.file_system = &failing;
    fixture->options.map = TFEED_MAP_NEVER;
    int n_opened = 0;
    size_t n_before = 0;
    for (int n_reads = 0; n_reads == 0 || t_n_reads_left < 0; n_reads++) {
        const bool opens =
            fixture_draw_until_failure(fixture, functions, n_reads, TFEED_ABORTED, expected);
        cr_assert_eq(
            fixture_draw_until_failure(fixture, functions, n_reads, TFEED_UNAVAILABLE, rows),
            opens);
        cr_assert_eq(rows->n, expected->n, "after %d reads %zu rows, expected %zu", n_reads,
                     rows->n, expected->n);
        cr_assert_geq(rows->n, n_before);
        n_before = rows->n;
        n_opened += opens;
    }
    cr_assert_gt(n_opened, 10, "hardly anything was tried");
    free(rows);
    free(expected);
}

static inline void fixture_save(struct fixture *fixture)
{
    fixture->order->functions->save(fixture->order, &fixture->state);
    cr_assert_leq(fixture->state.n_lanes, fixture->sizes.n_lanes);
    cr_assert_leq(fixture->state.n_queue, fixture->sizes.n_queue);
    cr_assert_leq(fixture->state.n_rest, fixture->sizes.n_rest);
}

/* A copy of the state, with arrays of its own. */
static inline struct order_state *fixture_take_state(struct fixture *fixture)
{
    struct order_state *copy = calloc(1, sizeof *copy);
    cr_assert_not_null(copy);
    fixture_save(fixture);
    cr_assert_eq(order_state_init(copy, NULL, &fixture->sizes, NULL), TFEED_OK);
    order_state_copy(copy, &fixture->state);
    return copy;
}

static inline void t_state_free(struct order_state *state)
{
    order_state_clear(state, NULL);
    free(state);
}

/* --- comparing -------------------------------------------------------------------------------- */

static inline struct t_rows *t_rows_new(void)
{
    struct t_rows *rows = calloc(1, sizeof *rows);
    cr_assert_not_null(rows);
    return rows;
}

static inline void t_expect_same_rows(const struct t_rows *found, size_t first,
                                      const struct t_rows *expected, size_t expected_first)
{
    cr_assert_eq(found->n - first, expected->n - expected_first, "%zu rows, expected %zu",
                 found->n - first, expected->n - expected_first);
    for (size_t i = 0; first + i < found->n; i++) {
        const struct t_row *one = &found->rows[first + i];
        const struct t_row *other = &expected->rows[expected_first + i];
        cr_assert(one->epoch == other->epoch && one->file == other->file &&
                      one->record == other->record,
                  "row %zu is %u:%llu of epoch %llu, expected %u:%llu of epoch %llu", i, one->file,
                  (unsigned long long)one->record, (unsigned long long)one->epoch, other->file,
                  (unsigned long long)other->record, (unsigned long long)other->epoch);
    }
}

static inline int t_compare_rows(const void *a, const void *b)
{
    const struct t_row *one = a;
    const struct t_row *other = b;
    if (one->epoch != other->epoch)
        return one->epoch < other->epoch ? -1 : 1;
    if (one->file != other->file)
        return one->file < other->file ? -1 : 1;
    return (one->record > other->record) - (one->record < other->record);
}

static inline void t_sort_rows(struct t_rows *rows)
{
    qsort(rows->rows, rows->n, sizeof rows->rows[0], t_compare_rows);
}

/* Every record of the files, once in each epoch. `rows` is sorted by this. */
static inline void t_expect_all_once(struct t_rows *rows, const size_t *counts, size_t n_files,
                                     uint64_t n_epochs)
{
    size_t at = 0;
    t_sort_rows(rows);
    for (uint64_t epoch = 0; epoch < n_epochs; epoch++)
        for (uint32_t file = 0; file < n_files; file++)
            for (uint64_t record = 0; record < counts[file]; record++, at++) {
                cr_assert_lt(at, rows->n, "rows are missing from %u:%llu on", file,
                             (unsigned long long)record);
                const struct t_row *row = &rows->rows[at];
                cr_assert(row->epoch == epoch && row->file == file && row->record == record,
                          "found %u:%llu of epoch %llu where %u:%llu of epoch %llu was expected",
                          row->file, (unsigned long long)row->record,
                          (unsigned long long)row->epoch, file, (unsigned long long)record,
                          (unsigned long long)epoch);
            }
    cr_assert_eq(at, rows->n, "%zu rows too many", rows->n - at);
}

#endif
