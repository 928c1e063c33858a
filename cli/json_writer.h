/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json_writer.h - JSON on standard output, written as it comes: records may be of any size.
 *
 * Keys keep the order in which they are written. Text that is not UTF-8 is written with U+FFFD in
 * place of what is wrong, so that every line is valid JSON.
 */
#ifndef CLI_JSON_WRITER_H
#define CLI_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The place in a text; zeroed at its start. */
struct json_writer {
    bool needs_comma; /* something stands before in the innermost object or array */
};

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);

/** The key of the value that comes next. */
void json_key(struct json_writer *json, const char *name);
void json_key_bytes(struct json_writer *json, const void *name, size_t len);

void json_string(struct json_writer *json, const char *text);
void json_string_bytes(struct json_writer *json, const void *text, size_t len);
void json_base64(struct json_writer *json, const void *data, size_t len);
void json_uint(struct json_writer *json, uint64_t value);
void json_int(struct json_writer *json, int64_t value);
/** 9 digits, which give the same float back; else "NaN", "Infinity", "-Infinity". */
void json_float(struct json_writer *json, float value);
/** As few digits as give the same double back; what is not finite as json_float does. */
void json_double(struct json_writer *json, double value);
/** A measured number, in plain notation with `digits` behind the point. */
void json_fixed(struct json_writer *json, double value, int digits);
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);

/** Ends the line: the text is complete. */
void json_end_line(struct json_writer *json);

/** True when the bytes are UTF-8, NUL and all. */
bool json_is_utf8(const void *text, size_t len);

/** True when the bytes are UTF-8 without control characters but tab and the ends of lines. */
bool json_is_text(const void *text, size_t len);

#endif
