/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decoded_columns.c - batches of columns that were decoded while records were parsed.
 *
 * Record r has the text of r ("id"), two big-endian int16 r and -r ("pair"), a TensorProto of the
 * double r / 4 in a zlib stream ("proto"), a TensorProto of two strings, the text of r and "!"
 * ("words"), the text of r in a zlib stream ("note"), and 4 bytes r % 256 ("image").
 */
#include "tests/unit/loader/loader_fixture.h"

#include <zlib.h>

#include <tfeed/decode.h>

enum {
    AT_ID,
    AT_PAIR,
    AT_PROTO,
    AT_WORDS,
    AT_NOTE,
    AT_IMAGE,
    N_COLUMNS,
    N_RECORDS = 600,
    N_PIXELS = 4
};

static struct t_files files;
static struct tfeed_schema *schema;

static size_t write_proto(double number, uint8_t to[64])
{
    uint8_t proto[] = "\x08\2\x12\0\x22\x8........";
    uLongf len = 64;
    memcpy(proto + sizeof proto - 1 - sizeof number, &number, sizeof number);
    cr_assert_eq(compress(to, &len, proto, sizeof proto - 1), Z_OK);
    return len;
}

static size_t write_words(const char *text, uint8_t to[64])
{
    const int len = snprintf((char *)to, 64, "\x08\7\x12\4\x12\2\x08\2\x42%c%s\x42\1!",
                             (char)strlen(text), text);
    cr_assert(len > 0 && len < 64);
    return (size_t)len;
}

static size_t write_note(const char *text, uint8_t to[64])
{
    uLongf len = 64;
    cr_assert_eq(compress(to, &len, (const Bytef *)text, strlen(text)), Z_OK);
    return len;
}

static struct tfeed_bytes example_of(struct tfeed_example_builder *builder, int64_t r, bool is_bad)
{
    static const char *const names[N_COLUMNS] = {"id", "pair", "proto", "words", "note", "image"};
    char text[24];
    uint8_t image[N_PIXELS];
    uint8_t proto[64];
    uint8_t words[64];
    uint8_t note[64];
    const uint16_t minus = (uint16_t)-r;
    const uint8_t pair[] = {(uint8_t)(r >> 8), (uint8_t)r, (uint8_t)(minus >> 8), (uint8_t)minus};
    memset(image, (uint8_t)r, sizeof image);
    (void)snprintf(text, sizeof text, is_bad ? "x" : "%lld", (long long)r);
    const struct tfeed_bytes values[N_COLUMNS] = {{(const uint8_t *)text, strlen(text), NULL},
                                                  {pair, sizeof pair, NULL},
                                                  {proto, write_proto((double)r / 4, proto), NULL},
                                                  {words, write_words(text, words), NULL},
                                                  {note, write_note(text, note), NULL},
                                                  {image, sizeof image, NULL}};
    struct tfeed_bytes record = {0};
    tfeed_example_builder_clear(builder);
    for (int i = 0; i < N_COLUMNS; i++)
        cr_assert_eq(tfeed_example_builder_add_bytes(builder, names[i], &values[i], 1, NULL),
                     TFEED_OK);
    cr_assert_eq(tfeed_example_builder_finish(builder, &record.data, &record.len, NULL), TFEED_OK);
    return record;
}

/* Record `bad` has no number as its id; -1: none. */
static void write_records(const char *path, int64_t first, int64_t n, int64_t bad)
{
    struct tfeed_record_writer_options options;
    struct tfeed_record_writer *writer;
    struct tfeed_example_builder *builder;
    tfeed_record_writer_options_init(&options);
    options.file_system = tfeed_memory_files_system(files.memory);
    cr_assert_eq(tfeed_example_builder_new(NULL, &builder, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_writer_open(path, &options, &writer, NULL), TFEED_OK);
    for (int64_t r = first; r < first + n; r++) {
        const struct tfeed_bytes record = example_of(builder, r, r == bad);
        cr_assert_eq(tfeed_record_writer_write(writer, record.data, record.len, NULL), TFEED_OK);
    }
    cr_assert_eq(tfeed_record_writer_close(writer, NULL), TFEED_OK);
    tfeed_record_writer_free(writer);
    tfeed_example_builder_free(builder);
}

static void add(const char *name, enum tfeed_decoding decoding, enum tfeed_dtype dtype,
                bool is_pair, enum tfeed_compression compression)
{
    struct tfeed_decoded_column options;
    tfeed_decoded_column_init(&options);
    options.decoding = decoding;
    options.dtype = dtype;
    if (is_pair)
        options.shape = tfeed_shape_vector(2);
    options.big_endian = is_pair && decoding == TFEED_DECODING_RAW;
    options.compression = compression;
    cr_assert_eq(tfeed_schema_add_decoded(schema, name, &options, NULL), TFEED_OK);
}

static void set_up(void)
{
    t_files_init(&files);
    write_records("some-0", 0, 250, -1);
    write_records("some-1", 250, N_RECORDS - 250, -1);
    write_records("bad", 0, 20, 7);
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    add("id", TFEED_DECODING_NUMBER, TFEED_INT64, false, TFEED_COMPRESSION_NONE);
    add("pair", TFEED_DECODING_RAW, TFEED_INT16, true, TFEED_COMPRESSION_NONE);
    add("proto", TFEED_DECODING_TENSOR, TFEED_DOUBLE, false, TFEED_COMPRESSION_ZLIB);
    add("words", TFEED_DECODING_TENSOR, TFEED_STRING, true, TFEED_COMPRESSION_NONE);
    add("note", TFEED_DECODING_BYTES, TFEED_STRING, false, TFEED_COMPRESSION_ZLIB);
    /* widened by the caller: the others must come through the schema that workers parse with */
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_FLOAT, N_PIXELS, 0.5F, 1, NULL),
                 TFEED_OK);
}

static void tear_down(void)
{
    tfeed_schema_unref(schema);
    t_files_clear(&files);
}

TestSuite(decoded_columns, .init = set_up, .fini = tear_down, .timeout = T_HANG_SECONDS);

static void check_string(const struct tfeed_tensor *column, int64_t i, const char *expected)
{
    const struct tfeed_bytes *string = &tfeed_tensor_strings(column)[i];
    cr_assert_eq(string->len, strlen(expected));
    cr_assert_eq(memcmp(string->data, expected, string->len), 0);
}

static void check_row(const struct tfeed_tensor *const columns[N_COLUMNS], int64_t row)
{
    const int64_t r = tfeed_tensor_int64s(columns[AT_ID])[row];
    const int16_t *pair = (const int16_t *)columns[AT_PAIR]->data + 2 * row;
    cr_assert(r >= 0 && r < N_RECORDS);
    cr_assert_eq(pair[0], (int16_t)r);
    cr_assert_eq(pair[1], (int16_t)-r);
    cr_assert_eq(((const double *)columns[AT_PROTO]->data)[row], (double)r / 4);
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)r);
    check_string(columns[AT_WORDS], 2 * row, text);
    check_string(columns[AT_WORDS], 2 * row + 1, "!");
    check_string(columns[AT_NOTE], row, text);
    for (int i = 0; i < N_PIXELS; i++)
        cr_assert_eq(tfeed_tensor_floats(columns[AT_IMAGE])[row * N_PIXELS + i],
                     (float)(uint8_t)r * 0.5F + 1);
}

/* Checks the rows of a batch and puts down their ids. */
static size_t check_batch(const struct tfeed_batch *batch, int64_t *ids)
{
    const struct tfeed_tensor *columns[N_COLUMNS];
    const int64_t n_rows = tfeed_batch_n_rows(batch);
    const struct tfeed_shape pairs = tfeed_shape_matrix(n_rows, 2);
    for (int i = 0; i < N_COLUMNS; i++)
        columns[i] = tfeed_batch_column(batch, i);
    cr_assert_eq(columns[AT_PAIR]->dtype, TFEED_INT16);
    cr_assert(tfeed_shape_equal(&columns[AT_PAIR]->shape, &pairs));
    for (int64_t row = 0; row < n_rows; row++)
        check_row(columns, row);
    memcpy(ids, tfeed_batch_int64s(batch, AT_ID), (size_t)n_rows * sizeof *ids);
    return (size_t)n_rows;
}

/* Takes batches to the end, or so many; what stands after them is *ret_state, to be freed. */
static size_t check_all(struct tfeed_loader *loader, size_t n_batches, int64_t *ids,
                        char **ret_state)
{
    struct tfeed_batch *batch;
    size_t n = 0;
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; i < n_batches; i++) {
        status = tfeed_loader_next(loader, &batch, NULL);
        if (status != TFEED_OK)
            break;
        n += check_batch(batch, ids + n);
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
    cr_assert(status == TFEED_OK || status == TFEED_OUT_OF_RANGE);
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

static void expect_order(enum tfeed_order order)
{
    static int64_t whole[2 * N_RECORDS];
    static int64_t parts[2 * N_RECORDS];
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        struct tfeed_loader_options options = options_of(order, n_workers);
        struct tfeed_loader *loader = t_open("some-*", schema, &options);
        char *state = NULL;
        cr_assert_eq(check_all(loader, SIZE_MAX, whole, NULL), (size_t)2 * N_RECORDS);
        cr_assert(t_is_complete(whole, (size_t)2 * N_RECORDS, N_RECORDS));
        tfeed_loader_close(loader);

        loader = t_open("some-*", schema, &options);
        const size_t n = check_all(loader, 33, parts, &state);
        tfeed_loader_close(loader);
        options.state = state;
        loader = t_open("some-*", schema, &options);
        cr_assert_eq(n + check_all(loader, SIZE_MAX, parts + n, NULL), (size_t)2 * N_RECORDS);
        cr_assert_eq(memcmp(whole, parts, sizeof whole), 0);
        tfeed_loader_close(loader);
        free(state);
    }
}

Test(decoded_columns, files_are_decoded_and_resumed)
{
    expect_order(TFEED_ORDER_FILES);
}

Test(decoded_columns, fast_order_is_decoded_and_resumed)
{
    expect_order(TFEED_ORDER_FAST);
}

Test(decoded_columns, global_order_is_decoded_and_resumed)
{
    expect_order(TFEED_ORDER_GLOBAL);
}

Test(decoded_columns, tensorflow_order_is_decoded_and_resumed)
{
    expect_order(TFEED_ORDER_TENSORFLOW);
}

Test(decoded_columns, next_into_fills_the_columns_of_the_program)
{
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        struct tfeed_loader_options options = options_of(TFEED_ORDER_FILES, n_workers);
        struct tfeed_loader *loader = t_open("some-*", schema, &options);
        struct tfeed_tensor columns[N_COLUMNS];
        const struct tfeed_tensor *views[N_COLUMNS];
        int64_t n_rows;
        int64_t n = 0;
        tfeed_status status;
        cr_assert_eq(tfeed_schema_alloc_columns(schema, 10, NULL, columns, NULL), TFEED_OK);
        for (int i = 0; i < N_COLUMNS; i++)
            views[i] = &columns[i];
        while ((status = tfeed_loader_next_into(loader, columns, &n_rows, NULL)) == TFEED_OK)
            for (int64_t row = 0; row < n_rows; row++, n++)
                check_row(views, row);
        cr_assert_eq(status, TFEED_OUT_OF_RANGE);
        cr_assert_eq(n, 2 * N_RECORDS);
        for (int i = 0; i < N_COLUMNS; i++)
            tfeed_tensor_clear(&columns[i]);
        tfeed_loader_close(loader);
    }
}

Test(decoded_columns, they_stand_beside_columns_of_any_length)
{
    cr_assert_eq(tfeed_schema_add_variable(schema, "nothing", TFEED_INT64, NULL), TFEED_OK);
    static int64_t ids[2 * N_RECORDS];
    struct tfeed_loader_options options = options_of(TFEED_ORDER_FAST, 2);
    struct tfeed_loader *loader = t_open("some-*", schema, &options);
    cr_assert_eq(check_all(loader, SIZE_MAX, ids, NULL), (size_t)2 * N_RECORDS);
    tfeed_loader_close(loader);
}

Test(decoded_columns, a_value_that_cannot_be_decoded_is_named)
{
    for (int64_t n_workers = 0; n_workers <= 2; n_workers += 2) {
        struct tfeed_loader_options options = options_of(TFEED_ORDER_FILES, n_workers);
        struct tfeed_error error = TFEED_ERROR_INIT;
        struct tfeed_batch *batch;
        struct tfeed_loader *loader = t_open("bad", schema, &options);
        cr_assert_eq(tfeed_loader_next(loader, &batch, &error), TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(error.message, "Key: id."), "%s", error.message);
        cr_assert_not_null(strstr(error.message, "\"x\""), "%s", error.message);
        cr_assert_not_null(strstr(error.message, "bad"), "%s", error.message);
        tfeed_loader_close(loader);
    }
}
