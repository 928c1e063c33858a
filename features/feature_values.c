/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * feature_values.c - map entries and Features as protobuf understands them.
 *
 * Ordinary writers make one shape only: name, then Feature with one list, numbers packed in one
 * piece. Everything else that protobuf allows means here what it means there: lists in several
 * pieces are joined, packed or not, and unknown fields are skipped.
 */
#include "features/feature_values_private.h"

bool tfi_entry_split(struct tfi_wire *entry, struct tfi_entry *ret_entry)
{
    bool has_name = false;
    bool has_feature = false;
    *ret_entry = (struct tfi_entry){entry->at, 0, {entry->end, entry->end}};
    while (!tfi_wire_done(entry)) {
        const uint8_t *start = entry->at;
        struct tfi_field field;
        if (!tfi_wire_field(entry, &field))
            return false;
        const bool is_name = tfi_field_is_len(&field, TFI_FIELD_ENTRY_KEY);
        const bool is_feature = tfi_field_is_len(&field, TFI_FIELD_ENTRY_VALUE);
        if ((is_name && has_name) || (is_feature && has_feature)) {
            entry->at = start;
            return false;
        }
        if (is_name) {
            has_name = true;
            ret_entry->name = field.data;
            ret_entry->name_len = field.len;
        } else if (is_feature) {
            has_feature = true;
            ret_entry->feature = tfi_wire_of(&field);
        }
    }
    return true;
}

static bool is_list(const struct tfi_field *field)
{
    return field->type == TFI_WIRE_LEN && field->number >= TFEED_FEATURE_BYTES &&
           field->number <= TFEED_FEATURE_INT64;
}

bool tfi_feature_values_init(struct tfi_feature_values *values, struct tfi_wire feature)
{
    *values = (struct tfi_feature_values){.feature = {feature.end, feature.end},
                                          .list = {feature.end, feature.end},
                                          .kind = TFEED_FEATURE_NONE};
    while (!tfi_wire_done(&feature)) {
        const uint8_t *start = feature.at;
        struct tfi_field field;
        if (!tfi_wire_field(&feature, &field))
            return false;
        if (!is_list(&field) || field.number == (uint32_t)values->kind)
            continue;
        values->kind = (enum tfeed_feature_kind)field.number;
        values->feature.at = start;
    }
    return true;
}

/* What a field of a list contributes; false: it is not a value. */
static bool is_value(const struct tfi_field *field, enum tfeed_feature_kind kind)
{
    if (field->number != TFI_FIELD_LIST_VALUE)
        return false;
    switch (kind) {
    case TFEED_FEATURE_NONE:
        return false;
    case TFEED_FEATURE_BYTES:
        return field->type == TFI_WIRE_LEN;
    case TFEED_FEATURE_FLOAT:
        return field->type == TFI_WIRE_LEN || field->type == TFI_WIRE_I32;
    case TFEED_FEATURE_INT64:
        return field->type == TFI_WIRE_LEN || field->type == TFI_WIRE_VARINT;
    }
    return false;
}

enum tfi_next tfi_feature_values_next(struct tfi_feature_values *values,
                                      struct tfi_chunk *ret_chunk)
{
    struct tfi_field field;
    for (;;) {
        if (!tfi_wire_done(&values->list)) {
            if (!tfi_wire_field(&values->list, &field))
                return TFI_NEXT_MALFORMED;
            if (!is_value(&field, values->kind))
                continue;
            if (values->kind == TFEED_FEATURE_FLOAT && field.len % sizeof(float) != 0)
                return TFI_NEXT_MALFORMED;
            *ret_chunk = (struct tfi_chunk){field.data, field.len};
            return TFI_NEXT_CHUNK;
        }
        if (tfi_wire_done(&values->feature))
            return TFI_NEXT_END;
        if (!tfi_wire_field(&values->feature, &field))
            return TFI_NEXT_MALFORMED;
        if (is_list(&field))
            values->list = tfi_wire_of(&field);
    }
}
