/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_example_parser.c - Examples into columns: what is accepted, what is refused and how, and
 * that no byte outside is read.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/features.h>

#include "core/block_internal.h"
#include "features/features_internal.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

static const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;

enum { MAX_COLUMNS = 8, N_ROWS = 4 };

/* A schema with its parser and columns of N_ROWS rows. */
struct fixture {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[MAX_COLUMNS];
    struct tfeed_error error;
};

static void fixture_start(struct fixture *fixture)
{
    cr_assert_eq(tfeed_example_parser_new(fixture->schema, NULL, &fixture->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(fixture->schema, N_ROWS, NULL, fixture->columns, NULL),
                 TFEED_OK);
}

/* One column "x". */
static void fixture_init(struct fixture *fixture, enum tfeed_dtype dtype, struct tfeed_shape shape)
{
    *fixture = (struct fixture){.schema = NULL};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture->schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(fixture->schema, "x", dtype, &shape, NULL), TFEED_OK);
    fixture_start(fixture);
}

static void fixture_clear(struct fixture *fixture)
{
    for (int i = 0; i < MAX_COLUMNS; i++)
        tfeed_tensor_clear(&fixture->columns[i]);
    tfeed_example_parser_free(fixture->parser);
    tfeed_schema_unref(fixture->schema);
}

/* Parses one example, whose bytes end at a guard page, into a row. */
static tfeed_status parse(struct fixture *fixture, struct wire_bytes example, int64_t row)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, example.data, example.len);
    const struct tfeed_bytes bytes = {guarded.data, guarded.len, NULL};
    const tfeed_status status = tfeed_example_parser_parse(
        fixture->parser, &bytes, 1, fixture->columns, row, NULL, &fixture->error);
    if (fixture->columns[0].dtype != TFEED_STRING) /* else the views go with the bytes */
        t_guarded_clear(&guarded);
    return status;
}

static void expect_refused(struct wire_bytes feature, enum tfeed_dtype dtype,
                           struct tfeed_shape shape, const char *phrase)
{
    struct fixture fixture;
    fixture_init(&fixture, dtype, shape);
    cr_assert_eq(parse(&fixture, example_of(entry_of("x", feature)), 0), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, phrase), "'%s' is not in '%s'", phrase,
                       fixture.error.message);
    fixture_clear(&fixture);
}

static void expect_int64(struct wire_bytes example, int64_t expected)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, scalar);
    for (int64_t row = 0; row < 2; row++) { /* the second time the order is known */
        cr_assert_eq(parse(&fixture, example, row), TFEED_OK, "%s", fixture.error.message);
        cr_assert_eq(tfeed_tensor_int64s(&fixture.columns[0])[row], expected);
    }
    fixture_clear(&fixture);
}

/* --- values ------------------------------------------------------------------------------- */

Test(example_parser, int64_of_every_length_is_read)
{
    for (unsigned n_bits = 0; n_bits <= 64; n_bits++) {
        const uint64_t value = n_bits == 64 ? UINT64_MAX : (UINT64_C(1) << n_bits) - 1;
        expect_int64(example_of(entry_of("x", int64_feature((int64_t)value))), (int64_t)value);
        const uint64_t next = n_bits == 64 ? 0 : UINT64_C(1) << n_bits % 64;
        expect_int64(example_of(entry_of("x", int64_feature((int64_t)next))), (int64_t)next);
    }
}

Test(example_parser, int64_list_of_a_shape_is_read_row_major)
{
    static const int64_t values[] = {1, -2, 300, INT64_MIN, 5, 6};
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, tfeed_shape_matrix(2, 3));
    cr_assert_eq(parse(&fixture, example_of(entry_of("x", int64s_feature(values, 6))), 1),
                 TFEED_OK);
    cr_assert_eq(memcmp(tfeed_tensor_int64s(&fixture.columns[0]) + 6, values, sizeof values), 0);
    fixture_clear(&fixture);
}

Test(example_parser, int32_takes_what_fits_and_names_what_does_not)
{
    static const struct {
        int64_t value;
        bool fits;
    } rows[] = {{INT32_MAX, true},
                {INT32_MIN, true},
                {(int64_t)INT32_MAX + 1, false},
                {(int64_t)INT32_MIN - 1, false},
                {INT64_C(1) << 32, false}};
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT32, scalar);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[32];
        const tfeed_status status =
            parse(&fixture, example_of(entry_of("x", int64_feature(rows[i].value))), 0);
        cr_assert_eq(status, rows[i].fits ? TFEED_OK : TFEED_INVALID_ARGUMENT);
        (void)snprintf(text, sizeof text, "%" PRId64, rows[i].value);
        if (rows[i].fits)
            cr_assert_eq(tfeed_tensor_int32s(&fixture.columns[0])[0], rows[i].value);
        else
            cr_assert_not_null(strstr(fixture.error.message, text), "%s", fixture.error.message);
    }
    fixture_clear(&fixture);
}

Test(example_parser, floats_are_read_bit_for_bit)
{
    static const uint32_t bits[] = {0x7fc00001, 0x7f800000, 0x80000000, 0x00000001};
    float values[4];
    memcpy(values, bits, sizeof bits);
    struct fixture fixture;
    fixture_init(&fixture, TFEED_FLOAT, tfeed_shape_vector(4));
    cr_assert_eq(parse(&fixture, example_of(entry_of("x", floats_feature(values, 4))), 0),
                 TFEED_OK);
    cr_assert_eq(memcmp(fixture.columns[0].data, bits, sizeof bits), 0);
    fixture_clear(&fixture);
}

Test(example_parser, unpacked_floats_are_read)
{
    struct wire_bytes list = {.len = 0};
    wire_append(&list, "\x0d\x00\x00\x80\x3f\x0d\x00\x00\x00\x40", 10);
    struct fixture fixture;
    fixture_init(&fixture, TFEED_FLOAT, tfeed_shape_vector(2));
    cr_assert_eq(parse(&fixture, example_of(entry_of("x", len_field(2, list.data, list.len))), 0),
                 TFEED_OK);
    cr_assert_eq(tfeed_tensor_floats(&fixture.columns[0])[0], 1.0F);
    cr_assert_eq(tfeed_tensor_floats(&fixture.columns[0])[1], 2.0F);
    fixture_clear(&fixture);
}

Test(example_parser, shape_without_elements_takes_an_empty_list)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, tfeed_shape_vector(0));
    cr_assert_eq(parse(&fixture, example_of(entry_of("x", int64s_feature(NULL, 0))), 0), TFEED_OK);
    cr_assert_eq(parse(&fixture, example_of(empty_feature()), 0), TFEED_INVALID_ARGUMENT);
    fixture_clear(&fixture);
}

/* Raw columns of both dtypes; a name too long for a template goes another way. */
static void expect_raw(const char *name)
{
    static const uint8_t image[] = {0, 1, 127, 128, 255};
    struct fixture fixture = {.schema = NULL};
    struct wire_bytes entries = entry_of(name, bytes_feature(image, sizeof image));
    cr_assert_eq(tfeed_schema_new(NULL, &fixture.schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(fixture.schema, name, TFEED_UINT8, 5, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(fixture.schema, "f", TFEED_FLOAT, 5, 1.0F / 255, -0.5F, NULL),
                 TFEED_OK);
    fixture_start(&fixture);
    entries = joined(entries, entry_of("f", bytes_feature(image, sizeof image)));
    cr_assert_eq(parse(&fixture, example_of(entries), 2), TFEED_OK, "%s", fixture.error.message);
    cr_assert_eq(memcmp(tfeed_tensor_uint8s(&fixture.columns[0]) + 10, image, 5), 0);
    for (int i = 0; i < 5; i++) {
        volatile float product = (float)image[i] * (1.0F / 255);
        cr_assert_eq(tfeed_tensor_floats(&fixture.columns[1])[10 + i], product - 0.5F);
    }
    fixture_clear(&fixture);
}

Test(example_parser, raw_bytes_become_uint8_and_scaled_floats)
{
    expect_raw("image_raw");
    expect_raw("a name that is too long to fit in the sixty-four bytes of a template's prefix");
    expect_raw("a name of more than one hundred and twenty-seven bytes, whose own length takes two "
               "bytes on the wire, which no ordinary entry has at all");
}

Test(example_parser, raw_bytes_of_another_length_are_refused)
{
    struct fixture fixture = {.schema = NULL};
    cr_assert_eq(tfeed_schema_new(NULL, &fixture.schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(fixture.schema, "x", TFEED_UINT8, 784, 1, 0, NULL), TFEED_OK);
    fixture_start(&fixture);
    static const uint8_t image[785];
    for (size_t len = 783; len <= 785; len += 2) {
        cr_assert_eq(parse(&fixture, example_of(entry_of("x", bytes_feature(image, len))), 0),
                     TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(fixture.error.message, "expected 784"));
    }
    const struct wire_bytes two = joined(len_field(1, image, 784), len_field(1, image, 784));
    cr_assert_eq(parse(&fixture, example_of(entry_of("x", len_field(1, two.data, two.len))), 0),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "Values size: 2"));
    fixture_clear(&fixture);
}

/* --- work between records ------------------------------------------------------------------- */

struct steps {
    uint8_t bytes[1000]; /* asked for, never looked at */
    int n_calls;
    int max_calls;
};

static const uint8_t *step(void *user_data)
{
    struct steps *steps = user_data;
    return ++steps->n_calls < steps->max_calls ? steps->bytes : NULL;
}

static int count_steps(struct tfeed_example_parser *parser, const struct tfeed_bytes *records,
                       struct tfeed_tensor *columns, int max_calls)
{
    struct steps steps = {.max_calls = max_calls};
    tfi_example_parser_between(parser, step, &steps);
    cr_assert_eq(tfeed_example_parser_parse(parser, records, N_ROWS, columns, 0, NULL, NULL),
                 TFEED_OK);
    tfi_example_parser_between(parser, NULL, NULL);
    cr_assert_eq(tfeed_example_parser_parse(parser, records, N_ROWS, columns, 0, NULL, NULL),
                 TFEED_OK);
    return steps.n_calls;
}

/* One step before each record, however records are taken: alike or not, with raw bytes or none. */
Test(example_parser, other_work_goes_a_step_on_before_each_record)
{
    static const uint8_t image[784];
    struct wire_bytes examples[2][N_ROWS];
    struct tfeed_bytes records[N_ROWS];
    for (int raw = 0; raw < 2; raw++) {
        struct fixture fixture = {.schema = NULL};
        cr_assert_eq(tfeed_schema_new(NULL, &fixture.schema, NULL), TFEED_OK);
        cr_assert_eq(raw ? tfeed_schema_add_raw(fixture.schema, "x", TFEED_UINT8, 784, 1, 0, NULL)
                         : tfeed_schema_add_fixed(fixture.schema, "x", TFEED_INT64, &scalar, NULL),
                     TFEED_OK);
        fixture_start(&fixture);
        for (int alike = 0; alike < 2; alike++) {
            for (int i = 0; i < N_ROWS; i++) {
                const int64_t length = alike ? 1 : 1 << i * 7;
                const struct wire_bytes extra = entry_of("y", int64_feature(length));
                const struct wire_bytes x =
                    entry_of("x", raw ? bytes_feature(image, 784) : int64_feature(i));
                examples[alike][i] = example_of(joined(x, extra));
                records[i] = view_of(&examples[alike][i]);
            }
            cr_assert_eq(count_steps(fixture.parser, records, fixture.columns, 100), N_ROWS);
            cr_assert_eq(count_steps(fixture.parser, records, fixture.columns, 2), 2);
        }
        fixture_clear(&fixture);
    }
}

/* --- presence ----------------------------------------------------------------------------- */

Test(example_parser, missing_feature_is_named)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, scalar);
    cr_assert_eq(parse(&fixture, empty_feature(), 0), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(fixture.error.message,
                     "Feature: x (data type: int64) is required but could not be found.");
    fixture_clear(&fixture);
}

Test(example_parser, feature_without_a_kind_is_missing)
{
    expect_refused(empty_feature(), TFEED_INT64, scalar, "is required but could not be found");
}

Test(example_parser, wrong_kind_is_refused_naming_both)
{
    expect_refused(bytes_feature("7", 1), TFEED_INT64, scalar,
                   "Data types don't match. Data type: string but expected type: int64");
}

Test(example_parser, wrong_number_of_values_is_refused_naming_both)
{
    static const int64_t values[] = {1, 2};
    expect_refused(int64s_feature(values, 2), TFEED_INT64, scalar,
                   "Values size: 2 but output shape: []");
    expect_refused(int64s_feature(values, 2), TFEED_INT64, tfeed_shape_vector(3),
                   "Values size: 2 but output shape: [3]");
    expect_refused(int64s_feature(values, 0), TFEED_INT64, scalar, "Values size: 0");
}

/* --- encodings that protobuf allows -------------------------------------------------------- */

Test(example_parser, last_occurrence_of_a_key_wins)
{
    expect_int64(
        example_of(joined(entry_of("x", int64_feature(1)), entry_of("x", int64_feature(2)))), 2);
    expect_int64(joined(example_of(entry_of("x", int64_feature(1))),
                        example_of(entry_of("x", int64_feature(2)))),
                 2);
}

Test(example_parser, later_feature_without_a_kind_hides_nothing)
{
    expect_int64(
        example_of(joined(entry_of("x", int64_feature(1)), entry_of("x", empty_feature()))), 1);
}

Test(example_parser, earlier_wrong_kind_is_not_seen)
{
    expect_int64(
        example_of(joined(entry_of("x", bytes_feature("a", 1)), entry_of("x", int64_feature(2)))),
        2);
}

Test(example_parser, later_wrong_kind_is_an_error)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, scalar);
    cr_assert_eq(parse(&fixture,
                       example_of(joined(entry_of("x", int64_feature(2)),
                                         entry_of("x", bytes_feature("a", 1)))),
                       0),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "Data types don't match"));
    fixture_clear(&fixture);
}

Test(example_parser, value_before_key_is_read)
{
    const struct wire_bytes feature = int64_feature(9);
    const struct wire_bytes entry =
        joined(len_field(2, feature.data, feature.len), len_field(1, "x", 1));
    expect_int64(example_of(len_field(1, entry.data, entry.len)), 9);
}

Test(example_parser, unknown_fields_are_skipped)
{
    const struct wire_bytes known = entry_of("x", int64_feature(4));
    expect_int64(joined(varint_field(5, 1), example_of(joined(len_field(9, "?", 1), known))), 4);
}

Test(example_parser, lengths_with_needless_bytes_are_read)
{
    struct wire_bytes entry = {.len = 0};
    wire_append(&entry, "\x0a\x8c\x00\x0a\x81\x00x\x12\x85\x00\x1a\x83\x00\x0a\x01\x05", 16);
    entry.data[1] = (uint8_t)(0x80 | (entry.len - 3));
    entry.data[8] = (uint8_t)(0x80 | (entry.len - 10));
    entry.data[11] = (uint8_t)(0x80 | (entry.len - 13));
    expect_int64(example_of(entry), 5);
}

Test(example_parser, broken_feature_that_nobody_wants_is_not_looked_at)
{
    expect_int64(example_of(joined(entry_of("y", len_field(3, "\x0a\x05", 2)),
                                   entry_of("x", int64_feature(3)))),
                 3);
}

/* --- malformed ---------------------------------------------------------------------------- */

Test(example_parser, cut_anywhere_is_refused)
{
    static const float floats[] = {1, 2};
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, scalar);
    const struct wire_bytes whole = example_of(joined(
        joined(entry_of("image", bytes_feature("abcdef", 6)), entry_of("x", int64_feature(300))),
        entry_of("y", floats_feature(floats, 2))));
    cr_assert_eq(parse(&fixture, whole, 0), TFEED_OK);
    for (size_t len = 0; len < whole.len; len++) {
        struct wire_bytes cut = whole;
        cut.len = len;
        cr_assert_eq(parse(&fixture, cut, 0), TFEED_INVALID_ARGUMENT, "cut to %zu", len);
        cr_assert_eq(parse(&fixture, whole, 0), TFEED_OK, "the parser goes on");
    }
    fixture_clear(&fixture);
}

Test(example_parser, entry_that_runs_past_its_features_is_refused)
{
    static const float floats[] = {1, 2};
    const struct wire_bytes entries[] = {entry_of("x", int64_feature(300)),
                                         entry_of("x", int64_feature(INT64_MAX)),
                                         entry_of("x", floats_feature(floats, 1))};
    for (int i = 0; i < 3; i++) {
        struct fixture fixture;
        fixture_init(&fixture, i < 2 ? TFEED_INT64 : TFEED_FLOAT, scalar);
        cr_assert_eq(parse(&fixture, example_of(entries[i]), 0), TFEED_OK);
        for (size_t len = 0; len < entries[i].len; len++) {
            struct wire_bytes cut = entries[i];
            cut.len = len;
            cr_assert_eq(parse(&fixture, example_of(cut), 0), TFEED_INVALID_ARGUMENT,
                         "entry %d cut to %zu", i, len);
        }
        fixture_clear(&fixture);
    }
}

Test(example_parser, malformed_bytes_are_located)
{
    struct fixture fixture;
    fixture_init(&fixture, TFEED_INT64, scalar);
    cr_assert_eq(parse(&fixture, len_field(15, "", 0), 0), TFEED_INVALID_ARGUMENT);
    struct wire_bytes garbage = {.len = 0};
    wire_append(&garbage, "\x7f\x7f", 2);
    cr_assert_eq(parse(&fixture, garbage, 0), TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "Could not parse example input"));
    cr_assert_not_null(strstr(fixture.error.message, "near byte 0"));
    fixture_clear(&fixture);
}

Test(example_parser, failure_names_the_file_of_the_record)
{
    struct tfeed_block *block;
    uint8_t *data;
    struct fixture fixture;
    size_t bad_row = 99;
    fixture_init(&fixture, TFEED_INT64, scalar);
    cr_assert_eq(tfi_block_alloc(NULL, 64, &block, &data, NULL), TFEED_OK);
    cr_assert_eq(tfi_block_set_origin(block, data, "train.tfrecords", 1000, NULL), TFEED_OK);
    const struct wire_bytes example = example_of(entry_of("x", int64_feature(1)));
    memcpy(data, example.data, example.len);
    const struct tfeed_bytes bytes[] = {{data, example.len, block}, {data + 12, 0, block}};
    cr_assert_eq(tfeed_example_parser_parse(fixture.parser, bytes, 2, fixture.columns, 0, &bad_row,
                                            &fixture.error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_eq(bad_row, 1);
    cr_assert_str_eq(fixture.error.path, "train.tfrecords");
    cr_assert_eq(fixture.error.offset, 1012);
    tfeed_block_unref(block);
    fixture_clear(&fixture);
    T_EXPECT_NO_LEAKS(NULL);
}

/* --- strings ------------------------------------------------------------------------------ */

/* A block whose freeing is seen. */
static void note_freed(void *user_data)
{
    *(bool *)user_data = true;
}

Test(example_parser, strings_hold_the_block_of_their_record)
{
    const struct wire_bytes example = example_of(entry_of("x", bytes_feature("abc", 3)));
    const struct wire_bytes other = example_of(entry_of("x", bytes_feature("de", 2)));
    struct fixture fixture;
    bool freed = false;
    struct tfeed_block *block;
    fixture_init(&fixture, TFEED_STRING, scalar);
    cr_assert_eq(tfeed_block_new(example.data, example.len, note_freed, &freed, &block, NULL),
                 TFEED_OK);
    const struct tfeed_bytes bytes = {example.data, example.len, block};
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, &bytes, 1, fixture.columns, 2, NULL, NULL),
        TFEED_OK);
    tfeed_block_unref(block);
    cr_assert_not(freed, "the column still shows it");
    const struct tfeed_bytes *strings = tfeed_tensor_strings(&fixture.columns[0]);
    cr_assert(strings[2].len == 3 && memcmp(strings[2].data, "abc", 3) == 0);
    const struct tfeed_bytes replacement = view_of(&other);
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, &replacement, 1, fixture.columns, 2, NULL, NULL),
        TFEED_OK);
    cr_assert(freed, "what was in the row is replaced");
    cr_assert_eq(strings[2].len, 2);
    fixture_clear(&fixture);
}

Test(example_parser, failed_row_leaves_its_strings_empty)
{
    const struct tfeed_shape pair = tfeed_shape_vector(2);
    const struct wire_bytes list = joined(len_field(1, "a", 1), len_field(1, "b", 1));
    const struct wire_bytes good = example_of(entry_of("x", len_field(1, list.data, list.len)));
    const struct wire_bytes bad = example_of(entry_of("x", bytes_feature("c", 1)));
    bool freed = false;
    struct tfeed_block *block;
    struct fixture fixture;
    size_t bad_row;
    fixture_init(&fixture, TFEED_STRING, pair);
    cr_assert_eq(tfeed_block_new(good.data, good.len, note_freed, &freed, &block, NULL), TFEED_OK);
    const struct tfeed_bytes bytes[] = {
        {good.data, good.len, block}, {bad.data, bad.len, block}, {good.data, good.len, block}};
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, bytes, 3, fixture.columns, 1, &bad_row, NULL),
        TFEED_INVALID_ARGUMENT);
    cr_assert_eq(bad_row, 1);
    const struct tfeed_bytes *strings = tfeed_tensor_strings(&fixture.columns[0]);
    cr_assert(strings[2].block == block && strings[3].block == block, "the row before is filled");
    for (int i = 4; i < 8; i++)
        cr_assert(strings[i].data == NULL && strings[i].block == NULL);
    tfeed_block_unref(block);
    cr_assert_not(freed);
    fixture_clear(&fixture);
    cr_assert(freed, "exactly the references of the good row were held");
}

Test(example_parser, failed_call_leaves_other_rows_alone)
{
    const struct wire_bytes good = example_of(entry_of("x", bytes_feature("a", 1)));
    const struct wire_bytes bad = example_of(empty_feature());
    bool freed = false;
    struct tfeed_block *block;
    struct fixture fixture;
    fixture_init(&fixture, TFEED_STRING, scalar);
    cr_assert_eq(tfeed_block_new(good.data, good.len, note_freed, &freed, &block, NULL), TFEED_OK);
    const struct tfeed_bytes first[] = {{good.data, good.len, block}, {good.data, good.len, block}};
    const struct tfeed_bytes second[] = {{bad.data, bad.len, block}, {good.data, good.len, block}};
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, first, 2, fixture.columns, 0, NULL, NULL),
        TFEED_OK);
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, second, 2, fixture.columns, 2, NULL, NULL),
        TFEED_INVALID_ARGUMENT);
    tfeed_block_unref(block);
    cr_assert_not(freed);
    fixture_clear(&fixture);
    cr_assert(freed, "each of the two rows held one reference");
}

/* --- the call ----------------------------------------------------------------------------- */

Test(example_parser, columns_that_do_not_fit_are_refused)
{
    struct fixture fixture;
    const struct wire_bytes example = example_of(entry_of("x", int64_feature(1)));
    const struct tfeed_bytes bytes = view_of(&example);
    fixture_init(&fixture, TFEED_INT64, scalar);
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, &bytes, 1, fixture.columns, N_ROWS, NULL, NULL),
        TFEED_INVALID_ARGUMENT);
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, &bytes, 1, fixture.columns, -1, NULL, NULL),
        TFEED_INVALID_ARGUMENT);
    const struct tfeed_shape shape = tfeed_shape_vector(N_ROWS);
    struct tfeed_tensor wrong = tfeed_tensor_borrow(TFEED_FLOAT, &shape, fixture.columns[0].data);
    cr_assert_eq(
        tfeed_example_parser_parse(fixture.parser, &bytes, 1, &wrong, 0, NULL, &fixture.error),
        TFEED_INVALID_ARGUMENT);
    cr_assert_not_null(strstr(fixture.error.message, "float32[4]"));
    fixture_clear(&fixture);
}

Test(example_parser, schema_without_features_is_refused)
{
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_INVALID_ARGUMENT);
    tfeed_schema_unref(schema);
}

Test(example_parser, failed_allocation_leaves_nothing_behind)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_schema *schema = NULL;
        struct tfeed_example_parser *parser = NULL;
        tfeed_status status = tfeed_schema_new(allocator, &schema, NULL);
        if (status == TFEED_OK)
            status = tfeed_schema_add_fixed(schema, "x", TFEED_INT64, &scalar, NULL);
        if (status == TFEED_OK)
            status = tfeed_example_parser_new(schema, allocator, &parser, NULL);
        T_EXPECT_ALLOC_STATUS(status);
        tfeed_example_parser_free(parser);
        tfeed_schema_unref(schema);
    });
}
