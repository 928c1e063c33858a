/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_layout.c - records taken as a whole give what their entries give, and when layouts are
 * learnt.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

#include <tfeed/features.h>

#include "features/example_parser_private.h"
#include "tests/support/support.h"
#include "tests/unit/features/example_bytes.h"

enum { N_FLOATS = 3, N_IMAGE = 70 };

enum { NUMBER, SMALL, FLOATS, IMAGE, PICTURE, N_COLUMNS };

struct subject {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    struct tfeed_tensor columns[N_COLUMNS];
    struct tfeed_error error;
};

static void subject_init(struct subject *subject, enum tfi_cpu_level level)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape floats = tfeed_shape_vector(N_FLOATS);
    struct tfeed_schema *schema;
    *subject = (struct subject){.error = TFEED_ERROR_INIT};
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "number", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "small", TFEED_INT32, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "floats", TFEED_FLOAT, &floats, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "image", TFEED_UINT8, N_IMAGE, 1, 0, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_raw(schema, "picture", TFEED_FLOAT, N_IMAGE, 0.5F, -1, NULL),
                 TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &subject->parser, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_alloc_columns(schema, 1, NULL, subject->columns, NULL), TFEED_OK);
    subject->parser->take_layouts = tfi_layout_take_variant(level);
    subject->schema = schema;
}

static void subject_clear(struct subject *subject)
{
    for (int i = 0; i < N_COLUMNS; i++)
        tfeed_tensor_clear(&subject->columns[i]);
    tfeed_example_parser_free(subject->parser);
    tfeed_schema_unref(subject->schema);
}

/* Parses a record whose bytes end at a guard page. */
static tfeed_status parse(struct subject *subject, const struct wire_bytes *record)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, record->data, record->len);
    const struct tfeed_bytes bytes = {guarded.data, guarded.len, NULL};
    const tfeed_status status = tfeed_example_parser_parse(
        subject->parser, &bytes, 1, subject->columns, 0, NULL, &subject->error);
    t_guarded_clear(&guarded);
    return status;
}

static struct wire_bytes record_of(int64_t number, int64_t small, uint8_t pixel)
{
    const float floats[N_FLOATS] = {(float)number, 0.25F, -8.0F};
    char image[N_IMAGE];
    memset(image, pixel, sizeof image);
    struct wire_bytes all = entry_of("depth", int64_feature(number));
    all = joined(all, entry_of("floats", floats_feature(floats, N_FLOATS)));
    all = joined(all, entry_of("image", bytes_feature(image, N_IMAGE)));
    all = joined(all, entry_of("number", int64_feature(number)));
    image[0] = 1;
    all = joined(all, entry_of("picture", bytes_feature(image, N_IMAGE)));
    all = joined(all, entry_of("small", int64_feature(small)));
    /* nobody wants it, but with one bit changed it is "small" again */
    return example_of(joined(all, entry_of("smalm", int64_feature(28))));
}

static void expect_equal_columns(const struct subject *a, const struct subject *b)
{
    for (int i = 0; i < N_COLUMNS; i++) {
        const size_t n_bytes =
            (size_t)tfeed_tensor_n_elements(&a->columns[i]) * tfeed_dtype_size(a->columns[i].dtype);
        cr_assert_eq(memcmp(a->columns[i].data, b->columns[i].data, n_bytes), 0, "column %d", i);
    }
}

static enum tfi_cpu_level levels[] = {TFI_CPU_BASELINE, TFI_CPU_AVX512};

static void skip_what_cannot_run(enum tfi_cpu_level level)
{
    if (level > tfi_cpu_level())
        cr_skip_test("level %s not tested: this machine, or TFEED_CPU, lacks it",
                     tfi_cpu_level_name(level));
}

/* --- what is taken ------------------------------------------------------------------------- */

ParameterizedTestParameters(layout, values_are_those_of_the_entries)
{
    return cr_make_param_array(enum tfi_cpu_level, levels, sizeof levels / sizeof levels[0]);
}

ParameterizedTest(const enum tfi_cpu_level *level, layout, values_are_those_of_the_entries)
{
    static const int64_t numbers[] = {0, 1, 127, 128, 16383, 16384, 1 << 28, (int64_t)1 << 55};
    struct subject whole;
    struct subject entries;
    skip_what_cannot_run(*level);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        subject_init(&whole, *level);
        subject_init(&entries, *level);
        entries.parser->has_layouts = false;
        const int64_t small = numbers[i] < 1 << 28 ? numbers[i] : 5;
        for (uint8_t pixel = 0; pixel < 5; pixel++) {
            /* other values of as many bytes */
            const struct wire_bytes record = record_of(numbers[i] ^ (pixel & 1), small, pixel);
            cr_assert_eq(parse(&whole, &record), TFEED_OK);
            cr_assert_eq(parse(&entries, &record), TFEED_OK);
            expect_equal_columns(&whole, &entries);
        }
        cr_assert_eq(whole.parser->layout.n_taken, 4, "all but the first");
        cr_assert_eq(entries.parser->layout.n_taken, 0);
        subject_clear(&whole);
        subject_clear(&entries);
    }
}

/* A record with each byte changed, to a parser that knows the layout and to one that looks at
 * entries: what they say, and the rows of what is good, are the same. */
ParameterizedTestParameters(layout, any_changed_byte_is_seen)
{
    return cr_make_param_array(enum tfi_cpu_level, levels, sizeof levels / sizeof levels[0]);
}

ParameterizedTest(const enum tfi_cpu_level *level, layout, any_changed_byte_is_seen)
{
    static const uint8_t changes[] = {0x01, 0x02, 0x08, 0x80, 0xff};
    const struct wire_bytes good = record_of(300, 7, 9);
    struct subject whole;
    struct subject entries;
    enum { LONG = 1 << 20 };
    int n_good = 0;
    skip_what_cannot_run(*level);
    subject_init(&whole, *level);
    subject_init(&entries, *level);
    entries.parser->has_layouts = false;
    cr_assert_eq(parse(&whole, &good), TFEED_OK);
    for (size_t i = 0; i < good.len * sizeof changes; i++) {
        struct wire_bytes record = good;
        record.data[i / sizeof changes] ^= changes[i % sizeof changes];
        cr_assert_eq(parse(&whole, &good), TFEED_OK);
        cr_assert_eq(parse(&entries, &good), TFEED_OK);
        whole.parser->layout.n_missed = whole.parser->layout.n_wait = LONG; /* it keeps it */
        const tfeed_status status = parse(&whole, &record);
        cr_assert_eq(status, parse(&entries, &record), "byte %zu", i / sizeof changes);
        if (status == TFEED_OK)
            expect_equal_columns(&whole, &entries);
        else
            cr_assert_str_eq(whole.error.message, entries.error.message, "byte %zu", i);
        n_good += status == TFEED_OK;
    }
    cr_assert_gt(n_good, 2 * N_IMAGE, "pixels may be anything");
    cr_assert_lt((size_t)n_good, good.len * sizeof changes);
    cr_assert_gt(whole.parser->layout.n_taken, good.len);
    subject_clear(&whole);
    subject_clear(&entries);
}

/* --- what has no layout --------------------------------------------------------------------- */

static void expect_not_learnt(struct wire_bytes record)
{
    struct subject subject;
    subject_init(&subject, TFI_CPU_BASELINE);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(parse(&subject, &record), TFEED_OK);
    cr_assert_eq(subject.parser->layout.len, 0);
    subject_clear(&subject);
}

Test(layout, what_is_not_ordinary_has_none)
{
    const struct wire_bytes good = record_of(1, 2, 3);
    const struct wire_bytes again = example_of(entry_of("small", int64_feature(9)));
    expect_not_learnt(joined(good, again));               /* two maps, a feature twice */
    expect_not_learnt(record_of(1, INT32_MAX, 3));        /* 5 bytes may be too large */
    expect_not_learnt(record_of(INT64_C(1) << 56, 2, 3)); /* 9 bytes */
    expect_not_learnt(joined(good, varint_field(15, 1))); /* a field of another message */
}

Test(layout, columns_without_a_template_have_none)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parser;
    cr_assert_eq(tfeed_schema_new(NULL, &schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(schema, "text", TFEED_STRING, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_example_parser_new(schema, NULL, &parser, NULL), TFEED_OK);
    cr_assert_not(parser->has_layouts);
    tfeed_example_parser_free(parser);
    tfeed_schema_unref(schema);
}

/* --- against entries ------------------------------------------------------------------------ */

enum { A, B, N_PAIR };

/* Columns "a" and "b", int64: by layouts, and by entries. */
struct pair {
    struct tfeed_schema *schema;
    struct tfeed_example_parser *parsers[2];
    struct tfeed_tensor columns[2][N_PAIR];
};

static void pair_init(struct pair *pair)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    *pair = (struct pair){.schema = NULL};
    cr_assert_eq(tfeed_schema_new(NULL, &pair->schema, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(pair->schema, "a", TFEED_INT64, &scalar, NULL), TFEED_OK);
    cr_assert_eq(tfeed_schema_add_fixed(pair->schema, "b", TFEED_INT64, &scalar, NULL), TFEED_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(tfeed_example_parser_new(pair->schema, NULL, &pair->parsers[i], NULL),
                     TFEED_OK);
        cr_assert_eq(tfeed_schema_alloc_columns(pair->schema, 1, NULL, pair->columns[i], NULL),
                     TFEED_OK);
    }
    pair->parsers[1]->has_layouts = false;
}

static void pair_clear(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        for (int column = 0; column < N_PAIR; column++)
            tfeed_tensor_clear(&pair->columns[i][column]);
        tfeed_example_parser_free(pair->parsers[i]);
    }
    tfeed_schema_unref(pair->schema);
}

/* Parses a record both ways; what they say is the same. True: it was taken as a whole. */
static bool pair_parse(struct pair *pair, const struct wire_bytes *record)
{
    struct t_guarded guarded;
    tfeed_status status[2];
    struct tfeed_error errors[2] = {TFEED_ERROR_INIT, TFEED_ERROR_INIT};
    const uint64_t n_taken = pair->parsers[0]->layout.n_taken;
    t_guarded_init_copy(&guarded, record->data, record->len);
    const struct tfeed_bytes bytes = {guarded.data, guarded.len, NULL};
    for (int i = 0; i < 2; i++)
        status[i] = tfeed_example_parser_parse(pair->parsers[i], &bytes, 1, pair->columns[i], 0,
                                               NULL, &errors[i]);
    t_guarded_clear(&guarded);
    cr_assert_eq(status[0], status[1]);
    cr_assert_str_eq(errors[0].message, errors[1].message);
    for (int column = 0; column < N_PAIR && status[0] == TFEED_OK; column++)
        cr_assert_eq(*tfeed_tensor_int64s(&pair->columns[0][column]),
                     *tfeed_tensor_int64s(&pair->columns[1][column]), "column %d", column);
    return pair->parsers[0]->layout.n_taken > n_taken;
}

static struct wire_bytes number_of(const char *name, int64_t value)
{
    return entry_of(name, int64_feature(value));
}

/* An entry of n values that nobody wants, long enough for a layout. */
static struct wire_bytes padding_of(size_t n)
{
    static const char zeros[WIRE_BYTES_MAX];
    return entry_of("padding", bytes_feature(zeros, n));
}

/* Records as long as the first, each with its entries in another way: none passes for it. */
Test(layout, records_of_one_length_are_told_apart)
{
    const struct wire_bytes a = number_of("a", 1), b = number_of("b", 2), padding = padding_of(60);
    struct wire_bytes other_kind = number_of("a", 1), without_value = number_of("b", 2);
    other_kind.data[other_kind.len - 3 - 2] = 0x12;   /* a list of floats */
    without_value.data[without_value.len - 3] = 0x12; /* a field that no list has */
    const struct wire_bytes good = example_of(joined(joined(a, b), padding));
    const struct wire_bytes others[] = {
        example_of(joined(joined(b, a), padding)),                 /* swapped */
        example_of(joined(joined(padding, a), b)),                 /* moved */
        example_of(joined(joined(number_of("c", 1), b), padding)), /* "a" is missing */
        example_of(joined(joined(a, a), padding)),                 /* twice, "b" is missing */
        example_of(joined(joined(other_kind, b), padding)),        /* … is of another kind */
        example_of(joined(joined(a, without_value), padding)),     /* … has no value */
        example_of(joined(joined(a, number_of("b", 300)), padding_of(59))),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct pair pair;
        pair_init(&pair);
        cr_assert_eq(others[i].len, good.len, "record %zu", i);
        cr_assert_not(pair_parse(&pair, &good));
        cr_assert(pair_parse(&pair, &good));
        cr_assert_not(pair_parse(&pair, &others[i]), "record %zu", i);
        pair_clear(&pair);
    }
}

/* The last of them counts: no layout says so. */
Test(layout, a_feature_twice_in_one_map_has_none)
{
    struct pair pair;
    const struct wire_bytes twice =
        joined(joined(number_of("a", 1), number_of("b", 2)), number_of("a", 3));
    const struct wire_bytes record = example_of(joined(twice, padding_of(60)));
    pair_init(&pair);
    for (int i = 0; i < 3; i++)
        cr_assert_not(pair_parse(&pair, &record));
    cr_assert_eq(pair.parsers[0]->layout.len, 0);
    cr_assert_eq(*tfeed_tensor_int64s(&pair.columns[0][A]), 3);
    pair_clear(&pair);
}

/* 64 bytes are compared at a time: shorter records have no layout, in others the last 64 may
 * overlap those before. */
Test(layout, records_of_any_length_are_read_within_their_bounds)
{
    const struct wire_bytes both = joined(number_of("a", 1), number_of("b", 2));
    bool has_met[3] = {false}; /* 63, 64 and 65 bytes */
    for (size_t n = 0; n < 120; n++) {
        struct pair pair;
        const struct wire_bytes record = example_of(joined(padding_of(n), both));
        pair_init(&pair);
        cr_assert_not(pair_parse(&pair, &record));
        cr_assert_eq(pair_parse(&pair, &record), record.len >= TFI_LAYOUT_PART_BYTES, "%zu bytes",
                     record.len);
        cr_assert_eq(*tfeed_tensor_int64s(&pair.columns[0][B]), 2);
        if (record.len + 1 - TFI_LAYOUT_PART_BYTES < 3)
            has_met[record.len + 1 - TFI_LAYOUT_PART_BYTES] = true;
        pair_clear(&pair);
    }
    cr_assert(has_met[0] && has_met[1] && has_met[2]);
}

/* So many parts, and no more: fixed bytes all over a record. */
Test(layout, records_with_too_much_that_is_fixed_have_none)
{
    for (size_t n = TFI_LAYOUT_MAX_PARTS - 2; n <= TFI_LAYOUT_MAX_PARTS + 1; n++) {
        struct wire_bytes all = joined(number_of("a", 1), number_of("b", 2));
        struct pair pair;
        for (size_t i = 0; i < n; i++) /* each begins a part: its value skips more than one */
            all = joined(all, padding_of(70));
        const struct wire_bytes record = example_of(all);
        pair_init(&pair);
        cr_assert_not(pair_parse(&pair, &record));
        cr_assert_eq(pair_parse(&pair, &record), n <= TFI_LAYOUT_MAX_PARTS, "%zu", n);
        pair_clear(&pair);
    }
}

/* A layout says where values stand in a record, not where they go. */
Test(layout, values_go_to_the_tensors_of_the_call)
{
    struct pair pair;
    struct tfeed_tensor others[N_PAIR];
    struct tfeed_error error = TFEED_ERROR_INIT;
    const struct wire_bytes padding = padding_of(60);
    struct wire_bytes records[4];
    struct tfeed_bytes views[4];
    pair_init(&pair);
    cr_assert_eq(tfeed_schema_alloc_columns(pair.schema, 7, NULL, others, NULL), TFEED_OK);
    for (int i = 0; i < 4; i++) {
        records[i] =
            example_of(joined(joined(number_of("a", 10 + i), number_of("b", 20 + i)), padding));
        views[i] = view_of(&records[i]);
    }
    cr_assert_not(pair_parse(&pair, &records[0]));
    cr_assert_eq(tfeed_example_parser_parse(pair.parsers[0], views, 4, others, 3, NULL, &error),
                 TFEED_OK);
    cr_assert_eq(pair.parsers[0]->layout.n_taken, 4);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(tfeed_tensor_int64s(&others[A])[3 + i], 10 + i);
        cr_assert_eq(tfeed_tensor_int64s(&others[B])[3 + i], 20 + i);
    }
    cr_assert_eq(*tfeed_tensor_int64s(&pair.columns[0][A]), 10);
    for (int column = 0; column < N_PAIR; column++)
        tfeed_tensor_clear(&others[column]);
    pair_clear(&pair);
}

/* --- when it is learnt ---------------------------------------------------------------------- */

/* Records of two lengths in turn: learning becomes seldom, and one of them is still known. */
Test(layout, changing_records_are_not_learnt_each_time)
{
    enum { N = 1000 };
    struct subject subject;
    uint64_t n_learnt = 0;
    subject_init(&subject, TFI_CPU_BASELINE);
    for (int i = 0; i < N; i++) {
        const size_t len = subject.parser->layout.len;
        const struct wire_bytes record = record_of(i % 2 == 0 ? 1 : 1000, 2, 3);
        cr_assert_eq(parse(&subject, &record), TFEED_OK);
        n_learnt += subject.parser->layout.len != len;
    }
    cr_assert_lt(n_learnt, 20);
    cr_assert_gt(subject.parser->layout.n_taken, N / 8);
    subject_clear(&subject);
}

Test(layout, what_held_for_long_is_learnt_anew_at_once)
{
    enum { N = 200 };
    struct subject subject;
    subject_init(&subject, TFI_CPU_BASELINE);
    for (int run = 0; run < 5; run++) {
        for (int i = 0; i < N; i++) {
            const struct wire_bytes record = record_of(run % 2 == 0 ? 1 : 1000, 2, 3);
            cr_assert_eq(parse(&subject, &record), TFEED_OK);
        }
        cr_assert_eq(subject.parser->layout.n_taken, N - 1);
    }
    subject_clear(&subject);
}
