/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl_text.c - words of JSON (RFC 8259), read as they come.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/base64_internal.h"
#include "datasets/jsonl_private.h"

/* -------------------------------------------------------------- bytes that grow */

uint8_t *jsonl_reserve(struct jsonl_buffer *buffer, size_t n)
{
    enum { FIRST_CAPACITY = 1 << 10 };
    if (n <= buffer->capacity - buffer->len)
        return buffer->data + buffer->len;
    if (buffer->has_failed || n > SIZE_MAX / 4 - buffer->len)
        return NULL;
    size_t capacity = buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity;
    while (capacity < buffer->len + n)
        capacity *= 2;
    uint8_t *data = tfi_realloc_array(buffer->allocator, buffer->data, capacity, 1);
    if (data == NULL) {
        buffer->has_failed = true;
        return NULL;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return data + buffer->len;
}

void jsonl_append(struct jsonl_buffer *buffer, const void *data, size_t len)
{
    uint8_t *room = jsonl_reserve(buffer, len);
    if (room == NULL || len == 0)
        return;
    memcpy(room, data, len);
    buffer->len += len;
}

size_t jsonl_varint_size(uint64_t value)
{
    size_t n = 1;
    for (; value >= 0x80; value >>= 7)
        n++;
    return n;
}

void jsonl_append_varint(struct jsonl_buffer *buffer, uint64_t value)
{
    enum { MAX_BYTES = 10 };
    uint8_t *room = jsonl_reserve(buffer, MAX_BYTES);
    if (room == NULL)
        return;
    for (; value >= 0x80; value >>= 7) {
        *room++ = (uint8_t)(value | 0x80);
        buffer->len++;
    }
    *room = (uint8_t)value;
    buffer->len++;
}

void jsonl_buffer_clear(struct jsonl_buffer *buffer)
{
    tfi_free(buffer->allocator, buffer->data);
    *buffer = (struct jsonl_buffer){.allocator = buffer->allocator};
}

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

/* The length of the UTF-8 character at `at`, 0 when there is none. */
static size_t utf8_character(const uint8_t *at, size_t len)
{
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    const size_t n = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (n > len)
        return 0;
    /* after E0 and F0 a shorter form would do, after ED come surrogates, after F4 nothing exists */
    const uint8_t low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return n;
}

bool jsonl_is_utf8(const uint8_t *text, size_t len)
{
    for (size_t n; len > 0; text += n, len -= n)
        if ((n = utf8_character(text, len)) == 0)
            return false;
    return true;
}

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

static void append_character(struct jsonl_buffer *text, uint32_t character)
{
    uint8_t bytes[4];
    size_t n = 0;
    if (character < 0x80) {
        bytes[n++] = (uint8_t)character;
    } else if (character < 0x800) {
        bytes[n++] = (uint8_t)(0xc0 | character >> 6);
    } else if (character < 0x10000) {
        bytes[n++] = (uint8_t)(0xe0 | character >> 12);
        bytes[n++] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
    } else {
        bytes[n++] = (uint8_t)(0xf0 | character >> 18);
        bytes[n++] = (uint8_t)(0x80 | (character >> 12 & 0x3f));
        bytes[n++] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
    }
    if (character >= 0x80)
        bytes[n++] = (uint8_t)(0x80 | (character & 0x3f));
    jsonl_append(text, bytes, n);
}

/* \uXXXX, or the two of a character beyond the first 65536; behind the 'u'. */
static bool take_unicode(struct jsonl_scan *scan, struct jsonl_buffer *text)
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
    append_character(text, unit);
    return true;
}

/* Behind the backslash. */
static bool take_escape(struct jsonl_scan *scan, struct jsonl_buffer *text)
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
    jsonl_append(text, &meanings[found - letters], 1);
    return true;
}

bool jsonl_string(struct jsonl_scan *scan, struct jsonl_buffer *text)
{
    if (!jsonl_need(scan, '"', "a string"))
        return false;
    for (;;) {
        const uint8_t *plain = scan->at;
        size_t n = 1;
        while (scan->at < scan->end && *scan->at >= 0x20 && *scan->at != '"' && *scan->at != '\\' &&
               (n = utf8_character(scan->at, (size_t)(scan->end - scan->at))) > 0)
            scan->at += n;
        jsonl_append(text, plain, (size_t)(scan->at - plain));
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
static bool decode_base64(const uint8_t *text, size_t len, struct jsonl_buffer *bytes)
{
    size_t n = 0;
    uint8_t *room = jsonl_reserve(bytes, tfi_base64_room(len));
    if (room == NULL)
        return true;
    const bool is_right = tfi_base64_decode(text, len, TFI_BASE64_STRICT, room, &n);
    bytes->len += is_right ? n : 0;
    return is_right;
}

bool jsonl_base64(struct jsonl_scan *scan, struct jsonl_buffer *bytes, struct jsonl_buffer *scratch)
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
