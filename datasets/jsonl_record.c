/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl_record.c - one line of JSON as one record.
 *
 * The example builder puts names in order; here they stay in that of the line, so that a record
 * printed as JSON becomes the same bytes again. An entry is written when its values are complete:
 *
 *   0a EL  0a KL name  12 VL  [ kk LL  [ 0a PL ] ]  values
 *   │entry │key        │value   │list    │packed numbers
 */
#include "datasets/jsonl_private.h"

#include <string.h>

#include <tfeed/features.h>

#include "core/error_internal.h"

/* Tags of length-delimited fields 1 and 2; those of Feature are its kinds. */
enum { TAG_FIRST = 0x0a, TAG_SECOND = 0x12, LEN_TYPE = 2, TAG_SHIFT = 3 };

/* Room before the features: their tag and length. */
enum { ROOM_BYTES = 16 };

tfeed_status jsonl_maker_init(struct jsonl_maker *maker, bool text_is_utf8,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr)
{
    *maker = (struct jsonl_maker){
        .text_is_utf8 = text_is_utf8,
        .numbers = newlocale(LC_ALL_MASK, "C", NULL),
        .record = {.allocator = allocator},
        .name = {.allocator = allocator},
        .values = {.allocator = allocator},
        .scratch = {.allocator = allocator},
    };
    return maker->numbers == NULL ? tfi_fail_memory(reterr, "a locale") : TFEED_OK;
}

void jsonl_maker_clear(struct jsonl_maker *maker)
{
    if (maker->numbers != NULL)
        freelocale(maker->numbers);
    maker->numbers = NULL;
    jsonl_buffer_clear(&maker->record);
    jsonl_buffer_clear(&maker->name);
    jsonl_buffer_clear(&maker->values);
    jsonl_buffer_clear(&maker->scratch);
}

static void append_head(struct jsonl_buffer *buffer, uint8_t tag, uint64_t len)
{
    jsonl_append(buffer, &tag, 1);
    jsonl_append_varint(buffer, len);
}

static uint64_t field_size(uint64_t len)
{
    return 1 + jsonl_varint_size(len) + len;
}

/* ----------------------------------------------------------------------- values */

/* Base64 is decoded behind the longest head there can be, and moved when its length is known. */
static bool append_base64_value(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    enum { HEAD_BYTES = 11 };
    struct jsonl_buffer *values = &maker->values;
    const size_t before = values->len;
    if (jsonl_reserve(values, HEAD_BYTES) == NULL)
        return true; /* the buffer knows */
    values->len += HEAD_BYTES;
    if (!jsonl_base64(scan, values, &maker->scratch))
        return false;
    const size_t len = values->len - before - HEAD_BYTES;
    values->len = before;
    append_head(values, TAG_FIRST, len);
    memmove(values->data + values->len, values->data + before + HEAD_BYTES, len);
    values->len += len;
    return true;
}

static bool append_bytes_value(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    if (!maker->text_is_utf8)
        return append_base64_value(maker, scan);
    maker->scratch.len = 0;
    if (!jsonl_string(scan, &maker->scratch))
        return false;
    append_head(&maker->values, TAG_FIRST, maker->scratch.len);
    jsonl_append(&maker->values, maker->scratch.data, maker->scratch.len);
    return true;
}

static bool append_value(struct jsonl_maker *maker, enum tfeed_feature_kind kind,
                         struct jsonl_scan *scan)
{
    int64_t integer;
    float number;
    switch (kind) {
    case TFEED_FEATURE_NONE:
        return true;
    case TFEED_FEATURE_BYTES:
        return append_bytes_value(maker, scan);
    case TFEED_FEATURE_FLOAT:
        if (!jsonl_float(scan, &number))
            return false;
        jsonl_append(&maker->values, &number, sizeof number); /* in memory as on the wire */
        return true;
    case TFEED_FEATURE_INT64:
        if (!jsonl_int64(scan, &integer))
            return false;
        jsonl_append_varint(&maker->values, (uint64_t)integer);
        return true;
    }
    return false;
}

static bool take_values(struct jsonl_maker *maker, enum tfeed_feature_kind kind,
                        struct jsonl_scan *scan)
{
    if (!jsonl_need(scan, '[', "'[' before the values"))
        return false;
    if (jsonl_take(scan, ']'))
        return true;
    do
        if (!append_value(maker, kind, scan))
            return false;
    while (jsonl_take(scan, ','));
    return jsonl_need(scan, ']', "',' or ']' behind a value");
}

/* --------------------------------------------------------------------- features */

static void append_entry(struct jsonl_maker *maker, enum tfeed_feature_kind kind)
{
    struct jsonl_buffer *record = &maker->record;
    const bool is_packed = kind != TFEED_FEATURE_BYTES && maker->values.len > 0;
    const uint64_t list_len = is_packed ? field_size(maker->values.len) : maker->values.len;
    const uint64_t feature_len = kind == TFEED_FEATURE_NONE ? 0 : field_size(list_len);
    append_head(record, TAG_FIRST, field_size(maker->name.len) + field_size(feature_len));
    append_head(record, TAG_FIRST, maker->name.len);
    jsonl_append(record, maker->name.data, maker->name.len);
    append_head(record, TAG_SECOND, feature_len);
    if (kind == TFEED_FEATURE_NONE)
        return;
    append_head(record, (uint8_t)((unsigned)kind << TAG_SHIFT | LEN_TYPE), list_len);
    if (is_packed)
        append_head(record, TAG_FIRST, maker->values.len);
    jsonl_append(record, maker->values.data, maker->values.len);
}

static bool is_word(const struct jsonl_buffer *text, const char *word)
{
    return text->len == strlen(word) && memcmp(text->data, word, text->len) == 0;
}

/* The kind that a key says. */
static bool take_kind(struct jsonl_maker *maker, struct jsonl_scan *scan,
                      enum tfeed_feature_kind *ret_kind)
{
    jsonl_space(scan);
    const uint8_t *before = scan->at;
    maker->scratch.len = 0;
    if (!jsonl_string(scan, &maker->scratch))
        return jsonl_expected(scan, "\"int64\", \"float\" or \"bytes\"");
    *ret_kind = is_word(&maker->scratch, "int64")   ? TFEED_FEATURE_INT64
                : is_word(&maker->scratch, "float") ? TFEED_FEATURE_FLOAT
                : is_word(&maker->scratch, "bytes") ? TFEED_FEATURE_BYTES
                                                    : TFEED_FEATURE_NONE;
    if (*ret_kind == TFEED_FEATURE_NONE) {
        scan->at = before;
        return jsonl_expected(scan, "\"int64\", \"float\" or \"bytes\"");
    }
    return jsonl_need(scan, ':', "':' behind a key");
}

/* NAME: {KIND: [...]} or NAME: {} */
static bool take_feature(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    enum tfeed_feature_kind kind = TFEED_FEATURE_NONE;
    maker->name.len = 0;
    maker->values.len = 0;
    if (!jsonl_string(scan, &maker->name) || !jsonl_need(scan, ':', "':' behind a name") ||
        !jsonl_need(scan, '{', "'{' before a kind"))
        return false;
    if (!jsonl_take(scan, '}') &&
        (!take_kind(maker, scan, &kind) || !take_values(maker, kind, scan) ||
         !jsonl_need(scan, '}', "'}': a feature has one kind")))
        return false;
    append_entry(maker, kind);
    return true;
}

static bool take_features(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    if (!jsonl_need(scan, '{', "'{' before the features"))
        return false;
    if (jsonl_take(scan, '}'))
        return true;
    do
        if (!take_feature(maker, scan))
            return false;
    while (jsonl_take(scan, ','));
    return jsonl_need(scan, '}', "',' or '}' behind a feature");
}

/* ------------------------------------------------------------------------- line */

/* What a line has said so far. */
struct line {
    bool has_features;
    bool is_raw;
    bool is_empty; /* "empty": of no features, a record of no bytes */
};

static bool take_member(struct jsonl_maker *maker, struct jsonl_scan *scan, struct line *line)
{
    static const char known[] = "\"features\" or \"raw\", once";
    jsonl_space(scan);
    const uint8_t *before = scan->at;
    maker->name.len = 0;
    if (!jsonl_string(scan, &maker->name))
        return jsonl_expected(scan, known);
    const bool is_features = is_word(&maker->name, "features");
    const bool is_raw = is_word(&maker->name, "raw");
    const bool has_content = line->has_features || line->is_raw;
    if (is_features || is_raw ? has_content : !is_word(&maker->name, "empty")) {
        scan->at = before;
        return jsonl_expected(scan, known);
    }
    if (!jsonl_need(scan, ':', "':' behind a key"))
        return false;
    if (is_features) {
        line->has_features = true;
        return take_features(maker, scan);
    }
    if (is_raw) {
        line->is_raw = true;
        return maker->text_is_utf8 ? jsonl_string(scan, &maker->record)
                                   : jsonl_base64(scan, &maker->record, &maker->scratch);
    }
    return jsonl_bool(scan, &line->is_empty);
}

static bool take_line(struct jsonl_maker *maker, struct jsonl_scan *scan, struct line *line)
{
    if (!jsonl_need(scan, '{', "an object"))
        return false;
    do
        if (!take_member(maker, scan, line))
            return false;
    while (jsonl_take(scan, ','));
    if (!jsonl_need(scan, '}', "',' or '}' behind a member"))
        return false;
    jsonl_space(scan);
    if (!line->has_features && !line->is_raw)
        return jsonl_expected(scan, "\"features\" or \"raw\" in the line");
    return scan->at == scan->end || jsonl_expected(scan, "the end of the line");
}

/* The head of the features stands before them, in the room that was left. */
static void put_head(struct jsonl_maker *maker, size_t *ret_begin)
{
    uint8_t head[ROOM_BYTES];
    size_t n = 0;
    uint64_t left = maker->record.len - ROOM_BYTES;
    head[n++] = TAG_FIRST;
    for (; left >= 0x80; left >>= 7)
        head[n++] = (uint8_t)(left | 0x80);
    head[n++] = (uint8_t)left;
    *ret_begin = ROOM_BYTES - n;
    memcpy(maker->record.data + *ret_begin, head, n);
}

bool jsonl_make_record(struct jsonl_maker *maker, struct jsonl_scan *scan, const uint8_t **ret_data,
                       size_t *ret_len)
{
    struct line line = {.is_empty = true};
    size_t begin = ROOM_BYTES;
    scan->expected = NULL;
    scan->numbers = maker->numbers;
    maker->record.len = 0;
    if (jsonl_reserve(&maker->record, ROOM_BYTES) == NULL)
        return false;
    maker->record.len = ROOM_BYTES;
    const bool is_right = take_line(maker, scan, &line);
    if (maker->record.has_failed || maker->name.has_failed || maker->values.has_failed ||
        maker->scratch.has_failed) {
        scan->expected = NULL; /* what seemed wrong may only have been missing */
        return false;
    }
    if (!is_right)
        return false;
    if (line.has_features && (maker->record.len > ROOM_BYTES || !line.is_empty))
        put_head(maker, &begin);
    *ret_data = maker->record.data + begin;
    *ret_len = maker->record.len - begin;
    return true;
}
