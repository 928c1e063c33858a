/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_jsonl.c - lines of JSON as records, byte for byte; what is no such line; and which records
 * become the same bytes again.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "tests/support/support.h"

static struct tfeed_memory_files *memory;
static struct tfeed_dataset_write_options options;
static const char *const lines[] = {"lines"};

static void set_up(void)
{
    cr_assert_eq(tfeed_memory_files_new(NULL, &memory, NULL), TFEED_OK);
    tfeed_dataset_write_options_init(&options);
    options.file_system = tfeed_memory_files_system(memory);
    options.overwrite = true;
}

static void tear_down(void)
{
    tfeed_memory_files_free(memory);
}

TestSuite(jsonl, .init = set_up, .fini = tear_down);

static tfeed_status convert_bytes(const void *data, size_t len, bool utf8,
                                  struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_report report;
    cr_assert_eq(tfeed_memory_files_put(memory, "lines", data, len, NULL), TFEED_OK);
    const tfeed_status status =
        tfeed_dataset_from_jsonl(lines, 1, "out", utf8, &options, &report, reterr);
    tfeed_dataset_write_report_clear(&report);
    return status;
}

static tfeed_status convert(const char *text, bool utf8, struct tfeed_error *reterr)
{
    return convert_bytes(text, strlen(text), utf8, reterr);
}

/* The text becomes this one record. */
static void expect_record(const char *text, bool utf8, const char *record, size_t len)
{
    struct tfeed_record_reader_options reader_options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(convert(text, utf8, &error), TFEED_OK, "%s: %s", text, error.message);
    tfeed_record_reader_options_init(&reader_options);
    reader_options.file_system = options.file_system;
    cr_assert_eq(tfeed_record_reader_open("out", &reader_options, &reader, NULL), TFEED_OK);
    cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OK);
    cr_assert_eq(view.len, len, "%s: %zu bytes", text, view.len);
    cr_assert_arr_eq(view.data, record, len, "%s", text);
    cr_assert_eq(tfeed_record_reader_next(reader, &view, NULL), TFEED_OUT_OF_RANGE);
    tfeed_record_reader_close(reader);
}

#define EXPECT_RECORD(text, record)      expect_record(text, false, record, sizeof(record) - 1)
#define EXPECT_UTF8_RECORD(text, record) expect_record(text, true, record, sizeof(record) - 1)

/* What is wrong, and at which byte. */
static void expect_fault(const char *text, bool utf8, uint64_t offset, const char *what)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(convert(text, utf8, &error), TFEED_INVALID_ARGUMENT, "%s", text);
    cr_assert_not_null(strstr(error.message, what), "%s: %s", text, error.message);
    cr_assert_eq(error.offset, offset, "%s: %s", text, error.message);
    cr_assert_eq(tfeed_memory_files_n_pending(memory, "out"), 0);
}

Test(jsonl, integers_are_packed)
{
    EXPECT_RECORD("{\"features\": {\"a\": {\"int64\": [1, 300, -1]}}}",
                  "\x0a\x18\x0a\x16\x0a\x01"
                  "a\x12\x11\x1a\x0f\x0a\x0d\x01\xac\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

Test(jsonl, floats_are_packed)
{
    EXPECT_RECORD("{\"features\": {\"f\": {\"float\": [1.5, \"NaN\", -0, \"-Infinity\"]}}}",
                  "\x0a\x1b\x0a\x19\x0a\x01"
                  "f\x12\x14\x12\x12\x0a\x10\x00\x00\xc0\x3f\x00\x00\xc0\x7f\x00\x00\x00\x80"
                  "\x00\x00\x80\xff");
}

Test(jsonl, bytes_are_base64)
{
    EXPECT_RECORD(
        "{\"features\": {\"b\": {\"bytes\": [\"AP/+\", \"\", \"YQ==\", \"YWI\\u003d\"]}}}",
        "\x0a\x17\x0a\x15\x0a\x01"
        "b\x12\x10\x0a\x0e\x0a\x03\x00\xff\xfe\x0a\x00\x0a\x01"
        "a\x0a\x02"
        "ab");
}

Test(jsonl, text_is_taken_as_it_is_where_asked)
{
    EXPECT_UTF8_RECORD("{\"features\":{\"b\":{\"bytes\":[\"a\\n\\u00e9\\ud83d\\ude00\"]}}}",
                       "\x0a\x13\x0a\x11\x0a\x01"
                       "b\x12\x0c\x0a\x0a\x0a\x08"
                       "a\n\xc3\xa9\xf0\x9f\x98\x80");
}

Test(jsonl, names_keep_their_order_and_may_come_twice)
{
    EXPECT_RECORD("{\"features\": {\"b\": {}, \"a\": {\"int64\": []}, \"b\": {}}}",
                  "\x0a\x17\x0a\x05\x0a\x01"
                  "b\x12\x00\x0a\x07\x0a\x01"
                  "a\x12\x02\x1a\x00\x0a\x05\x0a\x01"
                  "b\x12\x00");
}

Test(jsonl, no_features_are_no_bytes_unless_said_otherwise)
{
    EXPECT_RECORD("{\"features\": {}}", "");
    EXPECT_RECORD("{\"features\": {}, \"empty\": false}", "\x0a\x00");
}

Test(jsonl, raw_is_the_payload)
{
    EXPECT_RECORD("{\"raw\": \"aGVsbG8=\"}", "hello");
    EXPECT_UTF8_RECORD("{\"raw\": \"hello\"}", "hello");
}

Test(jsonl, lists_are_those_of_a_sequence_example)
{
    EXPECT_RECORD("{\"context\": {\"a\": {\"int64\": [7]}}, \"feature_lists\": {\"b\": "
                  "[{\"int64\": [1, 2]}, {}, {\"bytes\": [\"eA==\"]}]}}",
                  "\x0a\x0c\x0a\x0a\x0a\x01"
                  "a\x12\x05\x1a\x03\x0a\x01\x07"
                  "\x12\x18\x0a\x16\x0a\x01"
                  "b\x12\x11\x0a\x06\x1a\x04\x0a\x02\x01\x02\x0a\x00\x0a\x05\x0a\x03\x0a\x01x");
    /* the order of members does not matter, that of names does */
    EXPECT_RECORD("{\"feature_lists\": {\"b\": [], \"a\": []}, \"context\": {}}",
                  "\x0a\x00\x12\x0e\x0a\x05\x0a\x01"
                  "b\x12\x00\x0a\x05\x0a\x01"
                  "a\x12\x00");
    EXPECT_RECORD("{\"feature_lists\": {}}", "\x12\x00");
    EXPECT_RECORD("{\"context\": {}}", "\x0a\x00");
}

Test(jsonl, white_space_marks_and_ends_of_lines_do_not_matter)
{
    EXPECT_RECORD("\xef\xbb\xbf\n  \r\n { \"features\" :\t{ \"b\" : { } } } \r\n\n",
                  "\x0a\x07\x0a\x05\x0a\x01"
                  "b\x12\x00");
}

Test(jsonl, what_is_wrong_is_said_with_its_place)
{
    expect_fault("{}", false, 1, "\"features\", or \"context\"");
    expect_fault("[1]", false, 0, "an object");
    expect_fault("{\"features\": {\"a\": {\"int64\": [1.5]}}}", false, 30, "an integer");
    expect_fault("{\"features\": {\"a\": {\"int64\": [9223372036854775808]}}}", false, 30,
                 "64 bits");
    expect_fault("{\"features\": {\"a\": {\"int\": [1]}}}", false, 20, "\"int64\"");
    expect_fault("{\"features\": {\"a\": {\"int64\": [1}}}", false, 31, "','");
    expect_fault("{\"features\": {\"a\": {\"int64\": [01]}}}", false, 30, "integer");
    expect_fault("{\"features\": {\"a\": {\"float\": [1e39]}}}", false, 30, "float");
    expect_fault("{\"features\": {\"a\": {\"float\": [\"nan\"]}}}", false, 30, "number");
    expect_fault("{\"features\": {\"a\": {\"bytes\": [\"abc\"]}}}", false, 30, "base64");
    expect_fault("{\"features\": {\"a\": {\"bytes\": [\"ab=c\"]}}}", false, 30, "base64");
    expect_fault("{\"features\": {\"a\": {\"bytes\": [\"YR==\"]}}}", false, 30, "base64");
    expect_fault("{\"features\": {\"a\": {\"bytes\": [\"\\ud83d\"]}}}", true, 37, "surrogate");
    expect_fault("{\"features\": {\"\xff\": {}}}", true, 15, "UTF-8");
    expect_fault("{\"features\": {}} x", false, 17, "end of the line");
    expect_fault("{\"features\": {}, \"raw\": \"\"}", false, 17, "once");
    expect_fault("{\"features\": {}, \"feature_lists\": {}}", false, 17, "once");
    expect_fault("{\"context\": {}, \"context\": {}}", false, 16, "once");
    expect_fault("{\"context\": {}, \"empty\": true}", false, 16, "once");
    expect_fault("{\"empty\": true}", false, 15, "in the line");
    expect_fault("{\"feature_lists\": {\"a\": {}}}", false, 24, "'[' before the steps");
    expect_fault("{\"feature_lists\": {\"a\": [{} {}]}}", false, 28, "behind a step");
    expect_fault("{\"raw\": \"\"}\n{\"raw\": ", false, 20, "line 2");
}

Test(jsonl, every_cut_line_is_a_fault)
{
    static const char whole[] =
        "{\"features\": {\"a\": {\"float\": [1.5, \"NaN\"]}, \"b\": {\"bytes\": [\"aa==\"]}}}";
    char text[sizeof whole];
    for (size_t len = 1; len + 1 < sizeof whole; len++) {
        memcpy(text, whole, len);
        text[len] = '\0';
        cr_assert_eq(convert(text, false, NULL), TFEED_INVALID_ARGUMENT, "%s", text);
    }
}

Test(jsonl, lines_longer_than_a_block_come_through)
{
    enum { DIGITS = 1 << 20 };
    static char text[DIGITS + 64];
    struct tfeed_dataset_count_options count_options;
    struct tfeed_dataset_count_report count;
    size_t len = (size_t)snprintf(text, sizeof text, "{\"raw\": \"");
    memset(text + len, 'A', DIGITS);
    len += DIGITS;
    len += (size_t)snprintf(text + len, sizeof text - len, "\"}\n{\"raw\": \"\"}");
    cr_assert_eq(convert_bytes(text, len, false, NULL), TFEED_OK);
    tfeed_dataset_count_options_init(&count_options);
    count_options.file_system = options.file_system;
    cr_assert_eq(tfeed_dataset_count("out", &count_options, &count, NULL), TFEED_OK);
    cr_assert_eq(count.n_records, 2);
    cr_assert_eq(count.n_bytes, DIGITS / 4 * 3 + 32);
    options.max_record_bytes = 1000;
    cr_assert_eq(convert_bytes(text, len, false, NULL), TFEED_RESOURCE_EXHAUSTED);
}

/* ------------------------------------------------------------ the same bytes */

static bool is_exact(const char *record, size_t len)
{
    struct t_guarded guarded;
    t_guarded_init_copy(&guarded, record, len);
    const bool exact = tfeed_dataset_jsonl_is_exact(guarded.data, len);
    t_guarded_clear(&guarded);
    return exact;
}

#define IS_EXACT(record) is_exact(record, sizeof(record) - 1)

Test(jsonl, the_form_that_is_made_is_exact)
{
    cr_assert(IS_EXACT(""));
    cr_assert(IS_EXACT("\x0a\x00"));
    cr_assert(IS_EXACT("\x0a\x0b\x0a\x09\x0a\x01"
                       "a\x12\x04\x1a\x02\x0a\x00") == false); /* packed, of nothing */
    cr_assert(IS_EXACT("\x0a\x0c\x0a\x0a\x0a\x01"
                       "a\x12\x05\x1a\x03\x0a\x01\x07"));
    cr_assert(IS_EXACT("\x0a\x0a\x0a\x08\x0a\x01"
                       "a\x12\x03\x1a\x01\x08") == false);
}

Test(jsonl, lists_in_the_form_that_is_made_are_exact)
{
    cr_assert(IS_EXACT("\x12\x00"));
    cr_assert(IS_EXACT("\x0a\x00\x12\x00"));
    cr_assert(IS_EXACT("\x12\x07\x0a\x05\x0a\x01"
                       "a\x12\x00"));
    cr_assert(IS_EXACT("\x12\x09\x0a\x07\x0a\x01"
                       "a\x12\x02\x0a\x00"));
    /* the lists first; twice; an unknown field in a list; a step that is not packed */
    cr_assert_not(IS_EXACT("\x12\x00\x0a\x00"));
    cr_assert_not(IS_EXACT("\x12\x00\x12\x00"));
    cr_assert_not(IS_EXACT("\x12\x09\x0a\x07\x0a\x01"
                           "a\x12\x02\x12\x00"));
    cr_assert_not(IS_EXACT("\x12\x0d\x0a\x0b\x0a\x01"
                           "a\x12\x06\x0a\x04\x1a\x02\x08\x07"));
}

Test(jsonl, other_forms_are_not_exact)
{
    /* not packed */
    cr_assert_not(IS_EXACT("\x0a\x0b\x0a\x09\x0a\x01"
                           "a\x12\x04\x1a\x02\x08\x07"));
    /* a longer varint than needed, as a value and as a length */
    cr_assert_not(IS_EXACT("\x0a\x0d\x0a\x0b\x0a\x01"
                           "a\x12\x06\x1a\x04\x0a\x02\x87\x00"));
    cr_assert_not(IS_EXACT("\x0a\x80\x00"));
    /* an unknown field behind the features; two messages of features */
    cr_assert_not(IS_EXACT("\x0a\x00\x10\x01"));
    cr_assert_not(IS_EXACT("\x0a\x00\x0a\x00"));
    /* value before name; no value; no name */
    cr_assert_not(IS_EXACT("\x0a\x07\x0a\x05\x12\x00\x0a\x01"
                           "a"));
    cr_assert_not(IS_EXACT("\x0a\x05\x0a\x03\x0a\x01"
                           "a"));
    cr_assert_not(IS_EXACT("\x0a\x04\x0a\x02\x12\x00"));
    /* a NaN with other bits; a name that is not UTF-8 */
    cr_assert_not(IS_EXACT("\x0a\x0f\x0a\x0d\x0a\x01"
                           "a\x12\x08\x12\x06\x0a\x04\x01\x00\xc0\x7f"));
    cr_assert_not(IS_EXACT("\x0a\x07\x0a\x05\x0a\x01\xff\x12\x00"));
}

Test(jsonl, cut_records_are_not_exact)
{
    static const char whole[] = "\x0a\x17\x0a\x15\x0a\x01"
                                "b\x12\x10\x0a\x0e\x0a\x03\x00\xff\xfe\x0a\x00\x0a\x01"
                                "a\x0a\x02"
                                "ab";
    cr_assert(IS_EXACT(whole));
    for (size_t len = 1; len < sizeof whole - 1; len++)
        cr_assert_not(is_exact(whole, len));
}

Test(jsonl, every_allocation_may_fail)
{
    T_FAIL_EACH_ALLOC(allocator, {
        options.allocator = allocator;
        T_EXPECT_ALLOC_STATUS(
            convert("{\"features\": {\"a\": {\"int64\": [1]}, \"b\": {\"bytes\": [\"aaaa\"]}}}\n"
                    "{\"feature_lists\": {\"a\": [{\"int64\": [1]}]}}",
                    false, NULL));
    });
}
