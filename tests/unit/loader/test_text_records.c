/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_text_records.c - records that are JSON or lines of CSV: the rows of the same records as
 * serialized Examples, in every order, with any number of workers, resumed, and with bad ones among
 * them.
 *
 * Record r has the number r ("id"), 8 bytes of any value that are widened ("image"), and a name of
 * some of these bytes ("name").
 */
#include "tests/unit/loader/loader_fixture.h"

#include <tfeed/decode.h>

#include "core/base64_internal.h"

enum { AT_ID, AT_IMAGE, AT_NAME, N_COLUMNS, N_RECORDS = 500, N_FILES = 3, TEXT_BYTES = 512 };
enum form { EXAMPLES, JSON, CSV, N_FORMS };

static const char *const stems[N_FORMS] = {"examples", "json", "csv"};
static struct t_files files;
static struct tfeed_schema *schemas[N_FORMS];

/* -------------------------------------------------------------------- records */

static size_t name_len(int64_t id)
{
    return 1 + (size_t)id % IMAGE_BYTES;
}

static void get_image(int64_t id, uint8_t image[IMAGE_BYTES])
{
    for (size_t i = 0; i < IMAGE_BYTES; i++)
        image[i] = t_image(id, i);
}

static size_t put_quoted(char *to, const uint8_t *bytes, size_t n)
{
    size_t len = 0;
    to[len++] = '"';
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '"')
            to[len++] = '"';
        to[len++] = (char)bytes[i];
    }
    to[len++] = '"';
    return len;
}

static struct tfeed_bytes line_of(int64_t id, char text[TEXT_BYTES])
{
    uint8_t image[IMAGE_BYTES];
    get_image(id, image);
    size_t len = (size_t)snprintf(text, TEXT_BYTES, "%lld,", (long long)id);
    len += put_quoted(text + len, image, IMAGE_BYTES);
    text[len++] = ',';
    len += put_quoted(text + len, image, name_len(id));
    return (struct tfeed_bytes){(const uint8_t *)text, len, NULL};
}

static struct tfeed_bytes json_of(int64_t id, char text[TEXT_BYTES])
{
    uint8_t image[IMAGE_BYTES];
    char whole[16] = "";
    char part[16] = "";
    get_image(id, image);
    tfi_base64_encode(image, IMAGE_BYTES, whole);
    tfi_base64_encode(image, name_len(id), part);
    const int len = snprintf(text, TEXT_BYTES,
                             "{\"features\": {\"feature\": {\"image\": {\"bytesList\": {\"value\": "
                             "[\"%s\"]}}, \"id\": {\"int64List\": {\"value\": [\"%lld\"]}}, "
                             "\"name\": {\"bytesList\": {\"value\": [\"%s\"]}}}}}",
                             whole, (long long)id, part);
    return (struct tfeed_bytes){(const uint8_t *)text, (size_t)len, NULL};
}

static struct tfeed_bytes example_of(struct tfeed_example_builder *builder, int64_t id)
{
    uint8_t image[IMAGE_BYTES];
    struct tfeed_bytes record = {0};
    get_image(id, image);
    const struct tfeed_bytes name = {image, name_len(id), NULL};
    (void)t_example(builder, id);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "name", &name, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &record.data, &record.len, NULL), TFEED_OK);
    return record;
}

/* What no form takes. */
static const struct tfeed_bytes nonsense = {(const uint8_t *)"x{\"", 3, NULL};

/* Record `bad` is nonsense; -1: none. */
static void write_file(const char *path, enum form form, int64_t first, int64_t n, int64_t bad)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct tfeed_example_builder *builder;
    tfeed_record_writer_options_init(&options);
    options.file_system = tfeed_memory_files_system(files.memory);
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_OK);
    for (int64_t r = first; r < first + n; r++) {
        char text[TEXT_BYTES];
        const struct tfeed_bytes record = r == bad           ? nonsense
                                          : form == EXAMPLES ? example_of(builder, r)
                                          : form == JSON     ? json_of(r, text)
                                                             : line_of(r, text);
        cr_assert_eq(tfeed_record_writer_write(writer, record.data, record.len, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);
}

static void write_form(enum form form, const char *stem, int64_t bad)
{
    static const int64_t firsts[N_FILES + 1] = {0, 7, 300, N_RECORDS};
    for (int f = 0; f < N_FILES; f++) {
        char path[64];
        (void)snprintf(path, sizeof path, "%s-%d", stem, f);
        write_file(path, form, firsts[f], firsts[f + 1] - firsts[f], bad);
    }
}

static struct tfeed_schema *make_schema(enum form form, enum tfeed_dtype image)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *schema = t_schema(image);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "name", TFEED_STRING, &scalar, NULL), TFEED_OK);
    if (form == JSON)
        cr_assert_eq(tfeed_schema_set_json_records(schema, NULL), TFEED_OK);
    if (form == CSV)
        cr_assert_eq(tfeed_schema_set_csv_records(schema, NULL, NULL), TFEED_OK);
    return schema;
}

static void set_up(void)
{
    t_files_init(&files);
    for (enum form form = EXAMPLES; form < N_FORMS; form++) {
        write_form(form, stems[form], -1);
        schemas[form] = make_schema(form, TFEED_FLOAT);
    }
    write_form(JSON, "bad-json", 123);
    write_form(CSV, "bad-csv", 123);
}

static void tear_down(void)
{
    for (enum form form = EXAMPLES; form < N_FORMS; form++)
        tfeed_schema_unref(schemas[form]);
    t_files_clear(&files);
}

TestSuite(text_records, .init = set_up, .fini = tear_down, .timeout = 300);

/* ----------------------------------------------------------------------- rows */

static void check_row(const struct tfeed_tensor *image, const struct tfeed_tensor *name, int64_t id,
                      int64_t row)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(name)[row];
    uint8_t bytes[IMAGE_BYTES];
    cr_assert(id >= 0 && id < N_RECORDS);
    get_image(id, bytes);
    for (int i = 0; i < IMAGE_BYTES; i++)
        if (image->dtype == TFEED_FLOAT)
            cr_assert_eq(tfeed_tensor_floats(image)[row * IMAGE_BYTES + i],
                         (float)bytes[i] * 0.5F - 1);
        else
            cr_assert_eq(tfeed_tensor_uint8s(image)[row * IMAGE_BYTES + i], bytes[i]);
    cr_assert_eq(string->len, name_len(id));
    cr_assert_eq(memcmp(string->data, bytes, string->len), 0);
}

/* Checks the rows of batches to the end, or of so many, and puts down their ids; what stands after
 * them is *ret_state, to be freed. */
static size_t check_all(struct tfeed_loader *loader, size_t n_batches, int64_t *ids,
                        char **ret_state)
{
    struct tfeed_batch *batch;
    struct tfeed_error error = TFEED_ERROR_INIT;
    size_t n = 0;
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n_batches; i++) {
        status = tfeed_loader_next(loader, &batch, &error);
        if (status != TFEED_OK)
            break;
        for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++) {
            ids[n] = tfeed_batch_int64s(batch, AT_ID)[row];
            check_row(tfeed_batch_column(batch, AT_IMAGE), tfeed_batch_column(batch, AT_NAME),
                      ids[n++], row);
        }
        if (ret_state != NULL && i + 1 == n_batches) {
            struct tfeed_bytes text = {0};
            cr_assert_eq(tfeed_batch_state(batch, &text, NULL), TFEED_OK);
            *ret_state = malloc(text.len + 1);
            cr_assert_not_null(*ret_state);
            memcpy(*ret_state, text.data, text.len);
            (*ret_state)[text.len] = '\0';
            tfeed_block_unref(text.block);
        }
        tfeed_batch_unref(batch);
    }
    cr_assert(status == TFEED_OK || status == TFEED_OUT_OF_RANGE, "%s", error.message);
    return n;
}

static struct tfeed_loader_options options_of(enum tfeed_order order, int64_t n_workers)
{
    struct tfeed_loader_options options = t_options(&files);
    options.order = order;
    options.n_workers = n_workers;
    options.n_epochs = 2;
    if (order == TFEED_ORDER_FAST || order == TFEED_ORDER_TENSORFLOW)
        options.shuffle_records = 100;
    return options;
}

static struct tfeed_loader *open_form(enum form form, const struct tfeed_loader_options *options)
{
    char pattern[64];
    (void)snprintf(pattern, sizeof pattern, "%s-*", stems[form]);
    return t_open(pattern, schemas[form], options);
}

static void expect_resumed(enum form form, struct tfeed_loader_options options,
                           const int64_t *whole, size_t n)
{
    static int64_t parts[2 * N_RECORDS];
    char *state = NULL;
    struct tfeed_loader *loader = open_form(form, &options);
    const size_t n_first = check_all(loader, 33, parts, &state);
    tfeed_loader_close(loader);
    options.state = state;
    loader = open_form(form, &options);
    cr_assert_eq(n_first + check_all(loader, SIZE_MAX, parts + n_first, NULL), n);
    cr_assert_eq(memcmp(whole, parts, sizeof parts), 0);
    tfeed_loader_close(loader);
    free(state);
}

/* The same rows with any number of workers, resumed too; where the order does not come from the
 * length of the files, those that Examples give. */
static void expect_order(enum tfeed_order order)
{
    static const int64_t workers[] = {0, 1, 2, 7};
    static int64_t ids[N_FORMS][2 * N_RECORDS];
    static int64_t again[2 * N_RECORDS];
    const size_t n = (size_t)2 * N_RECORDS;
    for (enum form form = EXAMPLES; form < N_FORMS; form++)
        for (size_t w = 0; w < sizeof workers / sizeof workers[0]; w++) {
            const struct tfeed_loader_options options = options_of(order, workers[w]);
            struct tfeed_loader *loader = open_form(form, &options);
            cr_assert_eq(check_all(loader, SIZE_MAX, w == 0 ? ids[form] : again, NULL), n);
            tfeed_loader_close(loader);
            cr_assert(w == 0 || memcmp(ids[form], again, sizeof again) == 0);
            if (form != EXAMPLES)
                expect_resumed(form, options, ids[form], n);
        }
    for (enum form form = JSON; form < N_FORMS; form++) {
        cr_assert(t_is_complete(ids[form], n, N_RECORDS));
        cr_assert(order == TFEED_ORDER_FAST || memcmp(ids[form], ids[EXAMPLES], sizeof again) == 0);
    }
}

Test(text_records, files_have_the_rows_of_examples)
{
    expect_order(TFEED_ORDER_FILES);
}

Test(text_records, fast_order_has_all_rows)
{
    expect_order(TFEED_ORDER_FAST);
}

Test(text_records, global_order_has_the_rows_of_examples)
{
    expect_order(TFEED_ORDER_GLOBAL);
}

Test(text_records, tensorflow_order_has_the_rows_of_examples)
{
    expect_order(TFEED_ORDER_TENSORFLOW);
}

Test(text_records, columns_of_bytes_are_not_widened)
{
    static int64_t ids[2 * N_RECORDS];
    for (enum form form = JSON; form < N_FORMS; form++) {
        struct tfeed_schema *schema = make_schema(form, TFEED_UINT8);
        const struct tfeed_loader_options options = options_of(TFEED_ORDER_FAST, 2);
        char pattern[64];
        (void)snprintf(pattern, sizeof pattern, "%s-*", stems[form]);
        struct tfeed_loader *loader = t_open(pattern, schema, &options);
        cr_assert_eq(check_all(loader, SIZE_MAX, ids, NULL), (size_t)2 * N_RECORDS);
        tfeed_loader_close(loader);
        tfeed_schema_unref(schema);
    }
}

/* Lists of strings are kept with their batch. */
Test(text_records, json_has_columns_of_any_length)
{
    static int64_t ids[2 * N_RECORDS];
    struct tfeed_schema *schema = make_schema(JSON, TFEED_UINT8);
    cr_assert_eq(tfeed_schema_add_variable(schema, "nothing", TFEED_STRING, NULL), TFEED_OK);
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        const struct tfeed_loader_options options = options_of(TFEED_ORDER_FAST, n_workers);
        struct tfeed_loader *loader = t_open("json-*", schema, &options);
        cr_assert_eq(check_all(loader, SIZE_MAX, ids, NULL), (size_t)2 * N_RECORDS);
        tfeed_loader_close(loader);
    }
    tfeed_schema_unref(schema);
}

/* -------------------------------------------------------------------- bad ones */

static void expect_bad_left_out(enum form form, const char *pattern, enum tfeed_order order)
{
    static int64_t ids[2 * N_RECORDS];
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        struct tfeed_loader_options options = options_of(order, n_workers);
        struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
        options.on_error = TFEED_ON_ERROR_SKIP;
        options.n_epochs = 1;
        struct tfeed_loader *loader = t_open(pattern, schemas[form], &options);
        const size_t n = check_all(loader, SIZE_MAX, ids, NULL);
        cr_assert_eq(n, N_RECORDS - 1);
        for (size_t i = 0; i < n; i++)
            cr_assert_neq(ids[i], 123);
        tfeed_loader_statistics_get(loader, &statistics);
        cr_assert_eq(statistics.n_skipped, 1);
        tfeed_loader_close(loader);
    }
}

Test(text_records, records_that_do_not_parse_are_skipped_where_that_is_asked_for)
{
    expect_bad_left_out(JSON, "bad-json-*", TFEED_ORDER_FILES);
    expect_bad_left_out(CSV, "bad-csv-*", TFEED_ORDER_FILES);
    expect_bad_left_out(JSON, "bad-json-*", TFEED_ORDER_FAST);
    expect_bad_left_out(CSV, "bad-csv-*", TFEED_ORDER_FAST);
}

/* Record 123 is in the file of 7 to 299: what stands behind it is not read. */
static void expect_file_stopped(enum form form, const char *pattern, enum tfeed_order order)
{
    static int64_t ids[2 * N_RECORDS];
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        struct tfeed_loader_options options = options_of(order, n_workers);
        struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
        options.on_error = TFEED_ON_ERROR_STOP_FILE;
        options.n_epochs = 1;
        options.n_lanes = 1; /* one reads all of a file */
        struct tfeed_loader *loader = t_open(pattern, schemas[form], &options);
        const size_t n = check_all(loader, SIZE_MAX, ids, NULL);
        cr_assert_eq(n, 123 + N_RECORDS - 300, "%zu rows", n);
        for (size_t i = 0; i < n; i++)
            cr_assert(ids[i] < 123 || ids[i] >= 300);
        tfeed_loader_statistics_get(loader, &statistics);
        cr_assert_eq(statistics.n_skipped, 1);
        tfeed_loader_close(loader);
    }
}

Test(text_records, records_that_do_not_parse_end_their_file_where_that_is_asked_for)
{
    expect_file_stopped(JSON, "bad-json-*", TFEED_ORDER_FILES);
    expect_file_stopped(CSV, "bad-csv-*", TFEED_ORDER_FILES);
    expect_file_stopped(JSON, "bad-json-*", TFEED_ORDER_FAST);
    expect_file_stopped(CSV, "bad-csv-*", TFEED_ORDER_FAST);
}

static void expect_bad_named(enum form form, const char *path, const char *words)
{
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        const struct tfeed_loader_options options = options_of(TFEED_ORDER_FILES, n_workers);
        struct tfeed_error error = TFEED_ERROR_INIT;
        struct tfeed_batch *batch;
        tfeed_status status;
        struct tfeed_loader *loader = t_open(path, schemas[form], &options);
        while ((status = tfeed_loader_next(loader, &batch, &error)) == TFEED_OK)
            tfeed_batch_unref(batch);
        cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(error.message, path), "%s", error.message);
        cr_assert_not_null(strstr(error.message, words), "%s", error.message);
        cr_assert_neq(error.offset, TFEED_NOWHERE);
        tfeed_loader_close(loader);
    }
}

Test(text_records, a_record_that_does_not_parse_is_named)
{
    expect_bad_named(JSON, "bad-json-1", "Error while parsing JSON: Root element must be");
    expect_bad_named(CSV, "bad-csv-1", "Unquoted fields cannot have quotes/CRLFs inside");
}

/* Said when the loader is opened, not with its first batch. */
Test(text_records, columns_that_a_line_cannot_fill_are_refused_at_once)
{
    struct tfeed_schema *schema = make_schema(CSV, TFEED_UINT8);
    const struct tfeed_loader_options options = options_of(TFEED_ORDER_FILES, 0);
    struct tfeed_loader *loader;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_schema_add_variable(schema, "ids", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_loader_open("csv-*", schema, &options, &loader, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "(ids) has rows of any length"), "%s", error.message);
    tfeed_schema_unref(schema);
}

static bool wants_even(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return *(const int64_t *)record->row[AT_ID] % 2 == 0;
}

Test(text_records, filters_read_their_rows)
{
    static int64_t ids[2 * N_RECORDS];
    for (enum form form = JSON; form < N_FORMS; form++) {
        struct tfeed_loader_options options = options_of(TFEED_ORDER_FAST, 2);
        options.filter = wants_even;
        options.filter_reads_row = true;
        options.n_epochs = 1;
        struct tfeed_loader *loader = open_form(form, &options);
        const size_t n = check_all(loader, SIZE_MAX, ids, NULL);
        cr_assert_eq(n, N_RECORDS / 2);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(ids[i] % 2, 0);
        tfeed_loader_close(loader);
    }
}

/* -------------------------------------------------------------------- the map */

/* Checks what it is given, and makes the number another one; with 13 it says no. */
static tfeed_status add_thousand(const struct tfeed_loader_record *record, void *user_data,
                                 struct tfeed_error *reterr)
{
    const enum form form = *(const enum form *)user_data;
    const struct tfeed_bytes *name = record->row[AT_NAME];
    int64_t *id = record->row[AT_ID];
    char text[TEXT_BYTES];
    uint8_t bytes[IMAGE_BYTES];
    const struct tfeed_bytes written = form == JSON ? json_of(*id, text) : line_of(*id, text);
    get_image(*id, bytes);
    const bool is_as_written = record->view.len == written.len &&
                               memcmp(record->view.data, written.data, written.len) == 0 &&
                               name->len == name_len(*id) &&
                               memcmp(name->data, bytes, name->len) == 0;
    if (!is_as_written || *id == 13) {
        (void)snprintf(reterr->message, sizeof reterr->message, "%s",
                       is_as_written ? "unlucky" : "another record");
        return TFEED_INVALID_ARGUMENT;
    }
    *id += 1000;
    return TFEED_OK;
}

/* `schema` has the columns of the others, and perhaps lists behind them. */
static void expect_mapped(enum form form, struct tfeed_schema *schema)
{
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        struct tfeed_loader_options options = options_of(TFEED_ORDER_FILES, n_workers);
        struct tfeed_loader_statistics statistics = {.struct_size = sizeof statistics};
        char pattern[64];
        static int64_t ids[MAX_ROWS];
        options.n_epochs = 1;
        options.on_error = TFEED_ON_ERROR_SKIP;
        options.map_row = add_thousand;
        options.map_user_data = &form;
        (void)snprintf(pattern, sizeof pattern, "%s-*", stems[form]);
        struct tfeed_loader *loader = t_open(pattern, schema, &options);
        cr_assert_eq(t_drain(loader, ids, TFEED_OUT_OF_RANGE), (size_t)N_RECORDS - 1);
        for (int64_t i = 0; i < N_RECORDS - 1; i++)
            cr_assert_eq(ids[i], 1000 + i + (i >= 13));
        tfeed_loader_statistics_get(loader, &statistics);
        cr_assert_eq(statistics.n_skipped, 1);
        tfeed_loader_close(loader);
    }
}

Test(text_records, maps_see_the_text_and_its_row)
{
    struct tfeed_schema *with_lists = make_schema(JSON, TFEED_UINT8);
    cr_assert_eq(tfeed_schema_add_variable(with_lists, "nothing", TFEED_STRING, NULL), TFEED_OK);
    expect_mapped(CSV, schemas[CSV]);
    expect_mapped(JSON, schemas[JSON]);
    expect_mapped(JSON, with_lists);
    tfeed_schema_unref(with_lists);
}

/* ------------------------------------------------------------------ no memory */

/* A record that could not be parsed for want of memory is not a damaged one. */
Test(text_records, without_memory_no_record_is_skipped)
{
    write_file("few", JSON, 0, 12, -1);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_loader_options options = t_options(&files);
        struct tfeed_loader *loader = NULL;
        options.allocator = allocator;
        options.order = TFEED_ORDER_FILES;
        options.on_error = TFEED_ON_ERROR_SKIP;
        tfeed_status status = tfeed_loader_open("few", schemas[JSON], &options, &loader, NULL);
        if (status == TFEED_OK) {
            struct tfeed_batch *batch;
            size_t n = 0;
            while ((status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
                for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++, n++)
                    cr_assert_eq(tfeed_batch_int64s(batch, AT_ID)[row], (int64_t)n);
                tfeed_batch_unref(batch);
            }
            cr_assert(status == TFEED_RESOURCE_EXHAUSTED || n == 12, "%zu rows", n);
            tfeed_loader_close(loader);
        }
        cr_assert(status == TFEED_OUT_OF_RANGE || status == TFEED_RESOURCE_EXHAUSTED);
    });
}

static bool id_is_even(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    return *(const int64_t *)record->row[AT_ID] % 2 == 0;
}

/* Nor does it pass a filter that could not be asked. */
Test(text_records, without_memory_no_record_passes_unasked)
{
    const enum tfeed_order orders[] = {TFEED_ORDER_FILES, TFEED_ORDER_FAST, TFEED_ORDER_GLOBAL,
                                       TFEED_ORDER_TENSORFLOW};
    write_file("few", JSON, 0, 12, -1);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        T_FAIL_EACH_ALLOC(allocator, {
            struct tfeed_loader_options options = t_options(&files);
            struct tfeed_loader *loader = NULL;
            options.allocator = allocator;
            options.order = orders[i];
            options.shuffle_records = orders[i] == TFEED_ORDER_FILES ? 0 : 12;
            options.filter = id_is_even;
            options.filter_reads_row = true;
            tfeed_status status = tfeed_loader_open("few", schemas[JSON], &options, &loader, NULL);
            struct tfeed_batch *batch;
            int64_t n = 0;
            while (status == TFEED_OK &&
                   (status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
                for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++, n++)
                    cr_assert_eq(tfeed_batch_int64s(batch, AT_ID)[row] % 2, 0);
                tfeed_batch_unref(batch);
            }
            cr_assert(status == TFEED_RESOURCE_EXHAUSTED || n == 6, "%lld rows", (long long)n);
            cr_assert(status == TFEED_OUT_OF_RANGE || status == TFEED_RESOURCE_EXHAUSTED);
            tfeed_loader_close(loader);
        });
}
