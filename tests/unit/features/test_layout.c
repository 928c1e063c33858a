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
    subject->parser->take_layout = tfi_layout_take_variant(level);
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
