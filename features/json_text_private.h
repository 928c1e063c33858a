/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * json_text_private.h - JSON as protobuf reads it, member by member and value by value, without a
 * tree.
 *
 * Beyond strict JSON: strings in single quotes, names of members without quotes (letters, digits,
 * _ and $), a comma behind the last member or element; \v and \' in strings, any other character
 * behind a backslash stands for itself; 1. and -.5.
 *
 * All functions: INVALID_ARGUMENT, with what was expected at which byte; RESOURCE_EXHAUSTED: no
 * memory. White space before what they read is passed over.
 */
#ifndef TFI_JSON_TEXT_PRIVATE_H
#define TFI_JSON_TEXT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/tensor.h>

#include "core/byte_buffer_internal.h"

/* For `element`: the text is none of a tensor. */
enum { TFI_JSON_NO_ELEMENT = -1 };

struct tfi_json_text {
    const struct tfeed_bytes *text; /* borrowed */
    int64_t element;                /* of its tensor, for messages */
    const uint8_t *at;
    const uint8_t *end;
    struct tfi_byte_buffer string; /* the last one read, without escapes */
    struct tfeed_error *reterr;
};

/* Starts with another text; the buffer stays. It is not empty, and all of it is UTF-8. */
tfeed_status tfi_json_text_start(struct tfi_json_text *json, const struct tfeed_bytes *text,
                                 int64_t element);

/* "Error while parsing JSON: what (element I, byte N: "what stands there")" */
tfeed_status tfi_json_text_fail(const struct tfi_json_text *json, const uint8_t *at,
                                const char *what);

/* The next byte that is no white space; -1 at the end. */
int tfi_json_text_peek(struct tfi_json_text *json);

/* Takes `null` if it stands here. */
bool tfi_json_text_take_null(struct tfi_json_text *json);

/* Takes a brace or bracket; `what` is the message where another byte stands. */
tfeed_status tfi_json_text_take(struct tfi_json_text *json, char byte, const char *what);

/* Inside an object, behind '{' (*is_first, which is cleared) or behind a member: up to the value of
 * the next member, whose name json->string is then, or behind '}'. */
tfeed_status tfi_json_text_next_member(struct tfi_json_text *json, bool *is_first, bool *ret_more);

/* Inside an array, in the same way: up to the next element, or behind ']'. */
tfeed_status tfi_json_text_next_element(struct tfi_json_text *json, bool *is_first, bool *ret_more);

/* A string, into json->string. */
tfeed_status tfi_json_text_string(struct tfi_json_text *json);

/* The characters of a number, as a view of the text: what they mean is not looked at. */
tfeed_status tfi_json_text_number(struct tfi_json_text *json, const char **ret_number,
                                  size_t *ret_len);

/* INVALID_ARGUMENT where anything but white space follows. */
tfeed_status tfi_json_text_end(struct tfi_json_text *json);

#endif
