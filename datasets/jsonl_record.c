/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl_record.c - one line of JSON as one record.
 *
 * The builders put names in order; here they stay in that of the line, so that a record printed as
 * JSON becomes the same bytes again. An entry is written when its values are complete:
 *
 *   0a EL  0a KL name  12 VL  [ kk LL  [ 0a PL ] ]  values         of features, of the context
 *   │entry │key        │value   │list    │packed numbers
 *   0a EL  0a KL name  12 VL  { 0a SL  [ kk LL …                   of feature_lists
 *                               │step
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
        .lists = {.allocator = allocator},
        .steps = {.allocator = allocator},
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
    tfi_byte_buffer_clear(&maker->record);
    tfi_byte_buffer_clear(&maker->lists);
    tfi_byte_buffer_clear(&maker->steps);
    tfi_byte_buffer_clear(&maker->name);
    tfi_byte_buffer_clear(&maker->values);
    tfi_byte_buffer_clear(&maker->scratch);
}

/* ---------------------------------------------------------------------- fields */

enum { VARINT_BYTES = 10 };

static size_t write_varint(uint8_t to[VARINT_BYTES], uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        to[n++] = (uint8_t)(value | 0x80);
    to[n++] = (uint8_t)value;
    return n;
}

static void put_varint(struct tfi_byte_buffer *buffer, uint64_t value)
{
    if (tfi_byte_buffer_reserve(buffer, VARINT_BYTES, NULL) == TFEED_OK)
        buffer->len += write_varint(buffer->data + buffer->len, value);
}

static size_t varint_size(uint64_t value)
{
    size_t n = 1;
    for (; value >= 0x80; value >>= 7)
        n++;
    return n;
}

/* Of a length-delimited field: its contents come next. */
static void put_head(struct tfi_byte_buffer *buffer, uint8_t tag, uint64_t len)
{
    tfi_byte_buffer_put(buffer, &tag, 1);
    put_varint(buffer, len);
}

static uint64_t field_size(uint64_t len)
{
    return 1 + varint_size(len) + len;
}

/* ----------------------------------------------------------------------- values */

/* Base64 is decoded behind the longest head there can be, and moved when its length is known. */
static bool append_base64_value(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    enum { HEAD_BYTES = 11 };
    struct tfi_byte_buffer *values = &maker->values;
    const size_t before = values->len;
    if (tfi_byte_buffer_reserve(values, HEAD_BYTES, NULL) != TFEED_OK)
        return true; /* the buffer knows */
    values->len += HEAD_BYTES;
    if (!jsonl_base64(scan, values, &maker->scratch))
        return false;
    const size_t len = values->len - before - HEAD_BYTES;
    values->len = before;
    put_head(values, TAG_FIRST, len);
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
    put_head(&maker->values, TAG_FIRST, maker->scratch.len);
    tfi_byte_buffer_put(&maker->values, maker->scratch.data, maker->scratch.len);
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
        tfi_byte_buffer_put(&maker->values, &number, sizeof number); /* in memory as on the wire */
        return true;
    case TFEED_FEATURE_INT64:
        if (!jsonl_int64(scan, &integer))
            return false;
        put_varint(&maker->values, (uint64_t)integer);
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

static bool is_packed(const struct jsonl_maker *maker, enum tfeed_feature_kind kind)
{
    return kind != TFEED_FEATURE_BYTES && maker->values.len > 0;
}

/* Bytes that the values become as a list. */
static uint64_t list_size(const struct jsonl_maker *maker, enum tfeed_feature_kind kind)
{
    return is_packed(maker, kind) ? field_size(maker->values.len) : maker->values.len;
}

/* Puts the values as a Feature behind its tag and length. */
static void put_feature(struct jsonl_maker *maker, struct tfi_byte_buffer *to, uint8_t tag,
                        enum tfeed_feature_kind kind)
{
    const uint64_t list_len = list_size(maker, kind);
    put_head(to, tag, kind == TFEED_FEATURE_NONE ? 0 : field_size(list_len));
    if (kind == TFEED_FEATURE_NONE)
        return;
    put_head(to, (uint8_t)((unsigned)kind << TAG_SHIFT | LEN_TYPE), list_len);
    if (is_packed(maker, kind))
        put_head(to, TAG_FIRST, maker->values.len);
    tfi_byte_buffer_put(to, maker->values.data, maker->values.len);
}

/* The head of an entry, and its name; a value of that many bytes comes next. */
static void put_name(struct jsonl_maker *maker, struct tfi_byte_buffer *to, uint64_t value_len)
{
    put_head(to, TAG_FIRST, field_size(maker->name.len) + field_size(value_len));
    put_head(to, TAG_FIRST, maker->name.len);
    tfi_byte_buffer_put(to, maker->name.data, maker->name.len);
}

static bool is_word(const struct tfi_byte_buffer *text, const char *word)
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

/* {KIND: [...]} or {} */
static bool take_feature(struct jsonl_maker *maker, struct jsonl_scan *scan,
                         enum tfeed_feature_kind *ret_kind)
{
    *ret_kind = TFEED_FEATURE_NONE;
    maker->values.len = 0;
    if (!jsonl_need(scan, '{', "'{' before a kind"))
        return false;
    if (jsonl_take(scan, '}'))
        return true;
    return take_kind(maker, scan, ret_kind) && take_values(maker, *ret_kind, scan) &&
           jsonl_need(scan, '}', "'}': a feature has one kind");
}

/* NAME: FEATURE */
static bool take_entry(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    enum tfeed_feature_kind kind;
    if (!take_feature(maker, scan, &kind))
        return false;
    put_name(maker, &maker->record,
             kind == TFEED_FEATURE_NONE ? 0 : field_size(list_size(maker, kind)));
    put_feature(maker, &maker->record, TAG_SECOND, kind);
    return true;
}

/* NAME: [FEATURE, ...] */
static bool take_list(struct jsonl_maker *maker, struct jsonl_scan *scan)
{
    enum tfeed_feature_kind kind;
    maker->steps.len = 0;
    if (!jsonl_need(scan, '[', "'[' before the steps"))
        return false;
    if (!jsonl_take(scan, ']')) {
        do {
            if (!take_feature(maker, scan, &kind))
                return false;
            put_feature(maker, &maker->steps, TAG_FIRST, kind);
        } while (jsonl_take(scan, ','));
        if (!jsonl_need(scan, ']', "',' or ']' behind a step"))
            return false;
    }
    put_name(maker, &maker->lists, maker->steps.len);
    put_head(&maker->lists, TAG_SECOND, maker->steps.len);
    tfi_byte_buffer_put(&maker->lists, maker->steps.data, maker->steps.len);
    return true;
}

/* An object; `take` takes what stands behind each name. */
static bool take_names(struct jsonl_maker *maker, struct jsonl_scan *scan,
                       bool (*take)(struct jsonl_maker *maker, struct jsonl_scan *scan))
{
    if (!jsonl_need(scan, '{', "'{' before the features"))
        return false;
    if (jsonl_take(scan, '}'))
        return true;
    do {
        maker->name.len = 0;
        if (!jsonl_string(scan, &maker->name) || !jsonl_need(scan, ':', "':' behind a name") ||
            !take(maker, scan))
            return false;
    } while (jsonl_take(scan, ','));
    return jsonl_need(scan, '}', "',' or '}' behind a feature");
}

/* ------------------------------------------------------------------------- line */

/* The members of a line. */
enum member {
    MEMBER_FEATURES = 1 << 0,
    MEMBER_CONTEXT = 1 << 1,
    MEMBER_LISTS = 1 << 2,
    MEMBER_RAW = 1 << 3,
    MEMBER_EMPTY = 1 << 4
};

static const struct {
    const char *word;
    enum member member;
    unsigned excludes; /* members that it does not stand with */
} members[] = {
    {"features", MEMBER_FEATURES, MEMBER_CONTEXT | MEMBER_LISTS | MEMBER_RAW},
    {"context", MEMBER_CONTEXT, MEMBER_FEATURES | MEMBER_RAW | MEMBER_EMPTY},
    {"feature_lists", MEMBER_LISTS, MEMBER_FEATURES | MEMBER_RAW | MEMBER_EMPTY},
    {"raw", MEMBER_RAW, MEMBER_FEATURES | MEMBER_CONTEXT | MEMBER_LISTS},
    {"empty", MEMBER_EMPTY, MEMBER_CONTEXT | MEMBER_LISTS},
};

/* What a line has said so far. */
struct line {
    unsigned found; /* members */
    bool is_empty;  /* "empty": of no features, a record of no bytes */
};

static bool take_content(struct jsonl_maker *maker, struct jsonl_scan *scan, struct line *line,
                         enum member member)
{
    switch (member) {
    case MEMBER_FEATURES:
    case MEMBER_CONTEXT:
        return take_names(maker, scan, take_entry);
    case MEMBER_LISTS:
        return take_names(maker, scan, take_list);
    case MEMBER_RAW:
        return maker->text_is_utf8 ? jsonl_string(scan, &maker->record)
                                   : jsonl_base64(scan, &maker->record, &maker->scratch);
    case MEMBER_EMPTY:
        break;
    }
    return jsonl_bool(scan, &line->is_empty);
}

static bool take_member(struct jsonl_maker *maker, struct jsonl_scan *scan, struct line *line)
{
    static const char known[] =
        "\"features\", or \"context\" and \"feature_lists\", or \"raw\", once";
    jsonl_space(scan);
    const uint8_t *before = scan->at;
    maker->name.len = 0;
    if (!jsonl_string(scan, &maker->name))
        return jsonl_expected(scan, known);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!is_word(&maker->name, members[i].word) ||
            (line->found & (members[i].excludes | members[i].member)) != 0)
            continue;
        line->found |= members[i].member;
        return jsonl_need(scan, ':', "':' behind a key") &&
               take_content(maker, scan, line, members[i].member);
    }
    scan->at = before;
    return jsonl_expected(scan, known);
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
    if ((line->found & ~(unsigned)MEMBER_EMPTY) == 0)
        return jsonl_expected(scan, "\"features\", \"feature_lists\" or \"raw\" in the line");
    return scan->at == scan->end || jsonl_expected(scan, "the end of the line");
}

/* The head of the features stands before them, in the room that was left; the lists follow. */
static size_t join(struct jsonl_maker *maker, const struct line *line)
{
    uint8_t head[ROOM_BYTES] = {TAG_FIRST};
    size_t begin = ROOM_BYTES;
    const size_t len = maker->record.len - ROOM_BYTES;
    const bool has_features = (line->found & MEMBER_FEATURES) && (len > 0 || !line->is_empty);
    if (has_features || (line->found & MEMBER_CONTEXT)) {
        const size_t n = 1 + write_varint(head + 1, len);
        begin -= n;
        memcpy(maker->record.data + begin, head, n);
    }
    if (line->found & MEMBER_LISTS) {
        put_head(&maker->record, TAG_SECOND, maker->lists.len);
        tfi_byte_buffer_put(&maker->record, maker->lists.data, maker->lists.len);
    }
    return begin;
}

static bool has_failed(const struct jsonl_maker *maker)
{
    return maker->record.has_failed || maker->lists.has_failed || maker->steps.has_failed ||
           maker->name.has_failed || maker->values.has_failed || maker->scratch.has_failed;
}

bool jsonl_make_record(struct jsonl_maker *maker, struct jsonl_scan *scan, const uint8_t **ret_data,
                       size_t *ret_len)
{
    struct line line = {.is_empty = true};
    size_t begin = ROOM_BYTES;
    scan->expected = NULL;
    scan->numbers = maker->numbers;
    maker->record.len = 0;
    maker->lists.len = 0;
    if (tfi_byte_buffer_reserve(&maker->record, ROOM_BYTES, NULL) != TFEED_OK)
        return false;
    maker->record.len = ROOM_BYTES;
    const bool is_right = take_line(maker, scan, &line);
    if (is_right && !has_failed(maker))
        begin = join(maker, &line);
    if (has_failed(maker)) {
        scan->expected = NULL; /* what seemed wrong may only have been missing */
        return false;
    }
    *ret_data = maker->record.data + begin;
    *ret_len = maker->record.len - begin;
    return is_right;
}
