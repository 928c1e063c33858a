/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json_writer.c - JSON on standard output.
 *
 * A tree of values per record, as JSON libraries build it, would be most of `tfeed cat`'s time;
 * this writes each value once, straight into the output's buffer.
 */
#include "cli/json_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/console.h"

enum { NUMBER_BYTES = 64, BASE64_STEP = 3 * 4096 };

static void separate(struct json_writer *json)
{
    if (json->needs_comma)
        output_bytes(", ", 2);
    json->needs_comma = true;
}

void json_begin_object(struct json_writer *json)
{
    separate(json);
    output_bytes("{", 1);
    json->needs_comma = false;
}

void json_end_object(struct json_writer *json)
{
    output_bytes("}", 1);
    json->needs_comma = true;
}

void json_begin_array(struct json_writer *json)
{
    separate(json);
    output_bytes("[", 1);
    json->needs_comma = false;
}

void json_end_array(struct json_writer *json)
{
    output_bytes("]", 1);
    json->needs_comma = true;
}

/* The length of the UTF-8 character at `at`, 0 when there is none (RFC 3629). */
static size_t utf8_character(const unsigned char *at, size_t len)
{
    static const unsigned char first_seconds[][2] = {
        {0xe0, 0xa0}, {0xed, 0x80}, {0xf0, 0x90}, {0xf4, 0x80}};
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    size_t n;

    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    n = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (n > len)
        return 0;
    /* After E0, F0 a shorter form would do; after ED come surrogates, after F4 nothing exists. */
    for (size_t i = 0; i < 4; i++)
        if (at[0] == first_seconds[i][0])
            low = first_seconds[i][1];
    if (at[0] == 0xed)
        high = 0x9f;
    if (at[0] == 0xf4)
        high = 0x8f;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (at[i] < 0x80 || at[i] > 0xbf)
            return 0;
    return n;
}

bool json_is_utf8(const void *text, size_t len)
{
    const unsigned char *at = text;
    size_t n;

    for (; len > 0; at += n, len -= n)
        if ((n = utf8_character(at, len)) == 0)
            return false;
    return true;
}

bool json_is_text(const void *text, size_t len)
{
    const unsigned char *at = text;

    while (len > 0) {
        const size_t n = utf8_character(at, len);
        if (n == 0 || (*at < 0x20 && !strchr("\t\n\r", *at)) || *at == '\0' || *at == 0x7f)
            return false;
        at += n;
        len -= n;
    }
    return true;
}

static void write_escaped(unsigned char byte)
{
    switch (byte) {
    case '"':
        output_bytes("\\\"", 2);
        break;
    case '\\':
        output_bytes("\\\\", 2);
        break;
    case '\n':
        output_bytes("\\n", 2);
        break;
    case '\r':
        output_bytes("\\r", 2);
        break;
    case '\t':
        output_bytes("\\t", 2);
        break;
    default:
        output_format("\\u%04x", byte);
    }
}

static void write_string(const void *text, size_t len)
{
    const unsigned char *at = text;
    const unsigned char *end = at + len;

    output_bytes("\"", 1);
    while (at < end) {
        const unsigned char *plain = at;
        size_t n = 1;
        while (at < end && *at >= 0x20 && *at != '"' && *at != '\\' &&
               (n = utf8_character(at, (size_t)(end - at))) > 0)
            at += n;
        output_bytes(plain, (size_t)(at - plain));
        if (at == end)
            break;
        if (n == 0)
            output_bytes("\xef\xbf\xbd", 3);
        else
            write_escaped(*at);
        at++;
    }
    output_bytes("\"", 1);
}

void json_key_bytes(struct json_writer *json, const void *name, size_t len)
{
    separate(json);
    write_string(name, len);
    output_bytes(": ", 2);
    json->needs_comma = false;
}

void json_key(struct json_writer *json, const char *name)
{
    json_key_bytes(json, name, strlen(name));
}

void json_string_bytes(struct json_writer *json, const void *text, size_t len)
{
    separate(json);
    write_string(text, len);
}

void json_string(struct json_writer *json, const char *text)
{
    json_string_bytes(json, text, strlen(text));
}

static char *encode_base64(const uint8_t *data, size_t len, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (; len >= 3; data += 3, len -= 3) {
        const uint32_t group = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];
        *text++ = digits[group >> 18];
        *text++ = digits[group >> 12 & 63];
        *text++ = digits[group >> 6 & 63];
        *text++ = digits[group & 63];
    }
    if (len > 0) {
        const uint32_t group = (uint32_t)data[0] << 16 | (len > 1 ? (uint32_t)data[1] << 8 : 0);
        *text++ = digits[group >> 18];
        *text++ = digits[group >> 12 & 63];
        *text++ = len > 1 ? digits[group >> 6 & 63] : '=';
        *text++ = '=';
    }
    return text;
}

void json_base64(struct json_writer *json, const void *data, size_t len)
{
    const uint8_t *bytes = data;

    separate(json);
    output_bytes("\"", 1);
    while (len > 0) {
        const size_t part = len < BASE64_STEP ? len : BASE64_STEP;
        char *text = output_reserve((part + 2) / 3 * 4);
        output_advance((size_t)(encode_base64(bytes, part, text) - text));
        bytes += part;
        len -= part;
    }
    output_bytes("\"", 1);
}

void json_uint(struct json_writer *json, uint64_t value)
{
    char digits[NUMBER_BYTES];
    size_t at = sizeof digits;

    separate(json);
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    output_bytes(digits + at, sizeof digits - at);
}

void json_int(struct json_writer *json, int64_t value)
{
    if (value >= 0) {
        json_uint(json, (uint64_t)value);
        return;
    }
    separate(json);
    output_bytes("-", 1);
    json->needs_comma = false;
    json_uint(json, -(uint64_t)value);
}

void json_float(struct json_writer *json, float value)
{
    char text[NUMBER_BYTES];

    if (isfinite(value)) {
        separate(json);
        output_bytes(text, (size_t)snprintf(text, sizeof text, "%.9g", (double)value));
    } else {
        json_string(json, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
}

void json_double(struct json_writer *json, double value)
{
    char text[NUMBER_BYTES];
    int digits = 15; /* 17 are always enough */

    if (!isfinite(value)) {
        json_string(json, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        return;
    }
    separate(json);
    while (snprintf(text, sizeof text, "%.*g", digits, value) > 0 && digits < 17 &&
           strtod(text, NULL) != value)
        digits++;
    output_text(text);
}

void json_fixed(struct json_writer *json, double value, int digits)
{
    separate(json);
    output_format("%.*f", digits, value);
}

void json_bool(struct json_writer *json, bool value)
{
    separate(json);
    output_text(value ? "true" : "false");
}

void json_null(struct json_writer *json)
{
    separate(json);
    output_text("null");
}

void json_end_line(struct json_writer *json)
{
    output_bytes("\n", 1);
    json->needs_comma = false;
}
