/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json.c - small JSON documents over Jansson: the only file that knows it.
 *
 * Every struct tfi_json is a json_t under another name. Jansson's memory comes from malloc: its
 * hooks are one set for the whole process, and so the program's. Numbers do not depend on the
 * locale.
 */
#include "io/json_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

static const json_t *tree(const struct tfi_json *json)
{
    return (const json_t *)json;
}

/* --- reading ------------------------------------------------------------------------------- */

/* Jansson's own limit is in the thousands. Its grammar comes later: brackets in strings are passed
 * over here, and what is no JSON does not get through there. */
static bool is_too_deep(const char *text, size_t len, size_t *ret_offset)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '"':
            in_string = !in_string;
            break;
        case '\\': /* in strings only */
            i++;
            break;
        case '{':
        case '[':
            depth += !in_string;
            *ret_offset = i;
            if (depth > TFI_JSON_MAX_DEPTH)
                return true;
            break;
        case '}':
        case ']':
            depth -= !in_string;
            break;
        }
    }
    return false;
}

static tfeed_status fail_at_byte(struct tfeed_error *reterr, tfeed_status code, size_t offset,
                                 const char *what)
{
    const tfeed_status status = tfi_fail(reterr, code, "JSON at byte %zu: %s", offset, what);
    if (reterr != NULL)
        reterr->offset = offset;
    return status;
}

tfeed_status tfi_json_parse(const char *text, size_t len, size_t max_bytes,
                            struct tfi_json **ret_json, struct tfeed_error *reterr)
{
    json_error_t error;
    size_t offset;
    if (len > max_bytes)
        return tfi_fail(reterr, TFEED_RESOURCE_EXHAUSTED,
                        "JSON of %zu bytes, at most %zu are expected", len, max_bytes);
    if (is_too_deep(text, len, &offset))
        return fail_at_byte(reterr, TFEED_RESOURCE_EXHAUSTED, offset, "nested too deep");
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL && json_error_code(&error) == json_error_out_of_memory)
        return tfi_fail_memory(reterr, "JSON");
    if (json == NULL)
        return fail_at_byte(reterr, TFEED_INVALID_ARGUMENT, (size_t)error.position, error.text);
    *ret_json = (struct tfi_json *)json;
    return TFEED_OK;
}

void tfi_json_free(struct tfi_json *json)
{
    json_decref((json_t *)json);
}

const struct tfi_json *tfi_json_member(const struct tfi_json *object, const char *key)
{
    return (const struct tfi_json *)json_object_get(tree(object), key);
}

size_t tfi_json_n_elements(const struct tfi_json *array)
{
    return json_array_size(tree(array));
}

const struct tfi_json *tfi_json_element(const struct tfi_json *array, size_t i)
{
    return (const struct tfi_json *)json_array_get(tree(array), i);
}

static const char *kind(const struct tfi_json *json)
{
    if (json == NULL)
        return "nothing";
    switch (json_typeof(tree(json))) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return json_integer_value(tree(json)) < 0 ? "a negative number" : "a number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a truth value";
    case JSON_NULL:
        return "null";
    }
    return "something else";
}

static tfeed_status expected(struct tfeed_error *reterr, const char *what, const char *wanted,
                             const struct tfi_json *json)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: expected %s, found %s", what, wanted,
                    kind(json));
}

/* Digits alone, and none before the first that counts. */
static bool parse_digits(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
        return false;
    for (; *text != '\0'; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
            return false;
    *ret_number = number;
    return true;
}

tfeed_status tfi_json_as_uint64(const struct tfi_json *json, const char *what, uint64_t *ret_number,
                                struct tfeed_error *reterr)
{
    if (json_is_string(tree(json)) && parse_digits(json_string_value(tree(json)), ret_number))
        return TFEED_OK;
    if (!json_is_integer(tree(json)) || json_integer_value(tree(json)) < 0)
        return expected(reterr, what, "an unsigned number", json);
    *ret_number = (uint64_t)json_integer_value(tree(json));
    return TFEED_OK;
}

tfeed_status tfi_json_as_int64(const struct tfi_json *json, const char *what, int64_t *ret_number,
                               struct tfeed_error *reterr)
{
    if (!json_is_integer(tree(json)))
        return expected(reterr, what, "a whole number", json);
    *ret_number = json_integer_value(tree(json));
    return TFEED_OK;
}

tfeed_status tfi_json_as_double(const struct tfi_json *json, const char *what, double *ret_number,
                                struct tfeed_error *reterr)
{
    if (!json_is_number(tree(json)))
        return expected(reterr, what, "a number", json);
    *ret_number = json_number_value(tree(json));
    return TFEED_OK;
}

tfeed_status tfi_json_as_bool(const struct tfi_json *json, const char *what, bool *ret_value,
                              struct tfeed_error *reterr)
{
    if (!json_is_boolean(tree(json)))
        return expected(reterr, what, "true or false", json);
    *ret_value = json_is_true(tree(json));
    return TFEED_OK;
}

tfeed_status tfi_json_as_string(const struct tfi_json *json, const char *what,
                                const char **ret_text, struct tfeed_error *reterr)
{
    if (!json_is_string(tree(json)))
        return expected(reterr, what, "a string", json);
    *ret_text = json_string_value(tree(json));
    return TFEED_OK;
}

tfeed_status tfi_json_as_array(const struct tfi_json *json, const char *what,
                               struct tfeed_error *reterr)
{
    return json_is_array(tree(json)) ? TFEED_OK : expected(reterr, what, "an array", json);
}

tfeed_status tfi_json_as_object(const struct tfi_json *json, const char *what,
                                struct tfeed_error *reterr)
{
    return json_is_object(tree(json)) ? TFEED_OK : expected(reterr, what, "an object", json);
}

/* --- writing ------------------------------------------------------------------------------- */

static void fail(struct tfi_json_maker *maker, tfeed_status status)
{
    if (maker->status == TFEED_OK)
        maker->status = status;
}

/* Puts a value, whose reference it takes, where the next one goes. NULL: it could not be made. */
static void put(struct tfi_json_maker *maker, const char *key, json_t *value, tfeed_status reason)
{
    assert(maker->depth > 0 || maker->root == NULL); /* one document */
    json_t *into = maker->depth > 0 ? (json_t *)maker->open[maker->depth - 1] : NULL;
    bool is_put = true;
    if (maker->status != TFEED_OK) {
        json_decref(value);
        return;
    }
    if (value == NULL) {
        fail(maker, reason);
        return;
    }
    if (json_is_object(into))
        is_put = json_object_set_new(into, key, value) == 0;
    else if (json_is_array(into))
        is_put = json_array_append_new(into, value) == 0;
    else
        maker->root = (struct tfi_json *)value;
    if (!is_put)
        fail(maker, TFEED_RESOURCE_EXHAUSTED);
}

static void begin(struct tfi_json_maker *maker, const char *key, json_t *value)
{
    put(maker, key, value, TFEED_RESOURCE_EXHAUSTED);
    if (maker->depth == TFI_JSON_MAX_DEPTH)
        fail(maker, TFEED_INVALID_ARGUMENT);
    if (maker->status == TFEED_OK)
        maker->open[maker->depth++] = (struct tfi_json *)value;
}

void tfi_json_begin_object(struct tfi_json_maker *maker, const char *key)
{
    begin(maker, key, json_object());
}

void tfi_json_begin_array(struct tfi_json_maker *maker, const char *key)
{
    begin(maker, key, json_array());
}

void tfi_json_end(struct tfi_json_maker *maker)
{
    if (maker->status == TFEED_OK)
        maker->depth--;
}

void tfi_json_put_uint64(struct tfi_json_maker *maker, const char *key, uint64_t number)
{
    if (number <= INT64_MAX) {
        tfi_json_put_int64(maker, key, (int64_t)number);
        return;
    }
    char digits[sizeof "18446744073709551615"];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    tfi_json_put_string(maker, key, digits);
}

void tfi_json_put_int64(struct tfi_json_maker *maker, const char *key, int64_t number)
{
    put(maker, key, json_integer(number), TFEED_RESOURCE_EXHAUSTED);
}

void tfi_json_put_double(struct tfi_json_maker *maker, const char *key, double number)
{
    put(maker, key, json_real(number),
        isfinite(number) ? TFEED_RESOURCE_EXHAUSTED : TFEED_INVALID_ARGUMENT);
}

void tfi_json_put_bool(struct tfi_json_maker *maker, const char *key, bool value)
{
    put(maker, key, json_boolean(value), TFEED_RESOURCE_EXHAUSTED);
}

void tfi_json_put_string(struct tfi_json_maker *maker, const char *key, const char *text)
{
    /* Jansson says NULL for both; far more often it is the text. */
    put(maker, key, json_string(text), TFEED_INVALID_ARGUMENT);
}

void tfi_json_put_value(struct tfi_json_maker *maker, const char *key, const struct tfi_json *value)
{
    put(maker, key, json_deep_copy(tree(value)), TFEED_RESOURCE_EXHAUSTED);
}

void tfi_json_maker_clear(struct tfi_json_maker *maker)
{
    tfi_json_free(maker->root);
    *maker = (struct tfi_json_maker){.root = NULL};
}

static tfeed_status dump(const struct tfi_json *root, const struct tfeed_allocator *allocator,
                         char **ret_text, struct tfeed_error *reterr)
{
    enum { EXACT_DIGITS = 17 }; /* of a double */
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(EXACT_DIGITS);
    const size_t len = json_dumpb(tree(root), NULL, 0, flags);
    char *text = len > 0 ? tfi_alloc(allocator, len + 1) : NULL;
    if (text == NULL || json_dumpb(tree(root), text, len, flags) != len) {
        tfi_free(allocator, text);
        return tfi_fail_memory(reterr, "JSON");
    }
    text[len] = '\0';
    *ret_text = text;
    return TFEED_OK;
}

tfeed_status tfi_json_finish(struct tfi_json_maker *maker, const struct tfeed_allocator *allocator,
                             char **ret_text, struct tfeed_error *reterr)
{
    tfeed_status status = maker->status;
    if (status == TFEED_RESOURCE_EXHAUSTED)
        status = tfi_fail_memory(reterr, "JSON");
    else if (status != TFEED_OK)
        status = tfi_fail(reterr, status,
                          "JSON cannot say this: a text that is not UTF-8, a number that is not "
                          "finite, or more than %d levels",
                          TFI_JSON_MAX_DEPTH);
    else
        status = dump(maker->root, allocator, ret_text, reterr);
    tfi_json_maker_clear(maker);
    return status;
}
