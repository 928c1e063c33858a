/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_sequence_decoded.c - lists whose steps are decoded: by every decoding, padded to the
 * longest; what cannot be decoded, and what a schema refuses.
 */
#include "core/block_internal.h"
#include "tests/unit/features/decoded_lists_fixture.h"

/* The head of a TensorProto: dtype, and a shape of one dimension. */
#define VECTOR_OF(dtype, n) "\x08" dtype "\x12\4\x12\2\x08" n

static const struct tfeed_tensor *values_of(const struct lists *lists)
{
    return tfeed_sequence_parser_values(lists->parser, 0);
}

/* ------------------------------------------------------------------- batches */

Test(sequence_decoded, steps_become_rows_that_are_padded)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 3);
    struct lists lists;
    lists_of(&lists, &options);
    ADD_RECORD(&lists, BYTES_OF("abc"), BYTES_OF("def"));
    add_record(&lists, NULL, 0);
    end_record(&lists); /* the list is missing */
    ADD_RECORD(&lists, BYTES_OF("ghi"), BYTES_OF("jkl"), BYTES_OF("mno"));
    expect_parsed(&lists);
    cr_assert_eq(values_of(&lists)->dtype, TFEED_UINT8);
    EXPECT_SHAPE(values_of(&lists), 4, 3, 3);
    expect_elements(values_of(&lists), "abcdef\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0ghijklmno",
                    36);
    EXPECT_INT64S(tfeed_sequence_parser_lengths(lists.parser, 0), 2, 0, 0, 3);
    EXPECT_INT64S(tfeed_sequence_parser_step_splits(lists.parser, 0), 0, 2, 2, 2, 5);
    cr_assert_null(tfeed_sequence_parser_value_splits(lists.parser, 0));
    cr_assert_eq(tfeed_sequence_schema_list_kind(lists.schema, 0), TFEED_COLUMN_SEQUENCE);
    lists_clear(&lists);
}

Test(sequence_decoded, rows_stand_without_padding_too)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 1);
    struct lists lists;
    options.shape = tfeed_shape_matrix(1, 2);
    lists_of(&lists, &options);
    ADD_RECORD(&lists, BYTES_OF("abcd"));
    ADD_RECORD(&lists, BYTES_OF("efgh"), BYTES_OF("ijkl"));
    add_record(&lists, NULL, 0);
    expect_parsed(&lists);
    EXPECT_SHAPE(values_of(&lists), 3, 2, 1, 2);
    struct tfeed_tensor row = tfeed_sequence_parser_row(lists.parser, 0, 1);
    EXPECT_SHAPE(&row, 2, 1, 2);
    cr_assert_eq(row.dtype, TFEED_INT16);
    expect_elements(&row, "efghijkl", 8);
    row = tfeed_sequence_parser_row(lists.parser, 0, 2);
    EXPECT_SHAPE(&row, 0, 1, 2);
    lists_clear(&lists);
}

Test(sequence_decoded, examples_of_one_length_are_not_padded)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 2);
    struct lists lists;
    lists_of(&lists, &options);
    ADD_RECORD(&lists, BYTES_OF("ab"), BYTES_OF("cd"));
    ADD_RECORD(&lists, BYTES_OF("ef"), BYTES_OF("gh"));
    expect_parsed(&lists);
    EXPECT_SHAPE(values_of(&lists), 2, 2, 2);
    expect_elements(values_of(&lists), "abcdefgh", 8);
    lists_clear(&lists);
}

Test(sequence_decoded, batch_of_no_rows_tells_dtype_and_shape)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_COMPLEX64, 5);
    struct lists lists;
    lists_of(&lists, &options);
    EXPECT_SHAPE(values_of(&lists), 0, 0, 5);
    cr_assert_eq(values_of(&lists)->dtype, TFEED_COMPLEX64);
    expect_parsed(&lists);
    EXPECT_SHAPE(values_of(&lists), 0, 0, 5);
    lists_clear(&lists);
}

Test(sequence_decoded, many_batches_of_random_steps_are_as_a_model_has_them)
{
    enum { N_BATCHES = 60, N_LONGEST = 40, ROW = 7 };
    static uint8_t bytes[SEQUENCE_RECORDS_MAX][N_LONGEST][ROW];
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, ROW);
    static const uint8_t zeros[ROW];
    struct tfeed_random random;
    struct lists lists;
    tfeed_random_init(&random, (struct tfeed_seeds){7, 1});
    lists_of(&lists, &options);
    for (int batch = 0; batch < N_BATCHES; batch++) {
        size_t lengths[SEQUENCE_RECORDS_MAX];
        const size_t n = random_below(&random, SEQUENCE_RECORDS_MAX + 1);
        size_t longest = 0;
        for (size_t row = 0; row < n; row++) {
            struct tfeed_bytes steps[N_LONGEST];
            lengths[row] = random_below(&random, N_LONGEST + 1);
            longest = lengths[row] > longest ? lengths[row] : longest;
            for (size_t step = 0; step < lengths[row]; step++) {
                for (size_t i = 0; i < ROW; i++)
                    bytes[row][step][i] = (uint8_t)tfeed_random_uint32(&random);
                steps[step] = (struct tfeed_bytes){bytes[row][step], ROW, NULL};
            }
            add_record(&lists, steps, lengths[row]);
        }
        expect_parsed(&lists);
        EXPECT_SHAPE(values_of(&lists), (int64_t)n, (int64_t)longest, ROW);
        const uint8_t *at = values_of(&lists)->data;
        for (size_t row = 0; row < n; row++)
            for (size_t step = 0; step < longest; step++, at += ROW)
                cr_assert_eq(memcmp(at, step < lengths[row] ? bytes[row][step] : zeros, ROW), 0,
                             "batch %d, row %zu, step %zu", batch, row, step);
        while (lists.records.n > 0)
            drop_record(&lists);
    }
    lists_clear(&lists);
}

/* ----------------------------------------------------------------- decodings */

Test(sequence_decoded, raw_bytes_have_either_order_and_any_dtype)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 2);
    struct lists lists;
    lists_init(&lists);
    lists_add(&lists, "little", &options);
    options.big_endian = true;
    lists_add(&lists, "big", &options);
    options.dtype = TFEED_COMPLEX64;
    options.shape = scalar;
    lists_add(&lists, "complex", &options);
    lists_start(&lists);
    build_list(&lists, "little", &BYTES_OF("\1\2\xff\xff"), 1, 1);
    build_list(&lists, "big", &BYTES_OF("\1\2\xff\xfe"), 1, 1);
    build_list(&lists, "complex", &BYTES_OF("\x3f\x80\0\0\xc0\0\0\0"), 1, 1);
    end_record(&lists);
    expect_parsed(&lists);
    expect_elements(tfeed_sequence_parser_values(lists.parser, 0), (const int16_t[]){0x201, -1}, 4);
    expect_elements(tfeed_sequence_parser_values(lists.parser, 1), (const int16_t[]){0x102, -2}, 4);
    expect_elements(tfeed_sequence_parser_values(lists.parser, 2), (const float[]){1, -2}, 8);
    lists_clear(&lists);
}

Test(sequence_decoded, padded_raw_bytes_are_filled_up_or_cut)
{
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 2);
    struct lists lists;
    options.padded = true;
    lists_of(&lists, &options);
    ADD_RECORD(&lists, BYTES_OF("ab"), BYTES_OF("cdefgh"), BYTES_OF(""));
    expect_parsed(&lists);
    expect_elements(values_of(&lists), "ab\0\0cdef\0\0\0\0", 12);
    lists_clear(&lists);
}

Test(sequence_decoded, bytes_become_scaled_floats)
{
    static const float scale = 4.0F / 255;
    static const float offset = 4.0F / 512 - 2;
    struct lists lists;
    uint8_t frame[80];
    lists_init(&lists);
    T_OK(tfeed_sequence_schema_add_raw(lists.schema, "x", TFEED_FLOAT, sizeof frame, scale, offset,
                                       false, NULL));
    T_OK(tfeed_sequence_schema_add_raw(lists.schema, "y", TFEED_UINT8, sizeof frame, 1, 0, true,
                                       NULL));
    lists_start(&lists);
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)(3 * i);
    const struct tfeed_bytes steps[] = {{frame, sizeof frame, NULL}, {frame, sizeof frame, NULL}};
    build_list(&lists, "x", steps, 2, 1);
    build_list(&lists, "y", steps, 1, 1);
    end_record(&lists);
    expect_parsed(&lists);
    EXPECT_SHAPE(values_of(&lists), 1, 2, sizeof frame);
    for (size_t i = 0; i < 2 * sizeof frame; i++) {
        const float product = (float)frame[i % sizeof frame] * scale;
        cr_assert_eq(tfeed_tensor_floats(values_of(&lists))[i], product + offset);
    }
    expect_elements(tfeed_sequence_parser_values(lists.parser, 1), frame, sizeof frame);
    lists_clear(&lists);
}

Test(sequence_decoded, texts_become_numbers)
{
    struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_FLOAT, 1);
    const struct tfeed_bytes pairs[] = {BYTES_OF("1"), BYTES_OF(" -2"), BYTES_OF("+3 "),
                                        BYTES_OF("9223372036854775807")};
    struct lists lists;
    lists_init(&lists);
    options.shape = scalar;
    lists_add(&lists, "x", &options);
    options = decoded_of(NUMBER, TFEED_INT64, 2);
    lists_add(&lists, "pairs", &options);
    lists_start(&lists);
    build_list(&lists, "x", (const struct tfeed_bytes[]){BYTES_OF("0.5"), BYTES_OF("-inf")}, 2, 1);
    build_list(&lists, "pairs", pairs, 2, 2);
    end_record(&lists);
    expect_parsed(&lists);
    EXPECT_SHAPE(values_of(&lists), 1, 2);
    cr_assert_eq(tfeed_tensor_floats(values_of(&lists))[0], 0.5F);
    cr_assert_lt(tfeed_tensor_floats(values_of(&lists))[1], -3e38F);
    EXPECT_SHAPE(tfeed_sequence_parser_values(lists.parser, 1), 1, 2, 2);
    EXPECT_INT64S(tfeed_sequence_parser_values(lists.parser, 1), 1, -2, 3, INT64_MAX);
    lists_clear(&lists);
}

Test(sequence_decoded, tensors_are_read_compressed_or_not)
{
    static const char proto[] = VECTOR_OF("\3", "\2") "\x22\x08\1\2\3\4\5\6\7\x08";
    const struct wire_bytes stream = packed(ZLIB, proto, sizeof proto - 1);
    struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_INT32, 2);
    struct lists lists;
    lists_init(&lists);
    lists_add(&lists, "x", &options);
    options.compression = ZLIB;
    lists_add(&lists, "y", &options);
    lists_start(&lists);
    const struct tfeed_bytes plain[] = {BYTES_OF(VECTOR_OF("\3", "\2") "\x3a\1\5"), /* repeated */
                                        BYTES_OF(proto)};
    const struct tfeed_bytes packed_one = view_of(&stream);
    build_list(&lists, "x", plain, 2, 1);
    build_list(&lists, "y", &packed_one, 1, 1);
    end_record(&lists);
    expect_parsed(&lists);
    expect_elements(values_of(&lists), (const int32_t[]){5, 5, 0x4030201, 0x8070605}, 16);
    expect_elements(tfeed_sequence_parser_values(lists.parser, 1),
                    (const int32_t[]){0x4030201, 0x8070605}, 8);
    lists_clear(&lists);
}

Test(sequence_decoded, compressed_bytes_become_numbers_or_strings)
{
    const struct wire_bytes raw = packed(GZIP, "\1\0\2\0", 4);
    const struct wire_bytes text = packed(ZLIB, "some text", 9);
    const struct wire_bytes nothing_packed = packed(ZLIB, "", 0);
    const struct tfeed_bytes frame = view_of(&raw);
    const struct tfeed_bytes texts[] = {view_of(&text), view_of(&nothing_packed), view_of(&text),
                                        view_of(&text)};
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 2);
    struct lists lists;
    lists_init(&lists);
    options.compression = GZIP;
    lists_add(&lists, "x", &options);
    options = decoded_of(BYTES, TFEED_STRING, 2);
    options.compression = ZLIB;
    lists_add(&lists, "y", &options);
    lists_start(&lists);
    build_list(&lists, "x", &frame, 1, 1);
    build_list(&lists, "y", texts, 1, 2);
    end_record(&lists);
    build_list(&lists, "y", texts, 2, 2);
    end_record(&lists);
    for (int round = 0; round < 3; round++) {
        expect_parsed(&lists);
        expect_elements(values_of(&lists), (const int16_t[]){1, 2, 0, 0}, 8);
        const struct tfeed_tensor *strings = tfeed_sequence_parser_values(lists.parser, 1);
        EXPECT_SHAPE(strings, 2, 2, 2);
        expect_text(strings, 0, "some text");
        for (int i = 1; i < 4; i++)
            expect_text(strings, i, "");
        expect_text(strings, 4, "some text");
        expect_text(strings, 5, "");
        expect_text(strings, 7, "some text");
    }
    lists_clear(&lists);
}

/* A record whose "x" has these steps. */
static struct wire_bytes record_of_steps(struct wire_bytes steps)
{
    const struct wire_bytes entry = entry_of("x", steps);
    return len_field(2, entry.data, entry.len);
}

Test(sequence_decoded, values_in_any_form_of_protobuf_are_read)
{
    const struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 2);
    struct lists lists;
    lists_of(&lists, &options);
    /* a kind that does not count, two lists that are joined, a field that nobody knows */
    const struct wire_bytes one = len_field(1, "1", 1);
    const struct wire_bytes two = len_field(1, "2", 1);
    const struct wire_bytes odd = len_field(9, "?", 1);
    const struct wire_bytes first = joined(odd, one);
    const struct wire_bytes feature =
        joined(int64_feature(7), joined(len_field(1, first.data, first.len),
                                        joined(odd, len_field(1, two.data, two.len))));
    const struct wire_bytes record =
        record_of_steps(joined(odd, len_field(1, feature.data, feature.len)));
    const struct tfeed_bytes view = view_of(&record);
    T_OK(tfeed_sequence_parser_parse(lists.parser, &view, 1, NULL, NULL));
    expect_elements(values_of(&lists), (const int32_t[]){1, 2}, 8);
    lists_clear(&lists);
}

/* -------------------------------------------------------------------- faults */

/* A good step, then a bad one. */
static void expect_refused_step(const struct tfeed_decoded_column *options, struct tfeed_bytes good,
                                struct tfeed_bytes bad, const char *message)
{
    struct lists lists;
    lists_of(&lists, options);
    add_record(&lists, &good, 1);
    add_record(&lists, (const struct tfeed_bytes[]){good, bad}, 2);
    expect_fault(&lists, 1, message);
    drop_record(&lists);
    expect_parsed(&lists); /* it goes on */
    lists_clear(&lists);
}

Test(sequence_decoded, raw_steps_of_another_length_are_refused)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT16, 2);
    expect_refused_step(&options, BYTES_OF("abcd"), BYTES_OF("abc"),
                        "Key: x, Index: 1.  Raw value of 3 bytes, expected 4.");
    expect_refused_step(&options, BYTES_OF("abcd"), BYTES_OF("abcde"),
                        "Key: x, Index: 1.  Raw value of 5 bytes, expected 4.");
    expect_refused_step(&options, BYTES_OF("abcd"), BYTES_OF(""),
                        "Key: x, Index: 1.  Raw value of 0 bytes, expected 4.");
}

Test(sequence_decoded, short_steps_do_not_become_any_number_of_bytes)
{
    enum { LARGE = 192 << 20 }; /* one is below the limit, two are not */
    struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, LARGE);
    struct lists lists;
    options.padded = true;
    lists_of(&lists, &options);
    ADD_RECORD(&lists, BYTES_OF("a"), BYTES_OF("b"));
    expect_fault(&lists, 0,
                 "Key: x, Index: 1.  The steps of 25 bytes decode to more than 268435456 bytes and "
                 "16 times as many");
    drop_record(&lists);
    ADD_RECORD(&lists, BYTES_OF("a"));
    expect_parsed(&lists);
    lists_clear(&lists);
}

Test(sequence_decoded, scaled_steps_of_another_length_are_refused)
{
    struct lists lists;
    lists_init(&lists);
    T_OK(tfeed_sequence_schema_add_raw(lists.schema, "x", TFEED_FLOAT, 4, 2, 0, true, NULL));
    lists_start(&lists);
    ADD_RECORD(&lists, BYTES_OF("abcd"), BYTES_OF("abc"));
    expect_fault(&lists, 0, "Key: x, Index: 1.  Raw value of 3 bytes, expected 4.");
    lists_clear(&lists);
}

Test(sequence_decoded, texts_that_are_no_numbers_are_refused)
{
    struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_INT32, 1);
    expect_refused_step(&options, BYTES_OF("1"), BYTES_OF("one"),
                        "Key: x, Index: 1.  StringToNumberOp could not correctly convert string: "
                        "\"one\" (element 0, to int32)");
}

Test(sequence_decoded, other_tensors_are_refused)
{
    struct tfeed_decoded_column options = decoded_of(TENSOR, TFEED_INT32, 2);
    expect_refused_step(&options, BYTES_OF(VECTOR_OF("\3", "\2")), BYTES_OF(VECTOR_OF("\3", "\3")),
                        "Key: x, Index: 1.  a tensor of shape [3], expected [2]");
    expect_refused_step(&options, BYTES_OF(VECTOR_OF("\3", "\2")), BYTES_OF(VECTOR_OF("\1", "\2")),
                        "Key: x, Index: 1.  Type mismatch between parsed tensor (float32) and "
                        "dtype (int32)");
}

Test(sequence_decoded, streams_that_are_none_are_refused)
{
    const struct wire_bytes stream = packed(ZLIB, "0123456789", 10);
    struct tfeed_decoded_column options = decoded_of(BYTES, TFEED_STRING, 1);
    options.compression = ZLIB;
    expect_refused_step(&options, view_of(&stream), BYTES_OF("no stream"),
                        "Key: x, Index: 1.  9 bytes: inflate() failed: incorrect header check");
    options.max_bytes = 9;
    expect_refused_step(&options, BYTES_OF(""), view_of(&stream),
                        "Key: x, Index: 1.  18 bytes inflate to more than the limit of 9 for a "
                        "value of this feature");
    options = decoded_of(RAW, TFEED_UINT8, 9);
    options.compression = ZLIB;
    const struct wire_bytes shorter = packed(ZLIB, "012345678", 9);
    expect_refused_step(&options, view_of(&shorter), view_of(&stream),
                        "Key: x, Index: 1.  Raw value of at least 10 bytes, expected 9.");
}

Test(sequence_decoded, steps_of_another_kind_or_number_of_values_are_refused)
{
    static const int64_t number = 1;
    const struct tfeed_bytes two[] = {BYTES_OF("ab"), BYTES_OF("cd")};
    const struct tfeed_decoded_column raw = decoded_of(RAW, TFEED_UINT8, 2);
    const struct tfeed_decoded_column numbers = decoded_of(NUMBER, TFEED_INT32, 3);
    struct lists lists;
    lists_init(&lists);
    lists_add(&lists, "x", &raw);
    lists_add(&lists, "n", &numbers);
    lists_start(&lists);
    struct tfeed_sequence_builder *builder = lists.records.builder;
    for (int i = 0; i < 5; i++) {
        static const char *const messages[] = {
            "Key: x, Index: 0.  Number of string values != expected.  values size: 2 but output "
            "shape: []",
            "Key: x, Index: 0.  Number of string values != expected.  values size: 0 but output "
            "shape: []",
            "Key: n, Index: 0.  Number of string values != expected.  values size: 2 but output "
            "shape: [3]",
            "Feature list: x, Index: 1.  Data types don't match. Expected type: string  Data "
            "type: int64",
            "Feature list: x, Index: 0.  Data types don't match. Expected type: string  Data "
            "type: none",
        };
        if (i < 3) {
            build_list(&lists, i < 2 ? "x" : "n", two, 1, i == 1 ? 0 : 2);
        } else {
            T_OK(tfeed_sequence_builder_begin_list(builder, "x", NULL));
            if (i == 3) {
                T_OK(tfeed_sequence_builder_step_bytes(builder, two, 1, NULL));
                T_OK(tfeed_sequence_builder_step_int64(builder, &number, 1, NULL));
            } else {
                T_OK(tfeed_sequence_builder_step_empty(builder, NULL));
            }
            T_OK(tfeed_sequence_builder_end_list(builder, NULL));
        }
        end_record(&lists);
        expect_fault(&lists, 0, messages[i]);
        drop_record(&lists);
    }
    lists_clear(&lists);
}

Test(sequence_decoded, malformed_steps_are_refused)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 2);
    static const struct {
        const char *feature;
        size_t len;
    } cases[] = {
        {"\x0a\6\x0a\2ab\x0a\1", 8},   /* the list ends in a second value */
        {"\x0a\4\x0a\2ab\x0a\x7f", 8}, /* the feature in a second list */
        {"\x0a\4\x0a\2ab\0", 7},
    };
    struct lists lists;
    lists_of(&lists, &options);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct wire_bytes record =
            record_of_steps(len_field(1, cases[i].feature, cases[i].len));
        const struct tfeed_bytes view = view_of(&record);
        cr_assert_eq(tfeed_sequence_parser_parse(lists.parser, &view, 1, NULL, &lists.error),
                     TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(lists.error.message, "malformed near byte"), "%s",
                           lists.error.message);
    }
    lists_clear(&lists);
}

Test(sequence_decoded, lists_that_must_be_there_are_missed)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 2);
    struct lists lists;
    lists_init(&lists);
    T_OK(tfeed_sequence_schema_add_decoded(lists.schema, "x", &options, false, NULL));
    lists_start(&lists);
    end_record(&lists);
    expect_fault(&lists, 0,
                 "Feature list 'x' is required but could not be found. (allow_missing is for lists "
                 "that need not be there)");
    lists_clear(&lists);
}

Test(sequence_decoded, faults_name_the_file_and_the_byte)
{
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_UINT8, 2);
    struct tfeed_block *block;
    uint8_t *data;
    struct lists lists;
    lists_of(&lists, &options);
    ADD_RECORD(&lists, BYTES_OF("ab"), BYTES_OF("abc"));
    const struct tfeed_bytes *record = lists.records.records;
    T_OK(tfi_block_alloc(NULL, record->len + 5, &block, &data, NULL));
    memcpy(data + 5, record->data, record->len);
    T_OK(tfi_block_set_origin(block, data, "frames.tfrecords", 1000, NULL));
    const struct tfeed_bytes placed = {data + 5, record->len, block};
    cr_assert_eq(tfeed_sequence_parser_parse(lists.parser, &placed, 1, NULL, &lists.error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(lists.error.message, "frames.tfrecords: byte 1005: Key: x, Index: 1.  Raw "
                                          "value of 3 bytes, expected 2.");
    cr_assert_eq(lists.error.offset, 1005);
    cr_assert_eq(tfeed_sequence_parser_parse(lists.parser, &placed, 1, NULL, NULL),
                 TFEED_INVALID_ARGUMENT);
    tfeed_block_unref(block);
    lists_clear(&lists);
}

/* ------------------------------------------------------------- what is refused */

static void expect_not_added(struct lists *lists, const char *name,
                             const struct tfeed_decoded_column *options, const char *message)
{
    cr_assert_eq(
        tfeed_sequence_schema_add_decoded(lists->schema, name, options, true, &lists->error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(lists->error.message, message);
}

Test(sequence_decoded, options_that_cannot_be_are_refused_and_named)
{
    const struct tfeed_tensor value = {0};
    struct tfeed_decoded_column options = decoded_of(NUMBER, TFEED_UINT8, 2);
    struct lists lists;
    lists_init(&lists);
    expect_not_added(&lists, "x", &options,
                     "decoded list 'x': dtype uint8 is not one that its bytes are decoded to");
    options = decoded_of(TENSOR, TFEED_INT32, 2);
    options.big_endian = true;
    expect_not_added(&lists, "x", &options,
                     "decoded list 'x': byte order and padding are those of raw bytes");
    options = decoded_of(RAW, TFEED_UINT8, 2);
    options.default_value = &value;
    expect_not_added(&lists, "x", &options,
                     "decoded list 'x': a list has no default value: allow_missing is for one that "
                     "need not be there");
    options = decoded_of(RAW, TFEED_UINT8, 0);
    expect_not_added(&lists, "x", &options,
                     "list 'x': a step needs a fully known shape of 1 element or more and at most "
                     "6 dimensions, got [0]");
    options = decoded_of(RAW, TFEED_UINT8, TFEED_DIM_UNKNOWN);
    expect_not_added(&lists, "x", &options,
                     "list 'x': a step needs a fully known shape of 1 element or more and at most "
                     "6 dimensions, got [?]");
    options = decoded_of(RAW, TFEED_INT64, INT64_MAX / 4);
    expect_not_added(&lists, "x", &options,
                     "list 'x': a step needs a fully known shape of 1 element or more and at most "
                     "6 dimensions, got [2305843009213693951]");
    options = decoded_of(RAW, TFEED_UINT8, 1);
    options.shape.n_dims = TFEED_MAX_DIMS - 1;
    for (int i = 0; i < options.shape.n_dims; i++)
        options.shape.dims[i] = 1;
    expect_not_added(&lists, "x", &options,
                     "list 'x': a step needs a fully known shape of 1 element or more and at most "
                     "6 dimensions, got [1,1,1,1,1,1,1]");
    cr_assert_eq(
        tfeed_sequence_schema_add_raw(lists.schema, "x", TFEED_INT32, 2, 1, 0, true, &lists.error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(lists.error.message, "raw list 'x': dtype int32, expected uint8 or float32");
    cr_assert_eq(
        tfeed_sequence_schema_add_raw(lists.schema, "x", TFEED_UINT8, 2, 2, 0, true, &lists.error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_n_lists(lists.schema), 0);
    lists_clear(&lists);
}

Test(sequence_decoded, names_are_given_once)
{
    const struct tfeed_partition partition = {.kind = TFEED_PARTITION_ROW_LENGTHS, .key = "x"};
    const struct tfeed_partition other = {.kind = TFEED_PARTITION_ROW_LENGTHS, .key = "lengths"};
    const struct tfeed_decoded_column options = decoded_of(RAW, TFEED_INT64, 1);
    struct lists lists;
    lists_init(&lists);
    lists_add(&lists, "x", &options);
    expect_not_added(&lists, "x", &options, "list 'x' was added twice");
    cr_assert_eq(tfeed_sequence_schema_add_variable(lists.schema, "x", TFEED_STRING, NULL),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfeed_sequence_schema_add_ragged(lists.schema, "r", "values", TFEED_FLOAT,
                                                  &partition, 1, TFEED_INT64, &lists.error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(lists.error.message,
                     "list 'r': 'x' is wanted as a decoded list of int64 already");
    T_OK(tfeed_sequence_schema_add_ragged(lists.schema, "r", "values", TFEED_FLOAT, &other, 1,
                                          TFEED_INT64, NULL));
    expect_not_added(&lists, "lengths", &options,
                     "list 'lengths': 'lengths' is wanted as a ragged list of int64 already");
    lists_start(&lists);
    cr_assert_eq(tfeed_sequence_schema_add_decoded(lists.schema, "y", &options, true, &lists.error),
                 TFEED_FAILED_PRECONDITION);
    lists_clear(&lists);
}
