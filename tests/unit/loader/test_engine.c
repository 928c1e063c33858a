/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_engine.c - who does the work, who waits, what is said when; and that nothing is lost by it.
 */
#include <pthread.h>
#include <stddef.h>

#include "core/machine_internal.h"
#include "core/thread_internal.h"
#include "tests/unit/loader/loader_fixture.h"

enum { N_RECORDS = 995 };
static const int64_t counts[] = {400, 595};
static int64_t ids_a[MAX_ROWS], ids_b[MAX_ROWS];

static struct t_files files;
static struct tfeed_schema *schema;

static void set_up(void)
{
    files = (struct t_files){0};
    t_files_init(&files);
    t_write_files(&files, "part", counts, 2, TFEED_COMPRESSION_NONE);
    schema = t_schema(TFEED_FLOAT);
}

static void tear_down(void)
{
    tfeed_schema_unref(schema);
    t_files_clear(&files);
    T_EXPECT_NO_LEAKS(&(struct t_allocator){0});
}

TestSuite(engine, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

Test(engine, workers_change_nothing)
{
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 256;
    options.n_epochs = 3;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), 3 * N_RECORDS);
    tfeed_loader_close(loader);
    const int64_t n_workers[] = {1, 2, 7};
    for (size_t i = 0; i < 3; i++) {
        options.n_workers = n_workers[i];
        options.caller_helps = i != 1;
        loader = t_open("part-*", schema, &options);
        cr_assert_eq(tfeed_loader_n_workers(loader), n_workers[i]);
        cr_assert_eq(t_drain(loader, ids_b, TFEED_OUT_OF_RANGE), 3 * N_RECORDS);
        cr_assert_arr_eq(ids_a, ids_b, 3 * N_RECORDS * sizeof *ids_a);
        tfeed_loader_close(loader);
    }
}

Test(engine, the_end_comes_again_at_each_call)
{
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), N_RECORDS);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OUT_OF_RANGE);
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OUT_OF_RANGE);
    tfeed_loader_close(loader);
}

Test(engine, the_remainder_is_dropped_when_asked)
{
    struct tfeed_loader_options options = t_options(&files);
    options.drop_remainder = true;
    options.n_epochs = 2;
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2) {
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        for (int i = 0; i < 2 * 99; i++) {
            struct tfeed_batch *batch;
            cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
            cr_assert_eq(tfeed_batch_n_rows(batch), 10);
            cr_assert_eq(tfeed_batch_number(batch), i);
            cr_assert_eq(tfeed_batch_is_last_of_epoch(batch), i % 99 == 98, "batch %d", i);
            tfeed_batch_unref(batch);
        }
        struct tfeed_batch *batch;
        cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OUT_OF_RANGE);
        tfeed_loader_close(loader);
    }
}

Test(engine, holding_all_batches_is_an_error_that_consumes_nothing)
{
    struct tfeed_loader_options options = t_options(&files);
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2) {
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        struct tfeed_batch *batches[4];
        for (int i = 0; i < 4; i++)
            cr_assert_eq(tfeed_loader_next(loader, &batches[i], NULL), TFEED_OK);
        struct tfeed_batch *fifth;
        cr_assert_eq(tfeed_loader_next(loader, &fifth, NULL), TFEED_RESOURCE_EXHAUSTED);
        cr_assert_eq(tfeed_loader_next(loader, &fifth, NULL), TFEED_RESOURCE_EXHAUSTED);
        tfeed_batch_unref(batches[1]);
        cr_assert_eq(tfeed_loader_next(loader, &fifth, NULL), TFEED_OK);
        cr_assert_eq(tfeed_batch_int64s(fifth, 0)[0], 40);
        tfeed_batch_unref(fifth);
        tfeed_batch_unref(batches[0]);
        tfeed_loader_close(loader);
        /* the others outlive their loader */
        cr_assert_eq(tfeed_batch_int64s(batches[3], 0)[9], 39);
        cr_assert_str_eq(tfeed_batch_place(batches[3], 9).path, "part-00000");
        tfeed_batch_unref(batches[2]);
        tfeed_batch_unref(batches[3]);
    }
}

Test(engine, next_into_fills_the_columns_of_the_program)
{
    struct tfeed_loader_options options = t_options(&files);
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2) {
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        struct tfeed_tensor columns[2];
        cr_assert_eq(tfeed_schema_alloc_columns(schema, 10, NULL, columns, NULL), TFEED_OK);
        int64_t n_rows, next = 0;
        tfeed_status status;
        while ((status = tfeed_loader_next_into(loader, columns, &n_rows, NULL)) == TFEED_OK) {
            for (int64_t row = 0; row < n_rows; row++, next++) {
                cr_assert_eq(tfeed_tensor_int64s(&columns[0])[row], next);
                cr_assert_eq(tfeed_tensor_floats(&columns[1])[row * IMAGE_BYTES],
                             (float)t_image(next, 0) * 0.5f - 1.0f);
            }
        }
        cr_assert_eq(status, TFEED_OUT_OF_RANGE);
        cr_assert_eq(next, N_RECORDS);
        columns[0].shape.dims[0] = 9;
        cr_assert_eq(tfeed_loader_next_into(loader, columns, &n_rows, NULL),
                     TFEED_INVALID_ARGUMENT);
        columns[0].shape.dims[0] = 10;
        tfeed_tensor_clear(&columns[0]);
        tfeed_tensor_clear(&columns[1]);
        tfeed_loader_close(loader);
    }
}

/* A map that holds the first row until it is told to go on, and refuses it if it is told that. */
struct gate {
    struct tfi_mutex mutex; /* guards all that follows */
    struct tfi_condition changed;
    bool has_first, has_twentieth, goes_on, refuses, second_is_back;
};

static void gate_set(struct gate *gate, bool *what)
{
    tfi_mutex_lock(&gate->mutex);
    *what = true;
    tfi_condition_wake(&gate->changed, &gate->mutex);
    tfi_mutex_unlock(&gate->mutex);
}

/* False: not within `ms`. */
static bool gate_wait(struct gate *gate, const bool *what, int64_t ms)
{
    const int64_t deadline_ns = tfi_deadline_after_ms(ms);
    tfi_mutex_lock(&gate->mutex);
    while (!*what && tfi_condition_wait(&gate->changed, &gate->mutex, deadline_ns)) {}
    const bool is_set = *what;
    tfi_mutex_unlock(&gate->mutex);
    return is_set;
}

static tfeed_status hold_first_row(const struct tfeed_loader_record *record, void *user_data,
                                   struct tfeed_error *reterr)
{
    struct gate *gate = user_data;
    const int64_t id = *(const int64_t *)record->row[0];
    (void)reterr;
    if (id == 19)
        gate_set(gate, &gate->has_twentieth);
    if (id != 0)
        return TFEED_OK;
    gate_set(gate, &gate->has_first);
    cr_assert(gate_wait(gate, &gate->goes_on, TFEED_WAIT_FOREVER));
    return gate->refuses ? TFEED_ABORTED : TFEED_OK;
}

struct second_caller {
    struct tfeed_loader *loader;
    struct gate *gate;
    tfeed_status status;
    struct tfeed_batch *batch;
};

static void *call_second(void *argument)
{
    struct second_caller *caller = argument;
    caller->status = tfeed_loader_next(caller->loader, &caller->batch, NULL);
    gate_set(caller->gate, &caller->gate->second_is_back);
    return NULL;
}

static void *call_first_into(void *argument)
{
    struct second_caller *caller = argument;
    struct tfeed_tensor columns[2];
    int64_t n_rows;
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 10, NULL, columns, NULL), TFEED_OK);
    caller->status = tfeed_loader_next_into(caller->loader, columns, &n_rows, NULL);
    tfeed_tensor_clear(&columns[0]);
    tfeed_tensor_clear(&columns[1]);
    return NULL;
}

static void run_two_callers(bool refuses)
{
    struct gate gate = {.refuses = refuses};
    tfi_mutex_init(&gate.mutex);
    tfi_condition_init(&gate.changed);
    struct tfeed_loader_options options = t_options(&files);
    options.map_row = hold_first_row;
    options.map_user_data = &gate;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct second_caller first = {.loader = loader, .gate = &gate}, second = first;
    pthread_t threads[2];
    cr_assert_eq(pthread_create(&threads[0], NULL, call_first_into, &first), 0);
    cr_assert(gate_wait(&gate, &gate.has_first, TFEED_WAIT_FOREVER));
    cr_assert_eq(pthread_create(&threads[1], NULL, call_second, &second), 0);
    cr_assert(gate_wait(&gate, &gate.has_twentieth, TFEED_WAIT_FOREVER));
    cr_assert(!gate_wait(&gate, &gate.second_is_back, 50)); /* parsed, but not its turn */
    gate_set(&gate, &gate.goes_on);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    cr_assert_eq(first.status, refuses ? TFEED_ABORTED : TFEED_OK);
    cr_assert_eq(second.status, first.status, "%s", tfeed_status_name(second.status));
    if (!refuses) {
        struct tfeed_bytes last, of_batch;
        cr_assert_eq(tfeed_batch_int64s(second.batch, 0)[0], 10);
        cr_assert_eq(tfeed_loader_save_state(loader, &last, NULL), TFEED_OK);
        cr_assert_eq(tfeed_batch_state(second.batch, &of_batch, NULL), TFEED_OK);
        cr_assert_str_eq((const char *)last.data, (const char *)of_batch.data);
        tfeed_block_unref(last.block);
        tfeed_block_unref(of_batch.block);
        tfeed_batch_unref(second.batch);
    }
    tfeed_loader_close(loader);
    tfi_condition_clear(&gate.changed);
    tfi_mutex_clear(&gate.mutex);
}

Test(engine, a_batch_is_not_handed_out_before_one_that_goes_into_columns)
{
    run_two_callers(false);
    run_two_callers(true);
}

Test(engine, strings_outlive_loader_and_batch_where_they_are_copied_out)
{
    struct tfeed_schema *views = t_schema(TFEED_STRING);
    struct tfeed_loader_options options = t_options(&files);
    options.n_workers = 2;
    struct tfeed_loader *loader = t_open("part-*", views, &options);
    struct tfeed_tensor columns[2];
    cr_assert_eq(tfeed_schema_alloc_columns(views, 10, NULL, columns, NULL), TFEED_OK);
    int64_t n_rows;
    for (int i = 0; i < 5; i++)
        cr_assert_eq(tfeed_loader_next_into(loader, columns, &n_rows, NULL), TFEED_OK);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    tfeed_loader_close(loader);
    cr_assert_eq(tfeed_tensor_strings(&columns[1])[9].data[3], t_image(49, 3));
    cr_assert_eq(tfeed_batch_strings(batch, 1)[0].data[3], t_image(50, 3));
    tfeed_batch_unref(batch);
    tfeed_tensor_clear(&columns[0]);
    tfeed_tensor_clear(&columns[1]);
    tfeed_schema_unref(views);
}

Test(engine, timed_forms_need_somebody_who_works)
{
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_try_next(loader, &batch, NULL), TFEED_FAILED_PRECONDITION);
    tfeed_loader_close(loader);
    options.n_workers = 1;
    loader = t_open("part-*", schema, &options);
    cr_assert_eq(tfeed_loader_next_timed(loader, T_HANG_SECONDS * 1000, &batch, NULL), TFEED_OK);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
}

Test(engine, a_stop_cancels_and_stays)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_workers = 2;
    options.n_epochs = TFEED_EPOCHS_ENDLESS;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    tfeed_loader_stop(loader);
    struct tfeed_batch *other;
    cr_assert_eq(tfeed_loader_next(loader, &other, NULL), TFEED_CANCELLED);
    cr_assert_eq(tfeed_loader_next_timed(loader, 10, &other, NULL), TFEED_CANCELLED);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
}

/* Works for as long as lets a resting worker be called. */
static void stay_away(void)
{
    enum { AWAY_NS = 300000 };
    const int64_t end_ns = tfi_clock_now_ns() + AWAY_NS;
    while (tfi_clock_now_ns() < end_ns) {}
}

static int64_t as_many_workers_as_processors(void)
{
    return tfi_n_processors() > 1 ? tfi_n_processors() : 2;
}

Test(engine, a_worker_that_rests_is_called_when_the_program_stays_away)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_workers = as_many_workers_as_processors();
    options.n_epochs = 30;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct tfeed_batch *batch;
    tfeed_status status;
    int64_t n_rows = 0, n_batches = 0;
    while ((status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
        n_rows += tfeed_batch_n_rows(batch);
        tfeed_batch_unref(batch);
        if (++n_batches % 16 == 0)
            stay_away();
    }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    cr_assert_eq(n_rows, 30 * N_RECORDS);
    tfeed_loader_close(loader);
}

Test(engine, a_stop_ends_a_worker_that_rests)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_workers = as_many_workers_as_processors();
    options.n_epochs = TFEED_EPOCHS_ENDLESS;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    for (int i = 0; i < 100; i++) {
        struct tfeed_batch *batch;
        cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
        tfeed_batch_unref(batch);
    }
    tfeed_loader_close(loader);
}

/* A thread of the program's own. */
static void *lend(void *loader)
{
    return (void *)(intptr_t)tfeed_loader_work(loader, NULL);
}

Test(engine, threads_of_the_program_work)
{
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 256;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, lend, loader), 0);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), N_RECORDS);
    cr_assert(t_is_complete(ids_a, N_RECORDS, N_RECORDS));
    for (int i = 0; i < 2; i++) {
        void *status;
        cr_assert_eq(pthread_join(threads[i], &status), 0);
        cr_assert_eq((tfeed_status)(intptr_t)status, TFEED_OK);
    }
    tfeed_loader_close(loader);
}

/* Several callers at once; each marks what it gets. */
struct caller {
    struct tfeed_loader *loader;
    _Atomic int *n_seen; /* [N_RECORDS] */
};

static void *call(void *argument)
{
    struct caller *caller = argument;
    struct tfeed_batch *batch;
    tfeed_status status;
    while ((status = tfeed_loader_next(caller->loader, &batch, NULL)) == TFEED_OK) {
        for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
            atomic_fetch_add(&caller->n_seen[tfeed_batch_int64s(batch, 0)[row]], 1);
        tfeed_batch_unref(batch);
    }
    return (void *)(intptr_t)status;
}

Test(engine, several_callers_share_the_batches)
{
    static _Atomic int n_seen[N_RECORDS];
    struct tfeed_loader_options options = t_options(&files);
    options.shuffle_records = 256;
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2) {
        struct caller caller = {t_open("part-*", schema, &options), n_seen};
        pthread_t threads[3];
        for (int i = 0; i < 3; i++)
            cr_assert_eq(pthread_create(&threads[i], NULL, call, &caller), 0);
        for (int i = 0; i < 3; i++) {
            void *status;
            cr_assert_eq(pthread_join(threads[i], &status), 0);
            cr_assert_eq((tfeed_status)(intptr_t)status, TFEED_OUT_OF_RANGE);
        }
        tfeed_loader_close(caller.loader);
    }
    for (int i = 0; i < N_RECORDS; i++)
        cr_assert_eq(n_seen[i], 2);
}

Test(engine, a_thread_that_cannot_start_ends_the_others)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_workers = 4;
    struct tfeed_loader *loader = NULL;
    const int n_before = t_n_threads();
    tfi_thread_fail_starts(2, 1);
    cr_assert_eq(tfeed_loader_open("part-*", schema, &options, &loader, NULL),
                 TFEED_RESOURCE_EXHAUSTED);
    tfi_thread_fail_starts(0, 0);
    cr_assert_null(loader);
    cr_assert(t_n_threads_becomes(n_before));
}

/* ------------------------------------------------------------------------ callbacks */

static bool is_even(const struct tfeed_loader_record *record, void *user_data)
{
    cr_assert_null(record->row);
    (void)user_data;
    return record->view.record % 2 == 0;
}

static bool id_is_small(const struct tfeed_loader_record *record, void *user_data)
{
    return *(const int64_t *)record->row[0] < *(const int64_t *)user_data;
}

static tfeed_status negate_id(const struct tfeed_loader_record *record, void *user_data,
                              struct tfeed_error *reterr)
{
    int64_t *id = record->row[0];
    if (user_data != NULL && *id == *(const int64_t *)user_data) {
        snprintf(reterr->message, sizeof reterr->message, "not this one");
        return TFEED_ABORTED;
    }
    *id = -*id;
    return TFEED_OK;
}

Test(engine, a_filter_leaves_out_by_record_or_by_row)
{
    struct tfeed_loader_options options = t_options(&files);
    options.filter = is_even;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), 200 + 298);
    cr_assert_eq(ids_a[1], 2);
    uint64_t n;
    cr_assert_eq(tfeed_loader_n_batches(loader, &n, NULL), TFEED_FAILED_PRECONDITION);
    struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
    tfeed_loader_statistics_get(loader, &statistics);
    cr_assert_eq(statistics.n_filtered, N_RECORDS - 498);
    tfeed_loader_close(loader);

    int64_t limit = 17;
    options.filter = id_is_small;
    options.filter_user_data = &limit;
    options.filter_reads_row = true;
    options.shuffle_records = 256;
    loader = t_open("part-*", schema, &options);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), 17);
    cr_assert(t_is_complete(ids_a, 17, 17));
    tfeed_loader_close(loader);
}

Test(engine, a_map_changes_rows_and_its_error_stands_in_its_place)
{
    struct tfeed_loader_options options = t_options(&files);
    options.map_row = negate_id;
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers += 2) {
        options.map_user_data = NULL;
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        cr_assert_eq(t_drain(loader, ids_a, TFEED_OUT_OF_RANGE), N_RECORDS);
        for (int64_t i = 0; i < N_RECORDS; i++)
            cr_assert_eq(ids_a[i], -i);
        tfeed_loader_close(loader);

        int64_t bad = 555;
        options.map_user_data = &bad;
        loader = t_open("part-*", schema, &options);
        cr_assert_eq(t_drain(loader, ids_a, TFEED_ABORTED), 550);
        cr_assert_eq(t_drain(loader, ids_a, TFEED_ABORTED), 0);
        tfeed_loader_close(loader);
    }
}

Test(engine, records_come_along_when_asked)
{
    struct tfeed_loader_options options = t_options(&files);
    options.with_records = true;
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    struct tfeed_example_walk walk;
    const struct tfeed_bytes *record = &tfeed_batch_records(batch)[3];
    tfeed_example_walk_init(&walk, record->data, record->len);
    struct tfeed_feature_view feature;
    cr_assert_eq(tfeed_example_walk_next(&walk, &feature, NULL), TFEED_OK);
    int64_t id;
    tfeed_feature_int64s(&feature, &id);
    cr_assert_eq(id, 3);
    char key[32];
    const struct tfeed_row_place place = tfeed_batch_place(batch, 3);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "part-00000:%llu", (unsigned long long)place.offset);
    cr_assert_eq(tfeed_batch_key(batch, 3, key, sizeof key), strlen(wanted));
    cr_assert_str_eq(key, wanted);
    cr_assert_eq(tfeed_batch_key(batch, 10, key, sizeof key), 0);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
}

/* ------------------------------------------------------------------------ failures */

Test(engine, a_missing_feature_names_file_and_byte)
{
    struct tfeed_schema *other = t_schema(TFEED_FLOAT);
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    cr_assert_eq(tfeed_schema_add_fixed(other, "missing", TFEED_INT64, &scalar, NULL), TFEED_OK);
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_loader *loader = t_open("part-*", other, &options);
    struct tfeed_error error = TFEED_ERROR_INIT;
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "part-00000"), "%s", error.message);
    cr_assert_not_null(strstr(error.message, "missing"), "%s", error.message);
    tfeed_loader_close(loader);

    options.on_error = TFEED_ON_ERROR_SKIP;
    options.max_skipped = 20;
    loader = t_open("part-*", other, &options);
    cr_assert_eq(tfeed_loader_next(loader, &batch, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "max_skipped"), "%s", error.message);
    tfeed_loader_close(loader);
    tfeed_schema_unref(other);
}

/* The files, of which every open fails but the first few. */
static _Atomic int n_opens_left;
static const struct tfeed_file_system *whole_files;

static tfeed_status open_or_not(void *user_data, const char *path,
                                const struct tfeed_allocator *allocator, void **ret_input,
                                struct tfeed_error *reterr)
{
    if (atomic_fetch_sub(&n_opens_left, 1) > 0)
        return whole_files->open_input(user_data, path, allocator, ret_input, reterr);
    if (reterr != NULL)
        *reterr = (struct tfeed_error){.code = TFEED_UNAVAILABLE, .message = "not now"};
    return TFEED_UNAVAILABLE;
}

Test(engine, a_file_system_that_is_unavailable_is_an_error_not_a_wait)
{
    struct tfeed_loader_options options = t_options(&files);
    whole_files = options.file_system;
    struct tfeed_file_system failing = *whole_files;
    failing.open_input = open_or_not;
    options.file_system = &failing;
    options.order = TFEED_ORDER_FAST;
    options.shuffle_records = 256;
    enum { MANY = 1000 };
    atomic_store(&n_opens_left, MANY);
    tfeed_loader_close(t_open("part-*", schema, &options));
    const int n_of_open = MANY - atomic_load(&n_opens_left);
    for (options.n_workers = 0; options.n_workers <= 2; options.n_workers++) {
        atomic_store(&n_opens_left, n_of_open + 3);
        struct tfeed_loader *loader = t_open("part-*", schema, &options);
        cr_assert_leq(t_drain(loader, ids_a, TFEED_UNAVAILABLE), N_RECORDS);
        cr_assert_eq(t_drain(loader, ids_a, TFEED_UNAVAILABLE), 0);
        tfeed_loader_close(loader);
    }
}

Test(engine, all_batches_before_an_unavailable_file_come)
{
    struct tfeed_loader_options options = t_options(&files);
    whole_files = options.file_system;
    struct tfeed_file_system failing = *whole_files;
    failing.open_input = open_or_not;
    options.file_system = &failing;
    enum { MANY = 1000 };
    atomic_store(&n_opens_left, MANY);
    tfeed_loader_close(t_open("part-*", schema, &options));
    const int n_of_open = MANY - atomic_load(&n_opens_left);
    atomic_store(&n_opens_left, n_of_open + 1);
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_UNAVAILABLE), (size_t)counts[0]);
    cr_assert_eq(t_drain(loader, ids_a, TFEED_UNAVAILABLE), 0);
    tfeed_loader_close(loader);
}

Test(engine, a_shorter_statistics_struct_stays_as_short)
{
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_loader *loader = t_open("part-*", schema, &options);
    struct tfeed_loader_statistics statistics = {
        .struct_size = offsetof(struct tfeed_loader_statistics, n_levelled), .n_levelled = 99};
    for (int i = 0; i < 2; i++)
        tfeed_loader_statistics_get(loader, &statistics);
    cr_assert_eq(statistics.struct_size, offsetof(struct tfeed_loader_statistics, n_levelled));
    cr_assert_eq(statistics.n_levelled, 99);
    tfeed_loader_close(loader);
}

Test(engine, each_allocation_may_fail)
{
    static int64_t ids[MAX_ROWS];
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_loader_options options = t_options(&files);
        options.allocator = allocator;
        options.shuffle_records = 256;
        options.batch_size = 128;
        options.on_error = TFEED_ON_ERROR_SKIP;
        struct tfeed_loader *loader = NULL;
        tfeed_status status = tfeed_loader_open("part-*", schema, &options, &loader, NULL);
        struct tfeed_batch *batch;
        size_t n = 0;
        while (status == TFEED_OK &&
               (status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
            memcpy(ids + n, tfeed_batch_int64s(batch, 0),
                   (size_t)tfeed_batch_n_rows(batch) * sizeof *ids);
            n += (size_t)tfeed_batch_n_rows(batch);
            tfeed_batch_unref(batch);
        }
        tfeed_loader_close(loader);
        cr_assert_eq(status,
                     t_has_failed(&t_failing) ? TFEED_RESOURCE_EXHAUSTED : TFEED_OUT_OF_RANGE,
                     "allocation %zu failing gives %s", t_nth, tfeed_status_name(status));
        cr_assert(t_has_failed(&t_failing) || t_is_complete(ids, n, N_RECORDS));
    });
}
