/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl_private.h - a line of JSON as a record: words of JSON read as they come, no tree.
 *
 *      {"features": {NAME: {"int64"|"float"|"bytes": [...]}}}      doc/formats/jsonl.md
 *      {"context": {NAME: {...}}, "feature_lists": {NAME: [{"int64"|"float"|"bytes": [...]}, …]}}
 *      {"raw": BASE64}
 *
 * Buffers know whether there was memory for all that was put into them; it is asked at the end.
 */
#ifndef TFI_JSONL_PRIVATE_H
#define TFI_JSONL_PRIVATE_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

#include "core/byte_buffer_internal.h"

/* --- words of JSON ------------------------------------------------------------------------ */

/* The rest of a line. All functions below return false when something else stands there: `at` is
 * where, and `expected` says what should be. */
struct jsonl_scan {
    const uint8_t *at;
    const uint8_t *end;
    const char *expected; /* NULL: nothing has gone wrong */
    locale_t numbers;     /* in which a number is read: "C" */
};

/* False, and what was expected here. */
bool jsonl_expected(struct jsonl_scan *scan, const char *what);

/* Passes over white space. */
void jsonl_space(struct jsonl_scan *scan);
/* Passes over white space; then over the character, if it stands there. */
bool jsonl_take(struct jsonl_scan *scan, char character);
/* The same, and its absence is an error. */
bool jsonl_need(struct jsonl_scan *scan, char character, const char *what);
/* Passes over `true` or `false`. */
bool jsonl_bool(struct jsonl_scan *scan, bool *ret_value);

bool jsonl_int64(struct jsonl_scan *scan, int64_t *ret_value);
/* Also "NaN", "Infinity" and "-Infinity", as strings. */
bool jsonl_float(struct jsonl_scan *scan, float *ret_value);
/* Appends a string's text to the buffer. */
bool jsonl_string(struct jsonl_scan *scan, struct tfi_byte_buffer *text);
/* Appends the bytes of a string in base64; `scratch` is overwritten. */
bool jsonl_base64(struct jsonl_scan *scan, struct tfi_byte_buffer *bytes,
                  struct tfi_byte_buffer *scratch);

/* --- records ------------------------------------------------------------------------------ */

/* Makes records of lines; memory is kept from one to the next. */
struct jsonl_maker {
    bool text_is_utf8;
    locale_t numbers;
    struct tfi_byte_buffer record; /* begins with room for what stands before the features */
    struct tfi_byte_buffer lists;  /* the entries of feature_lists */
    struct tfi_byte_buffer steps;  /* of a list */
    struct tfi_byte_buffer name;
    struct tfi_byte_buffer values; /* of a feature */
    struct tfi_byte_buffer scratch;
};

tfeed_status jsonl_maker_init(struct jsonl_maker *maker, bool text_is_utf8,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr);
void jsonl_maker_clear(struct jsonl_maker *maker);

/* Of a line, with or without its end: scan->at and scan->end are set. The record is valid until the
 * next call. False: scan->expected says what is wrong, or is NULL: there is no memory. */
bool jsonl_make_record(struct jsonl_maker *maker, struct jsonl_scan *scan, const uint8_t **ret_data,
                       size_t *ret_len);

#endif
