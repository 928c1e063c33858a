/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_json.c - documents read with limits, exact integers, and what is written reads back.
 */
#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "io/json_internal.h"
#include "tests/support/support.h"

enum { MAX_BYTES = 4096 };

static struct tfi_json *parse(const char *text)
{
    struct tfi_json *json = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_json_parse(text, strlen(text), MAX_BYTES, &json, &error), TFEED_OK, "%s",
                 error.message);
    return json;
}

static void expect_refused(const char *text, tfeed_status status, uint64_t offset)
{
    struct tfi_json *json = NULL;
    struct tfeed_error error = TFEED_ERROR_INIT;
    cr_assert_eq(tfi_json_parse(text, strlen(text), MAX_BYTES, &json, &error), status, "%s", text);
    cr_assert_eq(error.offset, offset, "%s: byte %zu", text, (size_t)error.offset);
    cr_assert_null(json);
}

/* --- reading ------------------------------------------------------------------------------- */

Test(json, members_and_elements_are_found)
{
    struct tfi_json *json = parse("{\"a\": [1, -2, true], \"b\": {\"c\": \"text\"}, \"d\": 0.5}");
    const struct tfi_json *array = tfi_json_member(json, "a");
    uint64_t unsigned_number = 0;
    int64_t number = 0;
    double real = 0;
    bool value = false;
    const char *text = NULL;
    cr_assert_eq(tfi_json_as_array(array, "a", NULL), TFEED_OK);
    cr_assert_eq(tfi_json_n_elements(array), 3);
    cr_assert_eq(tfi_json_as_uint64(tfi_json_element(array, 0), "0", &unsigned_number, NULL),
                 TFEED_OK);
    cr_assert_eq(unsigned_number, 1);
    cr_assert_eq(tfi_json_as_int64(tfi_json_element(array, 1), "1", &number, NULL), TFEED_OK);
    cr_assert_eq(number, -2);
    cr_assert_eq(tfi_json_as_bool(tfi_json_element(array, 2), "2", &value, NULL), TFEED_OK);
    cr_assert(value);
    cr_assert_null(tfi_json_element(array, 3));
    const struct tfi_json *object = tfi_json_member(json, "b");
    cr_assert_eq(tfi_json_as_object(object, "b", NULL), TFEED_OK);
    cr_assert_eq(tfi_json_as_string(tfi_json_member(object, "c"), "c", &text, NULL), TFEED_OK);
    cr_assert_str_eq(text, "text");
    cr_assert_eq(tfi_json_as_double(tfi_json_member(json, "d"), "d", &real, NULL), TFEED_OK);
    cr_assert_eq(real, 0.5);
    cr_assert_null(tfi_json_member(json, "e"));
    cr_assert_null(tfi_json_member(array, "a"));
    cr_assert_eq(tfi_json_n_elements(json), 0);
    tfi_json_free(json);
    cr_assert_not(t_has_leaks());
}

Test(json, integers_are_exact)
{
    struct tfi_json *json =
        parse("[9223372036854775807, -9223372036854775808, \"18446744073709551615\"]");
    uint64_t unsigned_number = 0;
    int64_t number = 0;
    cr_assert_eq(tfi_json_as_uint64(tfi_json_element(json, 0), "", &unsigned_number, NULL),
                 TFEED_OK);
    cr_assert_eq(unsigned_number, INT64_MAX);
    cr_assert_eq(tfi_json_as_int64(tfi_json_element(json, 1), "", &number, NULL), TFEED_OK);
    cr_assert_eq(number, INT64_MIN);
    cr_assert_eq(tfi_json_as_uint64(tfi_json_element(json, 2), "", &unsigned_number, NULL),
                 TFEED_OK);
    cr_assert_eq(unsigned_number, UINT64_MAX);
    tfi_json_free(json);
}

Test(json, what_is_no_unsigned_number_is_refused)
{
    static const char *const found[] = {
        "a negative number",        "a string", "a string", "a string",  "a string",
        "a number with a fraction", "null",     "an array", "an object", "a truth value"};
    struct tfi_json *json = parse("[-1, \"18446744073709551616\", \"\", \"01\", \"1x\", 1.0, "
                                  "null, [], {}, true]");
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        struct tfeed_error error;
        uint64_t number;
        cr_assert_eq(tfi_json_as_uint64(tfi_json_element(json, i), "epoch", &number, &error),
                     TFEED_INVALID_ARGUMENT);
        cr_assert_not_null(strstr(error.message, "epoch: expected an unsigned number, found "));
        cr_assert_not_null(strstr(error.message, found[i]), "%s", error.message);
    }
    tfi_json_free(json);
}

Test(json, what_is_not_there_is_named)
{
    struct tfeed_error error;
    const char *text;
    cr_assert_eq(tfi_json_as_string(NULL, "order", &text, &error), TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "order: expected a string, found nothing");
    cr_assert_eq(tfi_json_as_array(NULL, "lanes", NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_json_as_object(NULL, "lanes", NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_json_as_bool(NULL, "x", &(bool){false}, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_json_as_int64(NULL, "x", &(int64_t){0}, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_eq(tfi_json_as_double(NULL, "x", &(double){0}, NULL), TFEED_INVALID_ARGUMENT);
}

Test(json, malformed_text_is_refused_at_its_byte)
{
    expect_refused("", TFEED_INVALID_ARGUMENT, 0);
    expect_refused("{\"a\": }", TFEED_INVALID_ARGUMENT, 7);
    expect_refused("[1, 2", TFEED_INVALID_ARGUMENT, 5);
    expect_refused("[1] 2", TFEED_INVALID_ARGUMENT, 5);
    expect_refused("12", TFEED_INVALID_ARGUMENT, 2);
    expect_refused("{\"a\": 1, \"a\": 2}", TFEED_INVALID_ARGUMENT, 12);
    expect_refused("[9223372036854775808]", TFEED_INVALID_ARGUMENT, 20);
    expect_refused("[\"\xff\"]", TFEED_INVALID_ARGUMENT, 2);
    cr_assert_not(t_has_leaks());
}

Test(json, every_cut_of_a_document_is_refused)
{
    static const char text[] = "{\"a\": [1, \"\\\"\\u00e4\", true], \"b\": {\"c\": null}}";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        struct tfi_json *json = NULL;
        cr_assert_eq(tfi_json_parse(text, len, MAX_BYTES, &json, NULL), TFEED_INVALID_ARGUMENT);
    }
    cr_assert_not(t_has_leaks());
}

Test(json, depth_is_limited)
{
    char text[256];
    struct tfi_json *json = NULL;
    memset(text, '[', TFI_JSON_MAX_DEPTH);
    memset(text + TFI_JSON_MAX_DEPTH, ']', TFI_JSON_MAX_DEPTH);
    cr_assert_eq(tfi_json_parse(text, 2 * TFI_JSON_MAX_DEPTH, MAX_BYTES, &json, NULL), TFEED_OK);
    tfi_json_free(json);
    memset(text, '[', TFI_JSON_MAX_DEPTH + 1);
    text[TFI_JSON_MAX_DEPTH + 1] = '\0';
    expect_refused(text, TFEED_RESOURCE_EXHAUSTED, TFI_JSON_MAX_DEPTH);
}

Test(json, brackets_in_strings_are_no_depth)
{
    tfi_json_free(
        parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[\\\\\", 1]"));
}

Test(json, size_is_limited)
{
    struct tfi_json *json = NULL;
    cr_assert_eq(tfi_json_parse("[1]", 3, 3, &json, NULL), TFEED_OK);
    tfi_json_free(json);
    cr_assert_eq(tfi_json_parse("[1] ", 4, 3, &json, NULL), TFEED_RESOURCE_EXHAUSTED);
}

/* --- writing ------------------------------------------------------------------------------- */

static void make_document(struct tfi_json_maker *maker)
{
    tfi_json_begin_object(maker, NULL);
    tfi_json_put_uint64(maker, "z", UINT64_MAX);
    tfi_json_put_int64(maker, "a", INT64_MIN);
    tfi_json_begin_array(maker, "list");
    tfi_json_put_double(maker, NULL, 0.1);
    tfi_json_put_bool(maker, NULL, true);
    tfi_json_begin_object(maker, NULL);
    tfi_json_end(maker);
    tfi_json_end(maker);
    tfi_json_put_string(maker, "text", "\"\n\xc3\xa4");
    tfi_json_end(maker);
}

Test(json, document_keeps_order_and_exact_numbers)
{
    struct tfi_json_maker maker = {.depth = 0};
    char *text = NULL;
    make_document(&maker);
    cr_assert_eq(tfi_json_finish(&maker, NULL, &text, NULL), TFEED_OK);
    cr_assert_str_eq(text, "{\"z\":\"18446744073709551615\",\"a\":-9223372036854775808,"
                           "\"list\":[0.10000000000000001,true,{}],\"text\":\"\\\"\\n\xc3\xa4\"}");
    tfi_free(NULL, text);
    cr_assert_not(t_has_leaks());
}

Test(json, values_are_copied_between_documents)
{
    struct tfi_json_maker maker = {.depth = 0};
    struct tfi_json *json = parse("{\"lane\": [1, {\"b\": 2}]}");
    char *text = NULL;
    tfi_json_begin_array(&maker, NULL);
    tfi_json_put_value(&maker, NULL, tfi_json_member(json, "lane"));
    tfi_json_end(&maker);
    tfi_json_free(json);
    cr_assert_eq(tfi_json_finish(&maker, NULL, &text, NULL), TFEED_OK);
    cr_assert_str_eq(text, "[[1,{\"b\":2}]]");
    tfi_free(NULL, text);
}

Test(json, locale_does_not_change_numbers)
{
    struct tfi_json_maker maker = {.depth = 0};
    char *text = NULL;
    double number = 0;
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL)
        cr_skip_test("no German locale");
    struct tfi_json *json = parse("[0.5]");
    cr_assert_eq(tfi_json_as_double(tfi_json_element(json, 0), "", &number, NULL), TFEED_OK);
    cr_assert_eq(number, 0.5);
    tfi_json_free(json);
    tfi_json_begin_array(&maker, NULL);
    tfi_json_put_double(&maker, NULL, 0.5);
    tfi_json_end(&maker);
    cr_assert_eq(tfi_json_finish(&maker, NULL, &text, NULL), TFEED_OK);
    cr_assert_str_eq(text, "[0.5]");
    tfi_free(NULL, text);
}

Test(json, what_json_cannot_say_is_told_at_the_end)
{
    struct tfi_json_maker maker = {.depth = 0};
    char *text = NULL;
    tfi_json_begin_array(&maker, NULL);
    tfi_json_put_double(&maker, NULL, (double)NAN);
    tfi_json_begin_array(&maker, NULL);
    tfi_json_put_int64(&maker, NULL, 1);
    tfi_json_end(&maker);
    cr_assert_eq(tfi_json_finish(&maker, NULL, &text, NULL), TFEED_INVALID_ARGUMENT);
    tfi_json_begin_array(&maker, NULL); /* the maker is as new */
    tfi_json_put_string(&maker, NULL, "\xff");
    cr_assert_eq(tfi_json_finish(&maker, NULL, &text, NULL), TFEED_INVALID_ARGUMENT);
    for (int i = 0; i <= TFI_JSON_MAX_DEPTH; i++)
        tfi_json_begin_array(&maker, NULL);
    cr_assert_eq(tfi_json_finish(&maker, NULL, &text, NULL), TFEED_INVALID_ARGUMENT);
    cr_assert_null(text);
    cr_assert_not(t_has_leaks());
}

Test(json, document_that_is_given_up_leaves_nothing)
{
    struct tfi_json_maker maker = {.depth = 0};
    make_document(&maker);
    tfi_json_maker_clear(&maker);
    tfi_json_maker_clear(&maker);
    tfi_json_free(NULL);
    cr_assert_not(t_has_leaks());
}

Test(json, failing_allocation_of_the_text_leaves_nothing)
{
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfi_json_maker maker = {.depth = 0};
        char *text = NULL;
        make_document(&maker);
        T_EXPECT_ALLOC_STATUS(tfi_json_finish(&maker, allocator, &text, NULL));
        tfi_free(allocator, text);
    });
    cr_assert_not(t_has_leaks());
}
