/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json_text.c - JSON as protobuf reads it.
 *
 * Not Jansson, which io/json.c stands for: it reads strict JSON only, makes a tree of a whole
 * document, keeps one of two equal keys, and has neither unsigned 64-bit numbers nor an order of
 * members that one may rely on.
 */
#include "features/json_text_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8_internal.h"
#include "features/decode_private.h"

static bool is_space(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* What a name without quotes begins with. */
static bool is_letter(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte == '$';
}

tfeed_status tfi_json_text_fail(const struct tfi_json_text *json, const uint8_t *at,
                                const char *what)
{
    char element[sizeof "element -9223372036854775808, "] = "";
    char quoted[TFI_QUOTED_BYTES];
    if (json->element != TFI_JSON_NO_ELEMENT)
        (void)snprintf(element, sizeof element, "element %" PRId64 ", ", json->element);
    return tfi_decode_fail(
        json->reterr, TFEED_INVALID_ARGUMENT, json->text, at,
        "Error while parsing JSON: %s (%sbyte %td: %s)", what, element, at - json->text->data,
        at == json->end ? "the end" : tfi_decode_quote(at, (size_t)(json->end - at), quoted));
}

tfeed_status tfi_json_text_start(struct tfi_json_text *json, const struct tfeed_bytes *text,
                                 int64_t element)
{
    json->text = text;
    json->element = element;
    json->at = text->data;
    json->end = text->data + text->len;
    if (text->len == 0)
        return tfi_json_text_fail(json, json->at, "the text is empty");
    const uint8_t *foreign = tfi_utf8_find_foreign(json->at, json->end);
    return foreign == json->end ? TFEED_OK : tfi_json_text_fail(json, foreign, "not UTF-8");
}

int tfi_json_text_peek(struct tfi_json_text *json)
{
    while (json->at < json->end && is_space(*json->at))
        json->at++;
    return json->at < json->end ? *json->at : -1;
}

bool tfi_json_text_take_null(struct tfi_json_text *json)
{
    enum { NULL_BYTES = 4 };
    (void)tfi_json_text_peek(json);
    if (json->end - json->at < NULL_BYTES || memcmp(json->at, "null", NULL_BYTES) != 0)
        return false;
    json->at += NULL_BYTES;
    return true;
}

tfeed_status tfi_json_text_take(struct tfi_json_text *json, char byte, const char *what)
{
    if (tfi_json_text_peek(json) != byte)
        return tfi_json_text_fail(json, json->at, what);
    json->at++;
    return TFEED_OK;
}

tfeed_status tfi_json_text_end(struct tfi_json_text *json)
{
    return tfi_json_text_peek(json) < 0
               ? TFEED_OK
               : tfi_json_text_fail(json, json->at, "Parsing terminated before end of input");
}

/* ------------------------------------------------------- members and elements */

/* Passes over the comma between two things, or takes `close`, which may follow a comma too. */
static tfeed_status separate(struct tfi_json_text *json, bool *is_first, char close,
                             const char *what, bool *ret_more)
{
    int next = tfi_json_text_peek(json);
    if (!*is_first && next != close) {
        TFI_TRY(tfi_json_text_take(json, ',', what));
        next = tfi_json_text_peek(json);
    }
    *is_first = false;
    *ret_more = next != close;
    if (next == close)
        json->at++;
    return TFEED_OK;
}

/* A name without quotes. */
static tfeed_status take_bare_name(struct tfi_json_text *json)
{
    const uint8_t *start = json->at;
    if (start < json->end && is_letter(*start))
        while (json->at < json->end && (is_letter(*json->at) || is_digit(*json->at)))
            json->at++;
    const size_t len = (size_t)(json->at - start);
    if (len == 0 ||
        (len == 4 && (memcmp(start, "null", len) == 0 || memcmp(start, "true", len) == 0)) ||
        (len == 5 && memcmp(start, "false", len) == 0))
        return tfi_json_text_fail(json, start, "Expected an object key or }");
    json->string.len = 0;
    return tfi_byte_buffer_append(&json->string, start, len, json->reterr);
}

tfeed_status tfi_json_text_next_member(struct tfi_json_text *json, bool *is_first, bool *ret_more)
{
    TFI_TRY(separate(json, is_first, '}', "Expected , or } after key:value pair", ret_more));
    if (!*ret_more)
        return TFEED_OK;
    const int first = tfi_json_text_peek(json);
    TFI_TRY(first == '"' || first == '\'' ? tfi_json_text_string(json) : take_bare_name(json));
    return tfi_json_text_take(json, ':', "Expected : between key:value pair");
}

tfeed_status tfi_json_text_next_element(struct tfi_json_text *json, bool *is_first, bool *ret_more)
{
    return separate(json, is_first, ']', "Expected , or ] after array value", ret_more);
}

/* ------------------------------------------------------------------ strings */

enum { HEX_DIGITS = 4 };

static tfeed_status take_code_unit(struct tfi_json_text *json, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < HEX_DIGITS; i++, json->at++) {
        const uint8_t byte = json->at < json->end ? *json->at : 0;
        const uint8_t lower = byte | 0x20;
        if (is_digit(byte))
            unit = unit * 16 + (byte - '0');
        else if (lower >= 'a' && lower <= 'f')
            unit = unit * 16 + (lower - 'a' + 10u);
        else
            return tfi_json_text_fail(json, json->at, "Invalid escape sequence");
    }
    *ret_unit = unit;
    return TFEED_OK;
}

/* Behind "\u": one code unit, or two that stand for one character. */
static tfeed_status take_unicode(struct tfi_json_text *json)
{
    const uint8_t *start = json->at;
    uint32_t code;
    TFI_TRY(take_code_unit(json, &code));
    if (code >= 0xd800 && code <= 0xdbff) {
        uint32_t low = 0;
        if (json->end - json->at >= 2 && json->at[0] == '\\' && json->at[1] == 'u') {
            json->at += 2;
            TFI_TRY(take_code_unit(json, &low));
        }
        if (low < 0xdc00 || low > 0xdfff)
            return tfi_json_text_fail(json, start, "Invalid low surrogate");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
        return tfi_json_text_fail(json, start, "Invalid unicode code point");
    }
    TFI_TRY(tfi_byte_buffer_reserve(&json->string, TFI_UTF8_MAX_BYTES, json->reterr));
    json->string.len += tfi_utf8_write(json->string.data + json->string.len, code);
    return TFEED_OK;
}

/* Behind a backslash. */
static tfeed_status take_escape(struct tfi_json_text *json)
{
    static const char letters[] = "bfnrtv";
    static const char meanings[] = "\b\f\n\r\t\v";
    if (json->at == json->end)
        return tfi_json_text_fail(json, json->at, "Closing quote expected in string");
    const char escaped = (char)*json->at++;
    if (escaped == 'u')
        return take_unicode(json);
    const char *letter = memchr(letters, escaped, sizeof letters - 1);
    return tfi_byte_buffer_append(
        &json->string, letter != NULL ? &meanings[letter - letters] : &escaped, 1, json->reterr);
}

tfeed_status tfi_json_text_string(struct tfi_json_text *json)
{
    const int quote = tfi_json_text_peek(json);
    if (quote != '"' && quote != '\'')
        return tfi_json_text_fail(json, json->at, "Expected a string");
    json->at++;
    json->string.len = 0;
    for (;;) {
        const uint8_t *start = json->at;
        while (json->at < json->end && *json->at != quote && *json->at != '\\')
            json->at++;
        TFI_TRY(
            tfi_byte_buffer_append(&json->string, start, (size_t)(json->at - start), json->reterr));
        if (json->at == json->end)
            return tfi_json_text_fail(json, json->at, "Closing quote expected in string");
        if (*json->at++ == quote)
            return TFEED_OK;
        TFI_TRY(take_escape(json));
    }
}

/* ------------------------------------------------------------------ numbers */

tfeed_status tfi_json_text_number(struct tfi_json_text *json, const char **ret_number,
                                  size_t *ret_len)
{
    const int first = tfi_json_text_peek(json);
    const uint8_t *start = json->at;
    if (first != '-' && (first < '0' || first > '9'))
        return tfi_json_text_fail(json, start, "Expected a value");
    while (json->at < json->end &&
           (is_digit(*json->at) || memchr(".eE+-", *json->at, sizeof ".eE+-" - 1) != NULL))
        json->at++;
    *ret_number = (const char *)start;
    *ret_len = (size_t)(json->at - start);
    return TFEED_OK;
}
