/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_growing_columns.c - batches whose columns hold any number of values in each row.
 *
 * Record r has the id r, a list of r % 7 numbers r * 10 + k, and r % 3 texts "r".
 */
#include "tests/unit/loader/loader_fixture.h"

enum { N_RECORDS = 500, ID = 0, LIST = 1, TEXTS = 2, N_COLUMNS = 3, MOST_NUMBERS = 6 };

static struct t_files files;
static struct tfeed_schema *schema;

static struct tfeed_bytes list_example(struct tfeed_example_builder *builder, int64_t id)
{
    int64_t numbers[MOST_NUMBERS];
    struct tfeed_bytes texts[2];
    char text[24];
    const int n_text = snprintf(text, sizeof text, "%lld", (long long)id);
    for (int64_t k = 0; k < id % 7; k++)
        numbers[k] = id * 10 + k;
    for (int64_t k = 0; k < id % 3; k++)
        texts[k] = (struct tfeed_bytes){(const uint8_t *)text, (size_t)n_text, NULL};
    tfeed_example_builder_clear(builder);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "id", &id, 1, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_int64(builder, "list", numbers, (size_t)(id % 7), NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_example_builder_add_bytes(builder, "texts", texts, (size_t)(id % 3), NULL),
                 TFEED_OK);
    struct tfeed_bytes record = {0};
    cr_assert_eq(tfeed_example_builder_finish(builder, &record.data, &record.len, NULL), TFEED_OK);
    return record;
}

static void set_up(void)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    t_files_init(&files);
    files.n_records = N_RECORDS;
    struct tfeed_record_writer_options options;
    tfeed_record_writer_options_init(&options);
    options.file_system = tfeed_memory_files_system(files.memory);
    struct tfeed_record_writer *writer;
    struct tfeed_example_builder *builder;
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_open("lists", &options, &writer, NULL), TFEED_OK);
    for (int64_t id = 0; id < N_RECORDS; id++) {
        const struct tfeed_bytes record = list_example(builder, id);
        cr_assert_eq(tfeed_record_writer_write(writer, record.data, record.len, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);

    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "id", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "list", TFEED_INT64, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_variable(schema, "texts", TFEED_STRING, NULL), TFEED_OK);
}

static void tear_down(void)
{
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

TestSuite(growing_columns, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

static void check_list(const struct tfeed_batch *batch, int64_t row, int64_t id)
{
    const int64_t *splits = tfeed_tensor_int64s(tfeed_batch_row_splits(batch, LIST, 0));
    cr_assert_eq(splits[row + 1] - splits[row], id % 7);
    for (int64_t k = 0; k < id % 7; k++)
        cr_assert_eq(tfeed_batch_int64s(batch, LIST)[splits[row] + k], id * 10 + k);
}

static void check_texts(const struct tfeed_batch *batch, int64_t row, int64_t id)
{
    const int64_t *splits = tfeed_tensor_int64s(tfeed_batch_row_splits(batch, TEXTS, 0));
    char text[24];
    const int n_text = snprintf(text, sizeof text, "%lld", (long long)id);
    cr_assert_eq(splits[row + 1] - splits[row], id % 3);
    for (int64_t k = splits[row]; k < splits[row + 1]; k++) {
        const struct tfeed_bytes *found = &tfeed_batch_strings(batch, TEXTS)[k];
        cr_assert_eq(found->len, (size_t)n_text);
        cr_assert_arr_eq(found->data, text, found->len);
    }
}

/* Checks all batches; returns the rows. */
static int64_t check_all(struct tfeed_loader *loader)
{
    int64_t n_rows = 0;
    struct tfeed_batch *batch;
    tfeed_status status;
    while ((status = tfeed_loader_next(loader, &batch, NULL)) == TFEED_OK) {
        const int64_t *ids = tfeed_batch_int64s(batch, ID);
        cr_assert_not_null(tfeed_batch_columns(batch));
        for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++) {
            check_list(batch, row, ids[row]);
            check_texts(batch, row, ids[row]);
        }
        n_rows += tfeed_batch_n_rows(batch);
        tfeed_batch_unref(batch);
    }
    cr_assert_eq(status, TFEED_OUT_OF_RANGE);
    return n_rows;
}

Test(growing_columns, lists_come_with_their_row_splits)
{
    struct tfeed_loader_options options = t_options(&files);
    options.n_epochs = 2;
    for (options.n_workers = 0; options.n_workers < 3; options.n_workers++) {
        for (options.shuffle_records = 0; options.shuffle_records < 200;
             options.shuffle_records += 100) {
            struct tfeed_loader *loader = t_open("lists", schema, &options);
            cr_assert_eq(check_all(loader), 2 * N_RECORDS);
            tfeed_loader_close(loader);
        }
    }
}

static bool is_long(const struct tfeed_loader_record *record, void *user_data)
{
    (void)user_data;
    const struct tfeed_tensor *list = record->row[LIST];
    return list->shape.dims[0] > 3;
}

Test(growing_columns, a_filter_sees_the_list_of_a_row)
{
    struct tfeed_loader_options options = t_options(&files);
    options.filter = is_long;
    options.filter_reads_row = true;
    options.n_epochs = 1;
    struct tfeed_loader *loader = t_open("lists", schema, &options);
    int64_t n_long = 0;
    for (int64_t id = 0; id < N_RECORDS; id++)
        n_long += id % 7 > 3;
    cr_assert_eq(check_all(loader), n_long);
    tfeed_loader_close(loader);
}

/* Counts in id how many values the list has. */
static tfeed_status count_list(const struct tfeed_loader_record *record, void *user_data,
                               struct tfeed_error *reterr)
{
    (void)user_data;
    (void)reterr;
    const struct tfeed_tensor *list = record->row[LIST];
    *(int64_t *)record->row[ID] = list->shape.dims[0];
    return TFEED_OK;
}

Test(growing_columns, a_map_changes_what_is_of_one_shape)
{
    struct tfeed_loader_options options = t_options(&files);
    options.map_row = count_list;
    struct tfeed_loader *loader = t_open("lists", schema, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    for (int64_t row = 0; row < tfeed_batch_n_rows(batch); row++)
        cr_assert_eq(tfeed_batch_int64s(batch, ID)[row], row % 7);
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
}

Test(growing_columns, next_into_wants_columns_of_one_shape)
{
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_loader *loader = t_open("lists", schema, &options);
    struct tfeed_tensor columns[N_COLUMNS] = {0};
    int64_t n_rows;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_loader_next_into(loader, columns, &n_rows, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, "use next"));
    tfeed_loader_close(loader);
}

Test(growing_columns, fixed_schemas_have_no_growing_ones)
{
    struct tfeed_schema *fixed;
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    cr_assert_eq(tfeed_schema_new(NULL, &fixed, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(fixed, "id", TFEED_INT64, &scalar, NULL), TFEED_OK);
    struct tfeed_loader_options options = t_options(&files);
    struct tfeed_loader *loader = t_open("lists", fixed, &options);
    struct tfeed_batch *batch;
    cr_assert_eq(tfeed_loader_next(loader, &batch, NULL), TFEED_OK);
    cr_assert_null(tfeed_batch_columns(batch));
    cr_assert_null(tfeed_batch_row_splits(batch, ID, 0));
    tfeed_batch_unref(batch);
    tfeed_loader_close(loader);
    tfeed_schema_unref(fixed);
}
