/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * jsonl_form.c - whether a record has the one form that its JSON is turned back into.
 *
 * An Example can be written in many ways. This walks over its bytes and asks at each step for
 * exactly what jsonl_record.c would have written: one field where one is, lengths in as few bytes
 * as they need, numbers packed, nothing besides.
 */
#include <tfeed/datasets.h>

#include "core/byte_order_internal.h"
#include "core/utf8_internal.h"

/* The unread part of a message. */
struct part {
    const uint8_t *at;
    const uint8_t *end;
};

/* A varint in as few bytes as it needs. */
static bool take_varint(struct part *part, uint64_t *ret_value)
{
    enum { LAST_SHIFT = 63, BITS = 7 };
    uint64_t value = 0;
    for (unsigned shift = 0; part->at < part->end && shift <= LAST_SHIFT; shift += BITS) {
        const uint8_t byte = *part->at++;
        if (shift == LAST_SHIFT && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_value = value;
            return byte != 0 || shift == 0;
        }
    }
    return false;
}

/* A length-delimited field of that tag. */
static bool take_field(struct part *part, uint8_t tag, struct part *ret_content)
{
    uint64_t len;
    if (part->at == part->end || *part->at++ != tag || !take_varint(part, &len) ||
        len > (uint64_t)(part->end - part->at))
        return false;
    *ret_content = (struct part){part->at, part->at + len};
    part->at += len;
    return true;
}

/* The same, and nothing behind it. */
static bool take_only_field(struct part *part, uint8_t tag, struct part *ret_content)
{
    return take_field(part, tag, ret_content) && part->at == part->end;
}

static bool is_list_of_bytes(struct part list)
{
    struct part value;
    while (list.at < list.end)
        if (!take_field(&list, 0x0a, &value))
            return false;
    return true;
}

/* JSON has one NaN, which becomes the usual one. */
static bool is_list_of_floats(struct part list)
{
    enum { BYTES = 4 };
    const uint32_t usual_nan = 0x7fc00000;
    const uint32_t infinity = 0x7f800000;
    struct part values;
    if (list.at == list.end)
        return true;
    if (!take_only_field(&list, 0x0a, &values) || values.at == values.end ||
        (values.end - values.at) % BYTES != 0)
        return false;
    for (; values.at < values.end; values.at += BYTES) {
        const uint32_t bits = tfi_load_le32(values.at);
        if ((bits & 0x7fffffff) > infinity && bits != usual_nan)
            return false;
    }
    return true;
}

static bool is_list_of_integers(struct part list)
{
    struct part values;
    uint64_t value;
    if (list.at == list.end)
        return true;
    if (!take_only_field(&list, 0x0a, &values) || values.at == values.end)
        return false;
    while (values.at < values.end)
        if (!take_varint(&values, &value))
            return false;
    return true;
}

static bool is_feature(struct part feature)
{
    struct part list;
    if (feature.at == feature.end)
        return true;
    switch (*feature.at) {
    case 0x0a:
        return take_only_field(&feature, 0x0a, &list) && is_list_of_bytes(list);
    case 0x12:
        return take_only_field(&feature, 0x12, &list) && is_list_of_floats(list);
    case 0x1a:
        return take_only_field(&feature, 0x1a, &list) && is_list_of_integers(list);
    default:
        return false;
    }
}

static bool is_utf8(struct part text)
{
    return tfi_utf8_find_foreign(text.at, text.end) == text.end;
}

/* A FeatureList: its steps. */
static bool is_list_of_features(struct part list)
{
    struct part step;
    while (list.at < list.end)
        if (!take_field(&list, 0x0a, &step) || !is_feature(step))
            return false;
    return true;
}

/* Entries of a map, in each the name, then what it stands for. */
static bool are_entries(struct part entries, bool (*is_value)(struct part value))
{
    struct part entry;
    struct part name;
    struct part value;
    while (entries.at < entries.end)
        if (!take_field(&entries, 0x0a, &entry) || !take_field(&entry, 0x0a, &name) ||
            !take_only_field(&entry, 0x12, &value) || !is_utf8(name) || !is_value(value))
            return false;
    return true;
}

bool tfeed_dataset_jsonl_is_exact(const void *data, size_t len)
{
    enum { FEATURES = 0x0a, LISTS = 0x12 };
    static const uint8_t nothing[1];
    const uint8_t *begin = len > 0 ? data : nothing;
    struct part record = {begin, begin + len};
    struct part entries;
    if (record.at < record.end && *record.at == FEATURES &&
        (!take_field(&record, FEATURES, &entries) || !are_entries(entries, is_feature)))
        return false;
    if (record.at < record.end && *record.at == LISTS &&
        (!take_field(&record, LISTS, &entries) || !are_entries(entries, is_list_of_features)))
        return false;
    return record.at == record.end;
}
