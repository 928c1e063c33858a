/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_writer_private.h - the entries of a map from names to messages, written one after the
 * other into one buffer that grows: a Features or a FeatureLists in the making.
 *
 *   0a EL  0a KL name  12 VL  [ kk LL  [ 0a PL ] ]  payload
 *   │entry │key        │value   │list    │packed
 *   └─────────────── head ──────────────────────┘
 *
 * Where the length of a payload is known its head is written first. Where it is not (an open
 * entry), the payload stands behind as many bytes as the last such head took, and is moved by the
 * difference when it has another length.
 */
#ifndef TFI_EXAMPLE_WRITER_PRIVATE_H
#define TFI_EXAMPLE_WRITER_PRIVATE_H

#include <string.h>

#include <tfeed/features.h>

#include "core/byte_order_internal.h"
#include "features/wire_private.h"

/* Protobuf refuses longer messages. */
#define TFI_MESSAGE_MAX_BYTES ((size_t)INT32_MAX)

/* Bytes that stay free before the entries, for the tag and length of the message that they are. */
enum { TFI_MESSAGE_ROOM = 8 };

/* Bytes that may be written behind a payload that was asked for. */
enum { TFI_WRITE_SLACK = 16 };

/* Bytes of a length-delimited field with a one-byte tag. Most lengths take one byte. */
static inline size_t tfi_len_field_size(size_t len)
{
    return len < 0x80 ? 2 + len : 1 + tfi_varint_size(len) + len;
}

static inline uint8_t *tfi_write_len_tag(uint8_t *at, unsigned number, size_t len)
{
    at[0] = TFI_WIRE_LEN_TAG(number);
    at[1] = (uint8_t)len;
    return len < 0x80 ? at + 2 : tfi_varint_write(at + 1, len);
}

/* Writes a varint without a branch for each byte; its length. 10 bytes must be writable. */
static inline size_t tfi_varint_store(uint8_t *at, uint64_t value)
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    if (value < 0x80) { /* many columns have no others */
        *at = (uint8_t)value;
        return 1;
    }
    if (value >> 56 != 0)
        return (size_t)(tfi_varint_write(at, value) - at);
    const size_t len = tfi_varint_size(value);
    /* groups of 28, 14 and 7 bits, each in twice as many as it needs (pdep is not faster here) */
    value = (value & 0x0fffffff) | (value & UINT64_C(0x00fffffff0000000)) << 4;
    value = (value & UINT64_C(0x00003fff00003fff)) | (value & UINT64_C(0x0fffc0000fffc000)) << 2;
    value = (value & UINT64_C(0x007f007f007f007f)) | (value & UINT64_C(0x3f803f803f803f80)) << 1;
    tfi_store_le64(at, value | (tops & ((UINT64_C(1) << (8 * len - 8)) - 1)));
    return len;
}

/* ------------------------------------------------------------------- values */

/* The values of a feature. */
struct tfi_value_list {
    enum tfeed_feature_kind kind;
    bool is_narrow; /* int32, where the kind is int64 */
    const void *values;
    size_t n;
    size_t payload_len; /* of the packed numbers, or of the fields of the strings */
};

/* Sets payload_len; false when it is longer than a message may be. */
bool tfi_value_list_measure(struct tfi_value_list *list);

/* Writes the payload, which was measured; the byte behind it. TFI_WRITE_SLACK more must be
 * writable. */
uint8_t *tfi_value_list_write(uint8_t *at, const struct tfi_value_list *list);

/* -------------------------------------------------------------------- heads */

/* What a payload stands in. */
struct tfi_entry_head {
    const char *name;
    size_t name_len;
    enum tfeed_feature_kind kind; /* of its list; NONE: the payload is the value itself */
    bool is_packed;
};

/* The head of a list of values; the name is borrowed. */
static inline struct tfi_entry_head tfi_entry_head_of(const char *name, size_t name_len,
                                                      enum tfeed_feature_kind kind, bool is_empty)
{
    const bool is_number = kind == TFEED_FEATURE_INT64 || kind == TFEED_FEATURE_FLOAT;
    return (struct tfi_entry_head){name, name_len, kind, is_number && !is_empty};
}

/* The lengths that a head announces, and those of the head and of the whole entry. */
struct tfi_entry_sizes {
    size_t payload;
    size_t list;
    size_t value;
    size_t entry;
    size_t whole;
};

static inline struct tfi_entry_sizes tfi_entry_sizes_of(const struct tfi_entry_head *head,
                                                        size_t payload_len)
{
    struct tfi_entry_sizes sizes = {.payload = payload_len};
    sizes.list = head->is_packed ? tfi_len_field_size(payload_len) : payload_len;
    sizes.value = head->kind == TFEED_FEATURE_NONE ? sizes.list : tfi_len_field_size(sizes.list);
    sizes.entry = tfi_len_field_size(head->name_len) + tfi_len_field_size(sizes.value);
    sizes.whole = tfi_len_field_size(sizes.entry);
    return sizes;
}

/* Writes "kk LL 0a PL", as far as it is there; the byte behind it. */
static inline uint8_t *tfi_entry_value_write(uint8_t *at, const struct tfi_entry_head *head,
                                             const struct tfi_entry_sizes *sizes)
{
    if (head->kind != TFEED_FEATURE_NONE)
        at = tfi_write_len_tag(at, (unsigned)head->kind, sizes->list);
    if (head->is_packed)
        at = tfi_write_len_tag(at, TFI_FIELD_LIST_VALUE, sizes->payload);
    return at;
}

/* Writes the head; the byte behind it. */
static inline uint8_t *tfi_entry_head_write(uint8_t *at, const struct tfi_entry_head *head,
                                            const struct tfi_entry_sizes *sizes)
{
    at = tfi_write_len_tag(at, TFI_FIELD_FEATURES_ENTRY, sizes->entry);
    at = tfi_write_len_tag(at, TFI_FIELD_ENTRY_KEY, head->name_len);
    memcpy(at, head->name, head->name_len);
    at = tfi_write_len_tag(at + head->name_len, TFI_FIELD_ENTRY_VALUE, sizes->value);
    return tfi_entry_value_write(at, head, sizes);
}

/* ------------------------------------------------------------------ entries */

/* Where an entry lies, and its name. */
struct tfi_entry_place {
    size_t offset;
    size_t len;
    size_t name_offset;
    size_t name_len;
};

struct tfi_example_writer {
    const struct tfeed_allocator *allocator;
    uint8_t *data; /* TFI_MESSAGE_ROOM bytes, then the entries */
    size_t len;
    size_t capacity;
    struct tfi_entry_place *places; /* in the order of adding */
    int *order;                     /* of the names, as it was in a message of n_ordered entries */
    int n;
    int n_ordered;
    int max_places;
    bool is_descending; /* the entries do not stand in the order of their names */
    bool is_too_long;   /* something was left out */
    uint8_t *sorted;    /* the entries in order, where they do not stand so */
    size_t sorted_capacity;

    bool is_open;
    struct tfi_entry_head open; /* name borrowed */
    size_t open_room;           /* bytes before its payload, from len on */
    size_t open_payload;        /* where that begins */
    size_t last_payload_len;    /* of the last entry that was open: the guess for the next */
};

void tfi_example_writer_init(struct tfi_example_writer *writer,
                             const struct tfeed_allocator *allocator);

/* Frees what it holds. */
void tfi_example_writer_clear(struct tfi_example_writer *writer);

/* Forgets the entries; memory is kept. */
void tfi_example_writer_reset(struct tfi_example_writer *writer);

/* Adds an entry; the caller writes payload_len bytes to *ret_payload, or nothing where that is
 * NULL: the message is too long. None is open. */
tfeed_status tfi_example_writer_add(struct tfi_example_writer *writer,
                                    const struct tfi_entry_head *head, size_t payload_len,
                                    uint8_t **ret_payload, struct tfeed_error *reterr);

/* Opens an entry; the name is borrowed until its end. */
tfeed_status tfi_example_writer_begin(struct tfi_example_writer *writer,
                                      const struct tfi_entry_head *head,
                                      struct tfeed_error *reterr);

/* n more bytes of the open payload (and the slack) at *ret_at, to be taken by _advance; NULL: the
 * message is too long. */
tfeed_status tfi_example_writer_reserve(struct tfi_example_writer *writer, size_t n,
                                        uint8_t **ret_at, struct tfeed_error *reterr);
void tfi_example_writer_advance(struct tfi_example_writer *writer, const uint8_t *end);

/* Closes the open entry. */
tfeed_status tfi_example_writer_end(struct tfi_example_writer *writer, struct tfeed_error *reterr);

/* All entries in the order of their names; TFI_MESSAGE_ROOM bytes before them are writable. Valid
 * until the next call. INVALID_ARGUMENT: a name twice, or too long. */
tfeed_status tfi_example_writer_finish(struct tfi_example_writer *writer, uint8_t **ret_entries,
                                       size_t *ret_len, struct tfeed_error *reterr);

/* The entries of a builder. */
struct tfi_example_writer *tfi_example_builder_entries(struct tfeed_example_builder *builder);

#endif
