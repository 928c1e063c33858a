/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_writer.c - map entries into one buffer that grows.
 *
 * Programs that add names in byte order get them where they stand; for others the entries are
 * copied once, in the order that the last message had if that is right again.
 */
#include "features/example_writer_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

/* The entries of a message of the greatest length: its own tag and length count too. */
static const size_t MAX_ENTRIES_BYTES = TFI_MESSAGE_MAX_BYTES - TFI_MESSAGE_ROOM;

void tfi_example_writer_init(struct tfi_example_writer *writer,
                             const struct tfeed_allocator *allocator)
{
    *writer = (struct tfi_example_writer){.allocator = allocator, .len = TFI_MESSAGE_ROOM};
}

void tfi_example_writer_clear(struct tfi_example_writer *writer)
{
    tfi_free(writer->allocator, writer->data);
    tfi_free(writer->allocator, writer->places);
    tfi_free(writer->allocator, writer->order);
    tfi_free(writer->allocator, writer->sorted);
}

void tfi_example_writer_reset(struct tfi_example_writer *writer)
{
    writer->len = TFI_MESSAGE_ROOM;
    writer->n = 0;
    writer->is_descending = false;
    writer->is_too_long = false;
    writer->is_open = false;
}

/* ------------------------------------------------------------------- values */

bool tfi_value_list_measure(struct tfi_value_list *list)
{
    const int64_t *ints = list->values;
    const int32_t *narrow = list->values;
    const struct tfeed_bytes *strings = list->values;
    size_t n_bytes = 0;
    if (list->n > TFI_MESSAGE_MAX_BYTES)
        return false;
    switch (list->kind) {
    case TFEED_FEATURE_NONE:
        break;
    case TFEED_FEATURE_BYTES:
        for (size_t i = 0; i < list->n; i++) {
            if (strings[i].len > TFI_MESSAGE_MAX_BYTES)
                return false;
            n_bytes += tfi_len_field_size(strings[i].len);
        }
        break;
    case TFEED_FEATURE_FLOAT:
        n_bytes = list->n * sizeof(float);
        break;
    case TFEED_FEATURE_INT64:
        for (size_t i = 0; i < list->n; i++)
            n_bytes += tfi_varint_size((uint64_t)(list->is_narrow ? narrow[i] : ints[i]));
        break;
    }
    list->payload_len = n_bytes;
    return n_bytes <= TFI_MESSAGE_MAX_BYTES;
}

uint8_t *tfi_value_list_write(uint8_t *at, const struct tfi_value_list *list)
{
    const int64_t *ints = list->values;
    const int32_t *narrow = list->values;
    const struct tfeed_bytes *strings = list->values;
    switch (list->kind) {
    case TFEED_FEATURE_NONE:
        break;
    case TFEED_FEATURE_BYTES:
        for (size_t i = 0; i < list->n; i++) {
            at = tfi_write_len_tag(at, TFI_FIELD_LIST_VALUE, strings[i].len);
            if (strings[i].len > 0)
                memcpy(at, strings[i].data, strings[i].len);
            at += strings[i].len;
        }
        break;
    case TFEED_FEATURE_FLOAT: /* in memory as on the wire */
        if (list->n > 0)
            memcpy(at, list->values, list->payload_len);
        at += list->payload_len;
        break;
    case TFEED_FEATURE_INT64:
        for (size_t i = 0; i < list->n; i++)
            at += tfi_varint_store(at, (uint64_t)(list->is_narrow ? narrow[i] : ints[i]));
        break;
    }
    return at;
}

/* ------------------------------------------------------------------- memory */

/* Makes room for n more bytes behind `from`, and the slack. The sum is known to be small. */
static tfeed_status reserve_data(struct tfi_example_writer *writer, size_t from, size_t n,
                                 struct tfeed_error *reterr)
{
    enum { MIN_CAPACITY = 256 };
    const size_t needed = from + n + TFI_WRITE_SLACK;
    if (needed <= writer->capacity)
        return TFEED_OK;
    size_t capacity = writer->capacity < MIN_CAPACITY ? MIN_CAPACITY : 2 * writer->capacity;
    capacity = capacity < needed ? needed : capacity;
    uint8_t *data = tfi_realloc_array(writer->allocator, writer->data, capacity, 1);
    if (data == NULL)
        return tfi_fail_memory(reterr, "a serialized example");
    writer->data = data;
    writer->capacity = capacity;
    return TFEED_OK;
}

static tfeed_status reserve_place(struct tfi_example_writer *writer, struct tfeed_error *reterr)
{
    enum { MIN_PLACES = 8 };
    if (writer->n < writer->max_places)
        return TFEED_OK;
    const int max = writer->max_places == 0 ? MIN_PLACES : 2 * writer->max_places;
    struct tfi_entry_place *places =
        tfi_realloc_array(writer->allocator, writer->places, (size_t)max, sizeof *places);
    if (places == NULL)
        return tfi_fail_memory(reterr, "the features of an example");
    writer->places = places;
    int *order = tfi_realloc_array(writer->allocator, writer->order, (size_t)max, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "the features of an example");
    writer->order = order;
    writer->max_places = max;
    return TFEED_OK;
}

/* ------------------------------------------------------------------- adding */

/* As protobuf orders map keys: by unsigned bytes, a prefix first. */
static int compare_names(const uint8_t *data, const struct tfi_entry_place *a,
                         const struct tfi_entry_place *b)
{
    const uint8_t *a_name = data + a->name_offset;
    const uint8_t *b_name = data + b->name_offset;
    const size_t n_common = a->name_len < b->name_len ? a->name_len : b->name_len;
    if (n_common > 0 && *a_name != *b_name) /* as most of them */
        return *a_name - *b_name;
    const int order = memcmp(a_name, b_name, n_common);
    if (order != 0)
        return order;
    return (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

/* Writes the head of the next entry, at `offset`, where there is room for all of it, and notes its
 * place; the byte behind the head. */
static uint8_t *place_entry(struct tfi_example_writer *writer, const struct tfi_entry_head *head,
                            const struct tfi_entry_sizes *sizes, size_t offset)
{
    uint8_t *payload = tfi_entry_head_write(writer->data + offset, head, sizes);
    struct tfi_entry_place *place = &writer->places[writer->n++];
    const size_t name_len = head->name_len;
    const size_t name_end = sizes->whole - tfi_len_field_size(sizes->value);
    *place = (struct tfi_entry_place){.offset = offset,
                                      .len = sizes->whole,
                                      .name_offset = offset + name_end - name_len,
                                      .name_len = name_len};
    writer->len = offset + sizes->whole;
    if (writer->n > 1 && compare_names(writer->data, place - 1, place) >= 0)
        writer->is_descending = true;
    return payload;
}

/* Bytes that a message has left. */
static size_t bytes_left(const struct tfi_example_writer *writer)
{
    return MAX_ENTRIES_BYTES - (writer->len - TFI_MESSAGE_ROOM);
}

tfeed_status tfi_example_writer_add(struct tfi_example_writer *writer,
                                    const struct tfi_entry_head *head, size_t payload_len,
                                    uint8_t **ret_payload, struct tfeed_error *reterr)
{
    const size_t n_left = bytes_left(writer);
    const struct tfi_entry_sizes sizes = tfi_entry_sizes_of(head, payload_len);
    *ret_payload = NULL;
    /* each by itself, as the sum of what is too long may wrap around */
    if (payload_len > n_left || head->name_len > n_left || sizes.whole > n_left)
        writer->is_too_long = true;
    if (writer->is_too_long)
        return TFEED_OK;
    TFI_TRY(reserve_place(writer, reterr));
    TFI_TRY(reserve_data(writer, writer->len, sizes.whole, reterr));
    *ret_payload = place_entry(writer, head, &sizes, writer->len);
    return TFEED_OK;
}

tfeed_status tfi_example_writer_begin(struct tfi_example_writer *writer,
                                      const struct tfi_entry_head *head, struct tfeed_error *reterr)
{
    const size_t n_left = bytes_left(writer);
    const size_t payload_len = writer->last_payload_len;
    size_t room = tfi_entry_sizes_of(head, payload_len).whole - payload_len;
    if (head->name_len > n_left || room > n_left) {
        writer->is_too_long = true;
        room = 0;
    }
    TFI_TRY(reserve_place(writer, reterr));
    TFI_TRY(reserve_data(writer, writer->len, room, reterr));
    writer->open = *head;
    writer->open_room = room;
    writer->open_payload = writer->len + room;
    writer->len = writer->open_payload;
    writer->is_open = true;
    return TFEED_OK;
}

tfeed_status tfi_example_writer_reserve(struct tfi_example_writer *writer, size_t n,
                                        uint8_t **ret_at, struct tfeed_error *reterr)
{
    *ret_at = NULL;
    if (n > bytes_left(writer))
        writer->is_too_long = true;
    if (writer->is_too_long)
        return TFEED_OK;
    TFI_TRY(reserve_data(writer, writer->len, n, reterr));
    *ret_at = writer->data + writer->len;
    return TFEED_OK;
}

void tfi_example_writer_advance(struct tfi_example_writer *writer, const uint8_t *end)
{
    writer->len = (size_t)(end - writer->data);
}

tfeed_status tfi_example_writer_end(struct tfi_example_writer *writer, struct tfeed_error *reterr)
{
    const size_t offset = writer->open_payload - writer->open_room;
    const size_t payload_len = writer->len - writer->open_payload;
    struct tfi_entry_head *head = &writer->open;
    if (writer->is_too_long) {
        writer->len = offset;
        writer->is_open = false;
        return TFEED_OK;
    }
    *head = tfi_entry_head_of(head->name, head->name_len, head->kind, payload_len == 0);
    const struct tfi_entry_sizes sizes = tfi_entry_sizes_of(head, payload_len);
    const size_t head_len = sizes.whole - payload_len;
    if (head_len != writer->open_room) {
        TFI_TRY(reserve_data(writer, offset, sizes.whole, reterr));
        memmove(writer->data + offset + head_len, writer->data + writer->open_payload, payload_len);
    }
    (void)place_entry(writer, head, &sizes, offset);
    writer->last_payload_len = payload_len;
    writer->is_open = false;
    if (writer->len - TFI_MESSAGE_ROOM > MAX_ENTRIES_BYTES)
        writer->is_too_long = true;
    return TFEED_OK;
}

/* ---------------------------------------------------------------- finishing */

static int compare_places(const void *a, const void *b, void *user_data)
{
    const struct tfi_example_writer *writer = user_data;
    return compare_names(writer->data, &writer->places[*(const int *)a],
                         &writer->places[*(const int *)b]);
}

/* Brings `order` up to date. Usually the last message's order is right and one look shows it. */
static tfeed_status order_places(struct tfi_example_writer *writer, struct tfeed_error *reterr)
{
    const struct tfi_entry_place *places = writer->places;
    int *order = writer->order;
    bool is_ordered = writer->n_ordered == writer->n;
    for (int i = 1; is_ordered && i < writer->n; i++)
        is_ordered = compare_names(writer->data, &places[order[i - 1]], &places[order[i]]) < 0;
    if (is_ordered)
        return TFEED_OK;

    for (int i = 0; i < writer->n; i++)
        order[i] = i;
    writer->n_ordered = writer->n;
    qsort_r(order, (size_t)writer->n, sizeof *order, compare_places, writer);
    for (int i = 1; i < writer->n; i++) {
        const struct tfi_entry_place *place = &places[order[i]];
        if (compare_names(writer->data, &places[order[i - 1]], place) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "feature '%.*s' was added twice",
                            place->name_len > 200 ? 200 : (int)place->name_len,
                            (const char *)writer->data + place->name_offset);
    }
    return TFEED_OK;
}

static tfeed_status sort_entries(struct tfi_example_writer *writer, struct tfeed_error *reterr)
{
    TFI_TRY(order_places(writer, reterr));
    if (writer->sorted_capacity < writer->len) {
        uint8_t *sorted = tfi_alloc(writer->allocator, writer->capacity);
        if (sorted == NULL)
            return tfi_fail_memory(reterr, "a serialized example");
        tfi_free(writer->allocator, writer->sorted);
        writer->sorted = sorted;
        writer->sorted_capacity = writer->capacity;
    }
    uint8_t *at = writer->sorted + TFI_MESSAGE_ROOM;
    for (int i = 0; i < writer->n; i++) {
        const struct tfi_entry_place *place = &writer->places[writer->order[i]];
        memcpy(at, writer->data + place->offset, place->len);
        at += place->len;
    }
    return TFEED_OK;
}

tfeed_status tfi_example_writer_finish(struct tfi_example_writer *writer, uint8_t **ret_entries,
                                       size_t *ret_len, struct tfeed_error *reterr)
{
    if (writer->is_too_long)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an example holds at most %zu bytes, this one would be longer",
                        TFI_MESSAGE_MAX_BYTES);
    TFI_TRY(reserve_data(writer, TFI_MESSAGE_ROOM, 0, reterr));
    if (writer->is_descending)
        TFI_TRY(sort_entries(writer, reterr));
    *ret_entries = (writer->is_descending ? writer->sorted : writer->data) + TFI_MESSAGE_ROOM;
    *ret_len = writer->len - TFI_MESSAGE_ROOM;
    return TFEED_OK;
}
