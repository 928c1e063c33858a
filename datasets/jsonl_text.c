/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl_text.c - words of JSON (RFC 8259), read as they come.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64_internal.h"
#include "core/utf8_internal.h"
#include "datasets/jsonl_private.h"

/* ------------------------------------------------------------------ punctuation */

bool jsonl_expected(struct jsonl_scan *scan, const char *what)
{
    scan->expected = what;
    return false;
}

void jsonl_space(struct jsonl_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
        scan->at++;
}

bool jsonl_take(struct jsonl_scan *scan, char character)
{
    jsonl_space(scan);
    if (scan->at == scan->end || *scan->at != (uint8_t)character)
        return false;
    scan->at++;
    return true;
}

bool jsonl_need(struct jsonl_scan *scan, char character, const char *what)
{
    return jsonl_take(scan, character) || jsonl_expected(scan, what);
}

static bool take_word(struct jsonl_scan *scan, const char *word)
{
    const size_t len = strlen(word);
    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0)
        return false;
    scan->at += len;
    return true;
}

bool jsonl_bool(struct jsonl_scan *scan, bool *ret_value)
{
    jsonl_space(scan);
    *ret_value = take_word(scan, "true");
    return *ret_value || take_word(scan, "false") || jsonl_expected(scan, "true or false");
}

/* ---------------------------------------------------------------------- numbers */

enum { NUMBER_BYTES = 128 };

static bool take_digits(const uint8_t **at, const uint8_t *end)
{
    const uint8_t *begin = *at;
    while (*at < end && **at >= '0' && **at <= '9')
        ++*at;
    return *at > begin;
}

/* The number as a text; it is an integer where *ret_is_integer. */
static bool take_number(struct jsonl_scan *scan, char text[NUMBER_BYTES], bool *ret_is_integer)
{
    jsonl_space(scan);
    const uint8_t *at = scan->at;
    const uint8_t *end = scan->end;
    if (at < end && *at == '-')
        at++;
    const uint8_t *first = at;
    bool is_number = take_digits(&at, end) && (*first != '0' || at - first == 1);
    *ret_is_integer = true;
    if (is_number && at < end && *at == '.') {
        at++;
        is_number = take_digits(&at, end);
        *ret_is_integer = false;
    }
    if (is_number && at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        is_number = take_digits(&at, end);
        *ret_is_integer = false;
    }
    const size_t len = (size_t)(at - scan->at);
    if (!is_number || len >= NUMBER_BYTES)
        return jsonl_expected(scan, is_number ? "a shorter number" : "a number");
    memcpy(text, scan->at, len);
    text[len] = '\0';
    scan->at = at;
    return true;
}

bool jsonl_int64(struct jsonl_scan *scan, int64_t *ret_value)
{
    char text[NUMBER_BYTES];
    bool is_integer;
    uint64_t value = 0;
    jsonl_space(scan);
    const uint8_t *before = scan->at;
    if (!take_number(scan, text, &is_integer))
        return jsonl_expected(scan, "an integer");
    const bool is_negative = text[0] == '-';
    bool fits = is_integer;
    for (const char *digit = text + is_negative; fits && *digit != '\0'; digit++)
        fits = !__builtin_mul_overflow(value, UINT64_C(10), &value) &&
               !__builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value);
    if (!fits || value > (uint64_t)INT64_MAX + is_negative) {
        scan->at = before;
        return jsonl_expected(scan, is_integer ? "an integer of 64 bits" : "an integer");
    }
    *ret_value = (int64_t)(is_negative ? -value : value);
    return true;
}

bool jsonl_float(struct jsonl_scan *scan, float *ret_value)
{
    static const struct {
        const char *word;
        float value;
    } words[] = {{"\"NaN\"", NAN}, {"\"Infinity\"", INFINITY}, {"\"-Infinity\"", -INFINITY}};
    char text[NUMBER_BYTES];
    bool is_integer;
    jsonl_space(scan);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (take_word(scan, words[i].word)) {
            *ret_value = words[i].value;
            return true;
        }
    const uint8_t *before = scan->at;
    if (!take_number(scan, text, &is_integer))
        return jsonl_expected(scan, "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
    *ret_value = strtof_l(text, NULL, scan->numbers);
    if (isinf(*ret_value)) {
        scan->at = before;
        return jsonl_expected(scan, "a number that a float can hold");
    }
    return true;
}

/* ---------------------------------------------------------------------- strings */

static bool take_hex(struct jsonl_scan *scan, uint32_t *ret_unit)
{
    *ret_unit = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        const int digit = scan->at < scan->end ? *scan->at : 0;
        if (digit >= '0' && digit <= '9')
            *ret_unit = *ret_unit << 4 | (uint32_t)(digit - '0');
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            *ret_unit = *ret_unit << 4 | (uint32_t)((digit | 0x20) - 'a' + 10);
        else
            return jsonl_expected(scan, "four hexadecimal digits");
    }
    return true;
}

/* \uXXXX, or the two of a character beyond the first 65536; behind the 'u'. */
static bool take_unicode(struct jsonl_scan *scan, struct tfi_byte_buffer *text)
{
    enum { HIGH = 0xd800, LOW = 0xdc00, SURROGATES_END = 0xe000, BEYOND = 0x10000 };
    uint32_t unit;
    uint32_t low = 0;
    if (!take_hex(scan, &unit))
        return false;
    if (unit >= LOW && unit < SURROGATES_END)
        return jsonl_expected(scan, "the first half of a surrogate pair before the second");
    if (unit >= HIGH && unit < LOW) {
        if (!take_word(scan, "\\u") || !take_hex(scan, &low) || low < LOW || low >= SURROGATES_END)
            return jsonl_expected(scan, "the second half of a surrogate pair");
        unit = BEYOND + ((unit - HIGH) << 10) + (low - LOW);
    }
    uint8_t bytes[TFI_UTF8_MAX_BYTES];
    tfi_byte_buffer_put(text, bytes, tfi_utf8_write(bytes, unit));
    return true;
}

/* Behind the backslash. */
static bool take_escape(struct jsonl_scan *scan, struct tfi_byte_buffer *text)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char letter = scan->at < scan->end ? (char)*scan->at : '\0';
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (letter != 'u' && found == NULL)
        return jsonl_expected(scan, "one of \"\\/bfnrtu behind a backslash");
    scan->at++;
    if (letter == 'u')
        return take_unicode(scan, text);
    tfi_byte_buffer_put(text, &meanings[found - letters], 1);
    return true;
}

bool jsonl_string(struct jsonl_scan *scan, struct tfi_byte_buffer *text)
{
    if (!jsonl_need(scan, '"', "a string"))
        return false;
    for (;;) {
        const uint8_t *plain = scan->at;
        size_t n = 1;
        while (scan->at < scan->end && *scan->at >= 0x20 && *scan->at != '"' && *scan->at != '\\' &&
               (n = tfi_utf8_character(scan->at, (size_t)(scan->end - scan->at))) > 0)
            scan->at += n;
        tfi_byte_buffer_put(text, plain, (size_t)(scan->at - plain));
        if (n == 0)
            return jsonl_expected(scan, "UTF-8");
        if (scan->at == scan->end || *scan->at < 0x20)
            return jsonl_expected(scan, "the end of a string");
        if (*scan->at++ == '"')
            return true;
        if (!take_escape(scan, text))
            return false;
    }
}

/* ----------------------------------------------------------------------- base64 */

/* True also where there is no memory: the buffer knows. */
static bool decode_base64(const uint8_t *text, size_t len, struct tfi_byte_buffer *bytes)
{
    size_t n = 0;
    if (tfi_byte_buffer_reserve(bytes, tfi_base64_room(len), NULL) != TFEED_OK)
        return true;
    const bool is_right =
        tfi_base64_decode(text, len, TFI_BASE64_STRICT, bytes->data + bytes->len, &n);
    bytes->len += is_right ? n : 0;
    return is_right;
}

bool jsonl_base64(struct jsonl_scan *scan, struct tfi_byte_buffer *bytes,
                  struct tfi_byte_buffer *scratch)
{
    const size_t len_before = bytes->len;
    jsonl_space(scan);
    const uint8_t *begin = scan->at;
    if (begin < scan->end && *begin == '"') { /* as it is, where nothing is escaped */
        const uint8_t *text = begin + 1;
        const uint8_t *quote = memchr(text, '"', (size_t)(scan->end - text));
        if (quote != NULL && decode_base64(text, (size_t)(quote - text), bytes)) {
            scan->at = quote + 1;
            return true;
        }
    }
    scratch->len = 0;
    bytes->len = len_before;
    if (!jsonl_string(scan, scratch))
        return false;
    if (decode_base64(scratch->data, scratch->len, bytes))
        return true;
    scan->at = begin;
    return jsonl_expected(scan, "base64 (--utf8 takes text as it is)");
}
