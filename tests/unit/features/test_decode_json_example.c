/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_decode_json_example.c - Examples in JSON become the bytes that TensorFlow writes.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/support.h"
#include "tests/unit/features/decode_fixture.h"

/* What a text becomes, in hex; "!" and the message for INVALID_ARGUMENT. */
static const char *decoded(const char *text, size_t len)
{
    static char shown[4096];
    struct fixture_strings fixture;
    struct t_guarded guarded;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    t_guarded_init_copy(&guarded, text, len);
    const tfeed_status status = tfeed_decode_json_example(
        fixture_scalar(&fixture, guarded.data, len), NULL, &tensor, &error);
    if (status == TFEED_OK) {
        const struct tfeed_bytes *bytes = tfeed_tensor_strings(&tensor);
        shown[0] = '\0';
        for (size_t i = 0; i < bytes->len && i < sizeof shown / 2 - 1; i++)
            (void)snprintf(shown + 2 * i, 3, "%02x", bytes->data[i]);
        tfeed_tensor_clear(&tensor);
    } else {
        cr_assert_eq(status, TFEED_INVALID_ARGUMENT);
        (void)snprintf(shown, sizeof shown, "!%s", error.message);
    }
    t_guarded_clear(&guarded);
    return shown;
}

static void expect(const char *text, const char *expected)
{
    const char *found = decoded(text, strlen(text));
    cr_assert_str_eq(found, expected, "%s\ngives %s", text, found);
}

static void expect_refused(const char *text, const char *message)
{
    const char *found = decoded(text, strlen(text));
    cr_assert(found[0] == '!' && strstr(found, message) != NULL, "%s\ngives %s", text, found);
}

/* One feature "a" with the list that is given. */
#define FEATURE(list)  "{\"features\": {\"feature\": {\"a\": {" list "}}}}"
#define INT64S(values) FEATURE("\"int64List\": {\"value\": " values "}")
#define FLOATS(values) FEATURE("\"floatList\": {\"value\": " values "}")
#define BYTES(values)  FEATURE("\"bytesList\": {\"value\": " values "}")

Test(decode_json_example, nothing_in_all_its_forms)
{
    expect("{}", "");
    expect(" \n{ } \t", "");
    expect("{\"features\": null}", "");
    expect("{\"features\": {}}", "0a00");
    expect("{\"features\": {\"feature\": null}}", "0a00");
    expect("{\"features\": {\"feature\": {\"a\": null}}}", "0a050a030a0161");
    expect(FEATURE(""), "0a070a050a01611200");
    expect(FEATURE("\"int64List\": null"), "0a070a050a01611200");
    expect(FEATURE("\"int64List\": {}"), "0a090a070a016112021a00");
    expect(INT64S("[]"), "0a090a070a016112021a00");
    expect(INT64S("null"), "0a090a070a016112021a00");
}

Test(decode_json_example, integers)
{
    expect(INT64S("[1, 300]"), "0a0e0a0c0a016112071a05080108ac02");
    expect(INT64S("5"), "0a0b0a090a016112041a020805");
    expect(INT64S("\"5\""), "0a0b0a090a016112041a020805");
    expect(INT64S("['+5', -0, 0]"), "0a0f0a0d0a016112081a06080508000800");
    expect(INT64S("[1e3]"), "0a0c0a0a0a016112051a0308e807");
    expect(INT64S("[1,null,]"), "0a0b0a090a016112041a020801");
    expect(INT64S("-9223372036854775808"), "0a140a120a0161120d1a0b0880808080808080808001");
    expect(INT64S("-9223372036854775808.0"), "0a140a120a0161120d1a0b0880808080808080808001");
}

Test(decode_json_example, what_is_no_int64_is_refused)
{
    const char *const values[] = {"1.5",
                                  "9223372036854775808",
                                  "-9223372036854775809",
                                  "1e19",
                                  "9223372036854775808.0",
                                  "true",
                                  "01",
                                  "-01",
                                  "1x",
                                  "0x10",
                                  "--1",
                                  "-",
                                  "1e",
                                  ".5",
                                  "\"\"",
                                  "\" 1\"",
                                  "\"1 \"",
                                  "\"1e3\"",
                                  "\"a\"",
                                  "{}",
                                  "[[1]]",
                                  "[1 2]",
                                  "[,]",
                                  "[1,,2]",
                                  "1e400"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, INT64S("%s"), values[i]);
        expect_refused(text, "Error while parsing JSON: ");
    }
}

Test(decode_json_example, floats)
{
    expect(FLOATS("[1.5, -2, 1e-1]"), "0a180a160a01611211120f0d0000c03f0d000000c00dcdcccc3d");
    expect(FLOATS("['NaN', \"Infinity\", '-Infinity']"),
           "0a180a160a01611211120f0d0000c07f0d0000807f0d000080ff");
    expect(FLOATS("\"2.5\""), "0a0e0a0c0a0161120712050d00002040");
    expect(FLOATS("18446744073709551615"), "0a0e0a0c0a0161120712050d0000805f");
    expect(FLOATS("3.40282347e+38"), "0a0e0a0c0a0161120712050dffff7f7f");
    expect(FLOATS("1e-60"), "0a0e0a0c0a0161120712050d00000000");
}

Test(decode_json_example, what_is_no_float_is_refused)
{
    const char *const values[] = {"1e39",    "-1e39",   "\"1e39\"", "1e400",    "NaN",  "Infinity",
                                  "\"inf\"", "\"nan\"", "true",     "\" 1.5\"", "\"\"", "01"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, FLOATS("%s"), values[i]);
        expect_refused(text, "Error while parsing JSON: ");
    }
}

Test(decode_json_example, base64_of_either_alphabet)
{
    expect(BYTES("[\"YWJj\", \"\", \"/+8=\"]"), "0a140a120a0161120d0a0b0a036162630a000a02ffef");
    expect(BYTES("\"_-8\""), "0a0d0a0b0a016112060a040a02ffef");
    expect(BYTES("\"YQ\""), "0a0c0a0a0a016112050a030a0161");
    expect(BYTES("\"YQ==\""), "0a0c0a0a0a016112050a030a0161");
    expect(BYTES("\"\\u0059Q==\""), "0a0c0a0a0a016112050a030a0161");
}

Test(decode_json_example, what_is_no_base64_is_refused)
{
    const char *const values[] = {"!",     "Y",       "YWJjY",    "YQ=",  "YQ===",
                                  "=",     "====",    "YR==",     "YWK=", "_+8",
                                  "YW Jj", "YWJj\\n", "YQ==YQ==", "Y===", "YWJj="};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, BYTES("\"%s\""), values[i]);
        expect_refused(text, "not base64");
    }
    expect_refused(BYTES("5"), "Expected a string");
}

Test(decode_json_example, keys_keep_their_order_and_escapes_are_read)
{
    expect(
        "{\"features\": {\"feature\": {\"b\": {\"int64List\": {}}, \"a\": {\"float_list\": {}}}}}",
        "0a120a070a016212021a000a070a016112021200");
    expect("{'features': {feature: {\"\\u00e9\\n\\ud83d\\ude00\\/\\'\": {}}}}",
           "0a0f0a0d0a09c3a90af09f98802f271200");
    expect("{\"features\": {\"feature\": {\"\": {}}}}", "0a060a040a001200");
}

Test(decode_json_example, long_contents_have_long_lengths)
{
    enum { N = 300 };
    char text[N * 4 + 200] = "{\"features\": {\"feature\": {\"key\": {\"int64List\": {\"value\": [";
    for (int i = 0; i < N; i++)
        strncat(text, i == 0 ? "7" : ",7", 3);
    strncat(text, "]}}}}}", 7);
    /* 600 bytes of values, and each length takes two */
    char expected[4096] = "0ae6040ae3040a036b657912db041ad804";
    const size_t n_head = strlen(expected);
    for (size_t i = 0; i < N; i++)
        memcpy(expected + n_head + 4 * i, "0807", 5);
    expect(text, expected);
}

Test(decode_json_example, names_that_an_example_lacks_are_refused)
{
    expect_refused("{\"unknown\": 1}", "Cannot find field");
    expect_refused("{\"features\": {\"features\": {}}}", "Cannot find field");
    expect_refused(FEATURE("\"int32List\": {}"), "Cannot find field");
    expect_refused(FEATURE("\"Int64List\": {}"), "Cannot find field");
    expect_refused(FEATURE("\"int64List\": {\"values\": []}"), "Cannot find field");
}

Test(decode_json_example, second_list_and_second_key_are_refused)
{
    expect_refused(FEATURE("\"int64List\": {}, \"floatList\": {}"), "already set");
    expect_refused(FEATURE("\"int64List\": {}, \"int64_list\": {}"), "already set");
    expect_refused("{\"features\": {\"feature\": {\"a\": {}, \"b\": {}, \"\\u0061\": {}}}}",
                   "Repeated map key");
    expect_refused("{\"features\": {\"feature\": {\"a\": {}, \"a\": null}}}", "Repeated map key");
}

Test(decode_json_example, what_is_no_json_is_refused)
{
    const char *const texts[] = {"",
                                 " ",
                                 "{",
                                 "}",
                                 "null",
                                 "[]",
                                 "5",
                                 "{} x",
                                 "{}{}",
                                 "{,}",
                                 "{\"features\"}",
                                 "{\"features\":}",
                                 "{\"features\" {}}",
                                 "{\"features\": {} \"features\": {}}",
                                 "{\"features: {}}",
                                 "{null: {}}",
                                 "{5: 1}",
                                 "{\"features\": []}",
                                 "{\"features\": 5}",
                                 "{\"features\": {\"feature\": []}}",
                                 "{\"features\": {\"feature\": {\"a\": 5}}}",
                                 "{\"features\": {\"feature\": {\"\\ud800\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\\udc00\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\\ud800\\u0041\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\\u12g4\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\xff\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\xc0\x80\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\xed\xa0\x80\": {}}}}",
                                 "{\"features\": {\"feature\": {\"\xe2\x82\": {}}}}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_refused(texts[i], "Error while parsing JSON: ");
}

Test(decode_json_example, comma_behind_the_last_is_taken)
{
    expect("{\"features\": {\"feature\": {\"a\": {\"int64List\": {\"value\": [5,],},},},},}",
           "0a0b0a090a016112041a020805");
}

Test(decode_json_example, message_names_element_byte_and_what_stands_there)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    struct tfeed_error error;
    cr_assert_eq(tfeed_decode_json_example(FIXTURE_VECTOR(&fixture, "{}", "{\"features\": 7}"),
                                           NULL, &tensor, &error),
                 TFEED_INVALID_ARGUMENT);
    cr_assert_str_eq(error.message, "Error while parsing JSON: Expected an object (element 1, byte "
                                    "13: \"7}\")");
}

Test(decode_json_example, every_element_becomes_one)
{
    struct fixture_strings fixture;
    struct tfeed_tensor tensor;
    (void)FIXTURE_VECTOR(&fixture, "{}", "{\"features\": {}}", "{}", FEATURE(""));
    fixture.tensor.shape = tfeed_shape_matrix(2, 2);
    cr_assert_eq(tfeed_decode_json_example(&fixture.tensor, NULL, &tensor, NULL), TFEED_OK);
    cr_assert(tfeed_shape_equal(&tensor.shape, &fixture.tensor.shape));
    const struct tfeed_bytes *strings = tfeed_tensor_strings(&tensor);
    cr_assert_eq(strings[0].len, 0);
    cr_assert_eq(strings[1].len, 2);
    cr_assert_eq(strings[2].len, 0);
    cr_assert_eq(strings[3].len, 9);
    cr_assert_eq(memcmp(strings[3].data, "\x0a\x07\x0a\x05", 4), 0);
    tfeed_tensor_clear(&tensor);
    cr_assert_eq(tfeed_decode_json_example(fixture_vector(&fixture, NULL, 0), NULL, &tensor, NULL),
                 TFEED_OK);
    tfeed_tensor_clear(&tensor);
    T_EXPECT_NO_LEAKS(NULL);
}

static const char whole[] =
    "{\"features\": {\"feature\": {\"a\\u00e9\": {\"int64List\": {\"value\": [1, \"2\", -3e0]}}, "
    "'b': {\"floatList\": {\"value\": [1.5, \"NaN\"]}}, c: {\"bytesList\": {\"value\": "
    "[\"YWJj\"]}}}}}";

Test(decode_json_example, text_cut_anywhere_is_refused)
{
    for (size_t len = 0; len + 1 < sizeof whole; len++)
        cr_assert_eq(decoded(whole, len)[0], '!', "cut at %zu", len);
    cr_assert_neq(decoded(whole, sizeof whole - 1)[0], '!');
}

Test(decode_json_example, changed_bytes_do_no_harm)
{
    for (size_t i = 0; i + 1 < sizeof whole; i++) {
        static const char changes[] = "\"'{}[],:\\0a-. \x80";
        for (size_t k = 0; k < sizeof changes; k++) {
            char text[sizeof whole];
            memcpy(text, whole, sizeof whole);
            text[i] = changes[k];
            (void)decoded(text, sizeof whole - 1);
        }
    }
    T_EXPECT_NO_LEAKS(NULL);
}

Test(decode_json_example, failed_allocation_is_reported)
{
    struct fixture_strings fixture;
    const struct tfeed_tensor *strings = FIXTURE_VECTOR(&fixture, whole, "{}");
    T_FAIL_EACH_ALLOC(allocator, {
        struct tfeed_tensor tensor = {0};
        T_EXPECT_ALLOC_STATUS(tfeed_decode_json_example(strings, allocator, &tensor, NULL));
        tfeed_tensor_clear(&tensor);
    });
}
