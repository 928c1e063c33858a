/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decoded_lists.c - what lists of decoded steps hold: blocks of strings, memory for records
 * good and bad; and how they are written: encoded again, and as JSON of the schema.
 */
#include <stdio.h>

#include <tfeed/encode.h>
#include <tfeed/schema.h>

#include "core/block_internal.h"
#include "tests/support/expect_retry.h"
#include "tests/unit/features/decoded_lists_fixture.h"

/* A TensorProto of one string of one letter. */
#define LETTER_OF(letter) "\x08\7\x42\1" letter

/* ------------------------------------------------------------- lists of all kinds */

/* "t": TensorProtos of a string; "z": compressed ones; "s": compressed strings; "n": numbers; "f":
 * scaled floats; "p": padded big-endian int16. */
enum { N_LISTS = 6 };

static void add_all(struct tfeed_sequence_schema *schema)
{
    struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_STRING, 1);
    options.shape = scalar;
    T_OK(tfeed_sequence_schema_add_decoded(schema, "t", &options, true, NULL));
    options.compression = ZLIB;
    T_OK(tfeed_sequence_schema_add_decoded(schema, "z", &options, true, NULL));
    options.decoding = BYTES;
    options.compression = GZIP;
    T_OK(tfeed_sequence_schema_add_decoded(schema, "s", &options, true, NULL));
    options = decoded_of(NUMBER, TFEED_DOUBLE, 2);
    T_OK(tfeed_sequence_schema_add_decoded(schema, "n", &options, true, NULL));
    T_OK(tfeed_sequence_schema_add_raw(schema, "f", TFEED_FLOAT, 3, 0.5F, 1, true, NULL));
    options = decoded_of(RAW, TFEED_INT16, 2);
    options.padded = true;
    options.big_endian = true;
    T_OK(tfeed_sequence_schema_add_decoded(schema, "p", &options, true, NULL));
}

/* A list with so many equal steps. */
static void build_steps(struct lists *lists, const char *name, const struct tfeed_bytes *values,
                        size_t n_values, size_t n_steps)
{
    struct tfeed_sequence_builder *builder = lists->records.builder;
    T_OK(tfeed_sequence_builder_begin_list(builder, name, NULL));
    for (size_t i = 0; i < n_steps; i++)
        T_OK(tfeed_sequence_builder_step_bytes(builder, values, n_values, NULL));
    T_OK(tfeed_sequence_builder_end_list(builder, NULL));
}

/* A record whose lists have so many steps, with a letter in each. */
static void add_steps_of_all(struct lists *lists, char letter, size_t n_steps)
{
    char proto[] = LETTER_OF("a");
    proto[4] = letter;
    const struct wire_bytes tensor = packed(ZLIB, proto, sizeof proto - 1);
    const struct wire_bytes text = packed(GZIP, &letter, 1);
    const struct tfeed_bytes plain = BYTES_OF(proto);
    const struct tfeed_bytes streams[] = {view_of(&tensor), view_of(&text)};
    const struct tfeed_bytes numbers[] = {BYTES_OF("1.5"), BYTES_OF("-2e3")};
    build_steps(lists, "t", &plain, 1, n_steps);
    build_steps(lists, "z", &streams[0], 1, n_steps);
    build_steps(lists, "s", &streams[1], 1, n_steps);
    build_steps(lists, "n", numbers, 2, n_steps);
    build_steps(lists, "f", &BYTES_OF("\2\4\xff"), 1, n_steps);
    build_steps(lists, "p", &BYTES_OF("\1\2"), 1, n_steps);
    end_record(lists);
}

/* Row `at` of a batch whose longest row has so many steps. */
static void expect_steps_of_all(const struct tfeed_sequence_parser *parser, int64_t at, char letter,
                                int64_t n_steps, int64_t longest)
{
    const char text[] = {letter, '\0'};
    for (int64_t step = at * longest; step < (at + 1) * longest; step++) {
        const bool is_there = step - at * longest < n_steps;
        for (int list = 0; list < 3; list++)
            expect_text(tfeed_sequence_parser_values(parser, list), step, is_there ? text : "");
        const double *numbers = tfeed_sequence_parser_values(parser, 3)->data;
        cr_assert_eq(numbers[2 * step], is_there ? 1.5 : 0);
        cr_assert_eq(numbers[2 * step + 1], is_there ? -2000 : 0);
        const float *floats = tfeed_tensor_floats(tfeed_sequence_parser_values(parser, 4));
        cr_assert_eq(floats[3 * step + 2], is_there ? 128.5F : 0);
        const int16_t *shorts = tfeed_sequence_parser_values(parser, 5)->data;
        cr_assert_eq(shorts[2 * step], is_there ? 0x102 : 0);
        cr_assert_eq(shorts[2 * step + 1], 0);
    }
}

static void lists_of_all(struct lists *lists)
{
    lists_init(lists);
    add_all(lists->schema);
    lists_start(lists);
}

/* ---------------------------------------------------------------------- blocks */

/* Puts each record in a block of its own, which only its strings hold then. */
static tfeed_status parse_from_blocks(struct lists *lists)
{
    struct tfeed_bytes placed[SEQUENCE_RECORDS_MAX];
    for (size_t i = 0; i < lists->records.n; i++) {
        const struct tfeed_bytes *record = &lists->records.records[i];
        uint8_t *data;
        placed[i] = (struct tfeed_bytes){NULL, record->len, NULL};
        T_OK(tfi_block_alloc(NULL, record->len, &placed[i].block, &data, NULL));
        memcpy(data, record->data, record->len);
        placed[i].data = data;
    }
    const tfeed_status status = tfeed_sequence_parser_parse(lists->parser, placed, lists->records.n,
                                                            &lists->bad_row, &lists->error);
    for (size_t i = 0; i < lists->records.n; i++)
        tfeed_block_unref(placed[i].block);
    return status;
}

Test(decoded_lists, strings_hold_their_blocks_until_the_next_batch)
{
    struct lists lists;
    lists_of_all(&lists);
    add_steps_of_all(&lists, 'a', 2);
    add_steps_of_all(&lists, 'b', 5);
    add_steps_of_all(&lists, 'c', 0);
    for (int round = 0; round < 3; round++) {
        T_OK(parse_from_blocks(&lists));
        expect_steps_of_all(lists.parser, 0, 'a', 2, 5);
        expect_steps_of_all(lists.parser, 1, 'b', 5, 5);
        expect_steps_of_all(lists.parser, 2, 'c', 0, 5);
    }
    drop_record(&lists);
    drop_record(&lists);
    T_OK(parse_from_blocks(&lists)); /* one that needs no padding */
    expect_steps_of_all(lists.parser, 0, 'a', 2, 2);
    lists_clear(&lists);
}

Test(decoded_lists, failed_batch_gives_its_blocks_back)
{
    static const char *const names[] = {"t", "z", "s", "n", "f", "p"};
    const int64_t number = 1;
    struct lists lists;
    lists_of_all(&lists);
    for (int i = 0; i < N_LISTS; i++) {
        struct tfeed_sequence_builder *builder = lists.records.builder;
        add_steps_of_all(&lists, 'a', 3);
        T_OK(tfeed_sequence_builder_begin_list(builder, names[i], NULL));
        T_OK(tfeed_sequence_builder_step_int64(builder, &number, 1, NULL));
        T_OK(tfeed_sequence_builder_end_list(builder, NULL));
        end_record(&lists);
        cr_assert_eq(parse_from_blocks(&lists), TFEED_INVALID_ARGUMENT);
        cr_assert_eq(lists.bad_row, 1);
        cr_assert_eq(tfeed_sequence_parser_n_rows(lists.parser), 0);
        drop_record(&lists);
        T_OK(parse_from_blocks(&lists));
        expect_steps_of_all(lists.parser, 0, 'a', 3, 3);
        drop_record(&lists);
    }
    lists_clear(&lists);
}

Test(decoded_lists, strings_that_are_gone_take_no_memory)
{
    enum { N_BATCHES = 100, N_CHARS = 8000, MOST_BYTES = 200000 };
    static char letters[N_CHARS];
    struct tfeed_decoded_column options = decoded_of(BYTES, TFEED_STRING, 1);
    struct t_allocator allocator;
    struct lists lists;
    memset(letters, 'a', sizeof letters);
    const struct wire_bytes stream = packed(ZLIB, letters, sizeof letters);
    const struct tfeed_bytes view = view_of(&stream);
    options.compression = ZLIB;
    t_allocator_init(&allocator);
    allocator.limit_bytes = MOST_BYTES;
    lists_init(&lists);
    lists_add(&lists, "x", &options);
    T_OK(tfeed_sequence_parser_new(lists.schema, SEQUENCE_RECORDS_MAX, &allocator.hooks,
                                   &lists.parser, NULL));
    ADD_RECORD(&lists, view, view);
    ADD_RECORD(&lists, view);
    for (int i = 0; i < N_BATCHES; i++) {
        expect_parsed(&lists);
        cr_assert_eq(tfeed_tensor_strings(tfeed_sequence_parser_values(lists.parser, 0))[2].len,
                     N_CHARS);
    }
    lists_clear(&lists);
    T_EXPECT_NO_LEAKS(&allocator);
}

/* ---------------------------------------------------------------------- memory */

/* A record of one list "x" whose steps are n times the same Feature. */
static struct tfeed_bytes record_of_steps(const void *feature, size_t len, size_t n)
{
    const size_t n_bytes = n * (2 + len);
    struct wire_bytes head = {.len = 0};
    wire_append_byte(&head, 2 << 3 | 2); /* the lists: an entry */
    struct wire_bytes entry = {.len = 0};
    wire_append(&entry, "\x0a\1x\x12", 4);
    wire_append_varint(&entry, n_bytes);
    struct wire_bytes entry_head = {.len = 0};
    wire_append_byte(&entry_head, 1 << 3 | 2);
    wire_append_varint(&entry_head, entry.len + n_bytes);
    wire_append_varint(&head, entry_head.len + entry.len + n_bytes);
    const size_t n_front = head.len + entry_head.len + entry.len;
    uint8_t *record = malloc(n_front + n_bytes);
    cr_assert_not_null(record);
    memcpy(record, head.data, head.len);
    memcpy(record + head.len, entry_head.data, entry_head.len);
    memcpy(record + head.len + entry_head.len, entry.data, entry.len);
    for (uint8_t *at = record + n_front; at < record + n_front + n_bytes; at += 2 + len) {
        at[0] = 1 << 3 | 2;
        at[1] = (uint8_t)len;
        if (len > 0)
            memcpy(at + 2, feature, len);
    }
    return (struct tfeed_bytes){record, n_front + n_bytes, NULL};
}

static void expect_refused_within(size_t most_bytes, const struct tfeed_decoded_column *options,
                                  struct tfeed_bytes record, const char *message)
{
    struct t_allocator allocator;
    struct lists lists;
    t_allocator_init(&allocator);
    allocator.limit_bytes = most_bytes;
    lists_init(&lists);
    lists_add(&lists, "x", options);
    T_OK(tfeed_sequence_parser_new(lists.schema, 1, &allocator.hooks, &lists.parser, NULL));
    lists.records.records[lists.records.n++] = record;
    expect_fault(&lists, 0, message);
    lists_clear(&lists);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(decoded_lists, million_empty_steps_fail_at_the_first_before_there_is_room_for_them)
{
    enum { N = 1 << 20, ROW = 1 << 20, FEW_BYTES = 64 << 10 };
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, ROW);
    expect_refused_within(FEW_BYTES, &options, record_of_steps(NULL, 0, N),
                          "Feature list: x, Index: 0.  Data types don't match. Expected type: "
                          "string  Data type: none");
    expect_refused_within(FEW_BYTES, &options, record_of_steps("\x0a\0", 2, N),
                          "Key: x, Index: 0.  Number of string values != expected.  values size: 0 "
                          "but output shape: []");
    expect_refused_within(ROW + FEW_BYTES, &options, record_of_steps("\x0a\2\x0a\0", 4, N),
                          "Key: x, Index: 0.  Raw value of 0 bytes, expected 1048576.");
}

Test(decoded_lists, room_grows_with_the_steps_that_are_there)
{
    enum { N = 5000, ROW = 100 };
    struct t_allocator allocator;
    struct lists lists;
    uint8_t feature[4 + ROW] = {0x0a, 2 + ROW, 0x0a, ROW};
    memset(feature + 4, 7, ROW);
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, ROW);
    t_allocator_init(&allocator);
    /* a buffer that doubles beside the one that it was, and the splits */
    allocator.limit_bytes = 3 * N * (ROW + sizeof(int64_t)) + (64 << 10);
    lists_init(&lists);
    lists_add(&lists, "x", &options);
    T_OK(tfeed_sequence_parser_new(lists.schema, 1, &allocator.hooks, &lists.parser, NULL));
    lists.records.records[lists.records.n++] = record_of_steps(feature, sizeof feature, N);
    expect_parsed(&lists);
    const struct tfeed_tensor *values = tfeed_sequence_parser_values(lists.parser, 0);
    EXPECT_SHAPE(values, 1, N, ROW);
    for (size_t i = 0; i < (size_t)N * ROW; i++)
        cr_assert_eq(((const uint8_t *)values->data)[i], 7);
    lists_clear(&lists);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(decoded_lists, batches_like_the_last_allocate_nothing)
{
    struct t_allocator allocator;
    struct lists lists;
    size_t n_calls = 0;
    t_allocator_init(&allocator);
    lists_init(&lists);
    add_all(lists.schema);
    T_OK(tfeed_sequence_parser_new(lists.schema, 2, &allocator.hooks, &lists.parser, NULL));
    add_steps_of_all(&lists, 'a', 3);
    add_steps_of_all(&lists, 'b', 3);
    for (int i = 0; i < 20; i++) {
        expect_parsed(&lists);
        if (i == 1)
            n_calls = allocator.n_calls;
    }
    cr_assert_eq(allocator.n_calls, n_calls);
    lists_clear(&lists);
    T_EXPECT_NO_LEAKS(&allocator);
}

Test(decoded_lists, parsing_goes_on_after_memory_was_short)
{
    struct lists lists;
    lists_init(&lists);
    add_steps_of_all(&lists, 'a', 70);
    add_steps_of_all(&lists, 'b', 1);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_sequence_schema *schema;
        struct tfeed_sequence_parser *parser;
        T_OK(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL));
        add_all(schema);
        EXPECT_RETRY(tfeed_sequence_parser_new(schema, 2, allocator, &parser, NULL));
        EXPECT_RETRY(tfeed_sequence_parser_parse(parser, lists.records.records, 2, NULL, NULL));
        expect_steps_of_all(parser, 0, 'a', 70, 70);
        expect_steps_of_all(parser, 1, 'b', 1, 70);
        tfeed_sequence_parser_free(parser);
        tfeed_sequence_schema_unref(schema);
    });
    lists_clear(&lists);
}

Test(decoded_lists, schema_without_memory_for_a_list_stays_as_it_was)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT32, 2);
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_sequence_schema *schema;
        EXPECT_RETRY(tfeed_sequence_schema_new(NULL, allocator, &schema, NULL));
        EXPECT_RETRY(tfeed_sequence_schema_add_decoded(schema, "a", &options, true, NULL));
        EXPECT_RETRY(tfeed_sequence_schema_add_raw(schema, "b", TFEED_FLOAT, 2, 1, 0, true, NULL));
        cr_assert_eq(tfeed_sequence_schema_n_lists(schema), 2);
        tfeed_sequence_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------------ damaged records */

/* Any outcome but a fault of memory; after it the parser reads the good record. */
static void expect_no_harm(struct lists *lists, const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    cr_assert_not_null(copy);
    memcpy(copy, data, len);
    const struct tfeed_bytes record = {copy, len, NULL};
    const tfeed_status status =
        tfeed_sequence_parser_parse(lists->parser, &record, 1, NULL, &lists->error);
    cr_assert(status == TFEED_OK || status == TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_parser_n_rows(lists->parser), status == TFEED_OK);
    expect_parsed(lists);
    free(copy);
}

Test(decoded_lists, cut_or_with_flipped_bits_records_do_no_harm)
{
    struct lists lists;
    lists_of_all(&lists);
    add_steps_of_all(&lists, 'a', 2);
    const struct tfeed_bytes good = lists.records.records[0];
    uint8_t *bytes = malloc(good.len);
    cr_assert_not_null(bytes);
    for (size_t len = 0; len < good.len; len++)
        expect_no_harm(&lists, good.data, len);
    for (size_t bit = 0; bit < 8 * good.len; bit++) {
        memcpy(bytes, good.data, good.len);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_no_harm(&lists, bytes, good.len);
    }
    free(bytes);
    lists_clear(&lists);
}

/* ------------------------------------------------------------------ encoded again */

Test(decoded_lists, raw_steps_are_encoded_as_they_were)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT32, 2);
    const struct tfeed_bytes steps[] = {BYTES_OF("abcdefgh"), BYTES_OF("ijklmnop")};
    struct tfeed_sequence_encoder *encoder;
    struct tfeed_bytes encoded[2];
    struct lists lists;
    lists_init(&lists);
    lists_add(&lists, "a", &options);
    options.big_endian = true;
    lists_add(&lists, "b", &options);
    options.padded = true;
    lists_add(&lists, "c", &options);
    T_OK(tfeed_sequence_schema_add_raw(lists.schema, "d", TFEED_UINT8, 8, 1, 0, true, NULL));
    T_OK(tfeed_sequence_schema_add_variable(lists.schema, "e", TFEED_INT64, NULL));
    lists_start(&lists);
    for (size_t n = 1; n <= 2; n++) {
        build_list(&lists, "a", steps, n, 1);
        build_list(&lists, "b", steps, 2, 1);
        build_list(&lists, "c", &BYTES_OF("qrst\0\0\0\0"), 1, 1);
        build_list(&lists, "d", steps, 2 - n, 1);
        build_list(&lists, "e", NULL, 0, 0);
        end_record(&lists);
    }
    expect_parsed(&lists);
    T_OK(tfeed_sequence_encoder_new(lists.schema, NULL, &encoder, NULL));
    T_OK(tfeed_sequence_encoder_encode_batch(encoder, lists.parser, encoded, NULL));
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(encoded[i].len, lists.records.records[i].len);
        cr_assert_eq(memcmp(encoded[i].data, lists.records.records[i].data, encoded[i].len), 0);
    }
    tfeed_sequence_encoder_free(encoder);
    lists_clear(&lists);
}

static void expect_not_encoded(struct tfeed_sequence_schema *schema, tfeed_status expected,
                               const char *message)
{
    struct tfeed_sequence_encoder *encoder;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfeed_sequence_encoder_new(schema, NULL, &encoder, &error), expected);
    cr_assert_str_eq(error.message, message);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_lists, what_cannot_be_encoded_is_refused_by_name)
{
    struct tfeed_decoded_column refused[] = {decoded_of(NUMBER, TFEED_INT32, 2),
                                             decoded_of(TENSOR, TFEED_INT32, 2),
                                             decoded_of(RAW, TFEED_INT32, 2)};
    struct tfeed_sequence_schema *schema;
    refused[2].compression = GZIP;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        T_OK(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL));
        T_OK(tfeed_sequence_schema_add_decoded(schema, "frames", &refused[i], true, NULL));
        expect_not_encoded(schema, TFEED_UNIMPLEMENTED,
                           "list 'frames': of what was decoded only raw bytes that are not "
                           "compressed are encoded again");
    }
    T_OK(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL));
    T_OK(tfeed_sequence_schema_add_raw(schema, "rgb", TFEED_FLOAT, 2, 1, 0, true, NULL));
    expect_not_encoded(schema, TFEED_INVALID_ARGUMENT,
                       "list 'rgb': bytes cannot be made again of scaled floats");
}

Test(decoded_lists, encoder_without_memory_leaves_nothing_behind)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT32, 2);
    options.big_endian = true;
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_sequence_schema *schema;
        struct tfeed_sequence_encoder *encoder;
        T_OK(tfeed_sequence_schema_new(NULL, NULL, &schema, NULL));
        T_OK(tfeed_sequence_schema_add_decoded(schema, "a", &options, true, NULL));
        EXPECT_RETRY(tfeed_sequence_encoder_new(schema, allocator, &encoder, NULL));
        tfeed_sequence_encoder_free(encoder);
        tfeed_sequence_schema_unref(schema);
    });
    T_EXPECT_NO_LEAKS(NULL);
}

/* ------------------------------------------------------------------- JSON of a schema */

Test(decoded_lists, json_holds_every_option)
{
    static const char expected[] =
        "{\"tfeed_schema\":1,\"columns\":[],\"lists\":["
        "{\"name\":\"a\",\"list\":\"raw\",\"dtype\":\"uint8\",\"shape\":[1024],"
        "\"allow_missing\":true},"
        "{\"name\":\"b\",\"list\":\"raw\",\"dtype\":\"float32\",\"shape\":[3],\"scale\":0.5,"
        "\"offset\":-1.0,\"allow_missing\":false},"
        "{\"name\":\"c\",\"list\":\"decoded\",\"dtype\":\"int16\",\"shape\":[160,2],"
        "\"decoding\":\"raw\",\"big_endian\":true,\"padded\":true,\"compression\":\"gzip\","
        "\"allow_missing\":true},"
        "{\"name\":\"d\",\"list\":\"decoded\",\"dtype\":\"uint8\",\"shape\":[2,2],"
        "\"decoding\":\"raw\",\"allow_missing\":false},"
        "{\"name\":\"e\",\"list\":\"decoded\",\"dtype\":\"string\",\"shape\":[],"
        "\"decoding\":\"bytes\",\"compression\":\"zlib\",\"max_bytes\":77,"
        "\"allow_missing\":true},"
        "{\"name\":\"f\",\"list\":\"decoded\",\"dtype\":\"float64\",\"shape\":[],"
        "\"decoding\":\"number\",\"allow_missing\":true},"
        "{\"name\":\"g\",\"list\":\"decoded\",\"dtype\":\"bool\",\"shape\":[4],"
        "\"decoding\":\"tensor\",\"allow_missing\":true},"
        "{\"name\":\"h\",\"list\":\"fixed\",\"dtype\":\"int64\",\"shape\":[],"
        "\"allow_missing\":true}]}";
    struct tfeed_sequence_schema *schema;
    struct tfeed_bytes text;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(
        tfeed_sequence_schema_from_json(expected, sizeof expected - 1, NULL, &schema, &error),
        TFEED_OK, "%s", error.message);
    T_OK(tfeed_sequence_schema_to_json(schema, &text, NULL));
    cr_assert_str_eq((const char *)text.data, expected);
    tfeed_block_unref(text.block);
    tfeed_sequence_schema_unref(schema);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_lists, members_that_may_be_left_out_have_their_values)
{
    static const char text[] =
        "{\"tfeed_schema\":1,\"columns\":[],\"lists\":["
        "{\"name\":\"b\",\"list\":\"raw\",\"dtype\":\"float32\",\"shape\":[3]},"
        "{\"name\":\"c\",\"list\":\"decoded\",\"dtype\":\"uint8\",\"shape\":[3],"
        "\"decoding\":\"raw\"}]}";
    static const char expected[] =
        "{\"tfeed_schema\":1,\"columns\":[],\"lists\":["
        "{\"name\":\"b\",\"list\":\"raw\",\"dtype\":\"float32\",\"shape\":[3],\"scale\":1.0,"
        "\"offset\":0.0,\"allow_missing\":false},"
        "{\"name\":\"c\",\"list\":\"raw\",\"dtype\":\"uint8\",\"shape\":[3],"
        "\"allow_missing\":false}]}";
    struct tfeed_sequence_schema *schema;
    struct tfeed_bytes written;
    T_OK(tfeed_sequence_schema_from_json(text, sizeof text - 1, NULL, &schema, NULL));
    T_OK(tfeed_sequence_schema_to_json(schema, &written, NULL));
    cr_assert_str_eq((const char *)written.data, expected);
    tfeed_block_unref(written.block);
    tfeed_sequence_schema_unref(schema);
}

static void expect_json_refused(const char *members, const char *phrase)
{
    char text[300];
    struct tfeed_sequence_schema *schema;
    struct tfeed_error error = TFEED_ERROR_INIT;
    const int len =
        snprintf(text, sizeof text,
                 "{\"tfeed_schema\":1,\"columns\":[],\"lists\":[{\"name\":\"x\",%s}]}", members);
    cr_assert_eq(tfeed_sequence_schema_from_json(text, (size_t)len, NULL, &schema, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(error.message, phrase), "'%s' is not in '%s'", phrase, error.message);
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decoded_lists, json_that_cannot_be_is_refused)
{
    expect_json_refused("\"list\":\"raw\",\"dtype\":\"uint8\",\"shape\":[1,2]",
                        "'x': shape: expected the one dimension of a raw column, found 2");
    expect_json_refused("\"list\":\"raw\",\"dtype\":\"int32\",\"shape\":[1]",
                        "raw list 'x': dtype int32, expected uint8 or float32");
    expect_json_refused("\"list\":\"decoded\",\"dtype\":\"int32\",\"shape\":[1]", "'x': decoding");
    expect_json_refused("\"list\":\"decoded\",\"dtype\":\"int32\",\"shape\":[0],\"decoding\":"
                        "\"tensor\"",
                        "a step needs a fully known shape of 1 element or more");
    expect_json_refused("\"list\":\"decoded\",\"dtype\":\"int32\",\"shape\":[2],\"decoding\":"
                        "\"tensor\",\"allow_missing\":1",
                        "'x': allow_missing");
}
