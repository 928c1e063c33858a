/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * template.c - what the entry of a feature looks like when an ordinary writer made it.
 */
#include "features/template_private.h"

#include <string.h>

#include "features/schema_private.h"
#include "features/wire_private.h"

/* Longer values have lengths of many bytes; a template gains nothing for them. */
static const size_t MAX_PAYLOAD_BYTES = (size_t)1 << 40;

/* Room for the prefix of any name that fits, and for one that is just too long. */
enum { PREFIX_BYTES = TFI_TEMPLATE_MAX_BYTES + 5 * TFI_VARINT_MAX_BYTES };

/* Writes the prefix for a payload of a size; its length. `lengths` gets a 1 in each byte that is a
 * length of something that holds the payload. */
static size_t write_prefix(const struct tfi_feature *feature, size_t payload_bytes,
                           uint8_t prefix[PREFIX_BYTES], uint8_t lengths[PREFIX_BYTES])
{
    const size_t list = 1 + tfi_varint_size(payload_bytes) + payload_bytes;
    const size_t value = 1 + tfi_varint_size(list) + list;
    const size_t name = 1 + tfi_varint_size(feature->name_len) + feature->name_len;
    const size_t entry = name + 1 + tfi_varint_size(value) + value;
    uint8_t *at = prefix;
    memset(lengths, 0, PREFIX_BYTES);
    *at++ = TFI_WIRE_LEN_TAG(TFI_FIELD_FEATURES_ENTRY);
    lengths[at - prefix] = 1;
    at = tfi_varint_write(at, entry);
    *at++ = TFI_WIRE_LEN_TAG(TFI_FIELD_ENTRY_KEY);
    at = tfi_varint_write(at, feature->name_len);
    memcpy(at, feature->name, feature->name_len);
    at += feature->name_len;
    *at++ = TFI_WIRE_LEN_TAG(TFI_FIELD_ENTRY_VALUE);
    lengths[at - prefix] = 1;
    at = tfi_varint_write(at, value);
    *at++ = TFI_WIRE_LEN_TAG(feature->kind);
    lengths[at - prefix] = 1;
    at = tfi_varint_write(at, list);
    *at++ = TFI_WIRE_LEN_TAG(TFI_FIELD_LIST_VALUE);
    lengths[at - prefix] = 1;
    at = tfi_varint_write(at, payload_bytes);
    return (size_t)(at - prefix);
}

/* The words of the prefix of a payload; len stays 0 when it is too long. */
static void set_prefix(struct tfi_template *tmpl, const struct tfi_feature *feature,
                       size_t payload_bytes, bool grows)
{
    uint8_t prefix[PREFIX_BYTES];
    uint8_t lengths[PREFIX_BYTES];
    if (feature->name_len > TFI_TEMPLATE_MAX_BYTES || payload_bytes > MAX_PAYLOAD_BYTES)
        return;
    const size_t len = write_prefix(feature, payload_bytes, prefix, lengths);
    if (len > TFI_TEMPLATE_MAX_BYTES)
        return;
    tmpl->len = (uint8_t)len;
    tmpl->n_words = (uint8_t)((len + 7) / 8);
    for (unsigned i = 0; i < tmpl->n_words; i++) {
        const size_t at = tfi_template_place(len, i);
        tmpl->words[i].bytes = tfi_load_le64(prefix + at);
        tmpl->words[i].per_payload_byte = grows ? tfi_load_le64(lengths + at) : 0;
    }
}

void tfi_template_init(struct tfi_template *tmpl, const struct tfi_feature *feature)
{
    *tmpl = (struct tfi_template){0};
    switch (feature->store) {
    case TFI_STORE_INT64:
    case TFI_STORE_INT32:
        if (feature->n_elements != 1)
            return;
        tmpl->is_scalar = true;
        break;
    case TFI_STORE_FLOAT:
        tmpl->payload_bytes = feature->row_bytes;
        break;
    case TFI_STORE_RAW_BYTES:
    case TFI_STORE_RAW_FLOAT:
        tmpl->payload_bytes = feature->value_bytes;
        break;
    case TFI_STORE_STRING:
    case TFI_STORE_DECODED:
    case TFI_STORE_LIST:
        return;
    }
    /* every length of a scalar's entry stays below 128, so that adding PL never carries */
    set_prefix(tmpl, feature, tmpl->payload_bytes, tmpl->is_scalar);
}

void tfi_template_init_list(struct tfi_template *tmpl, const struct tfi_feature *feature)
{
    enum { MAX_LENGTH = 127, BEFORE_ENTRY = 2 };
    *tmpl = (struct tfi_template){0};
    set_prefix(tmpl, feature, 0, true);
    if (tmpl->len > 0) /* EL, the longest length, counts what follows it */
        tmpl->payload_bytes = MAX_LENGTH - (tmpl->len - (size_t)BEFORE_ENTRY);
}
