/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_builder.c - serialized Examples in the one form that is defined: keys in byte order,
 * lists packed, every list written that was set, also an empty one.
 *
 * Each feature becomes the bytes of its map entry as soon as it is added; nothing else is kept.
 */
#include <tfeed/features.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/example_writer_private.h"

struct tfeed_example_builder {
    const struct tfeed_allocator *allocator;
    struct tfi_example_writer entries;
};

tfeed_status tfeed_example_builder_new(const struct tfeed_allocator *allocator,
                                       struct tfeed_example_builder **ret_builder,
                                       struct tfeed_error *reterr)
{
    struct tfeed_example_builder *builder = tfi_alloc_zeroed(allocator, 1, sizeof *builder);
    if (builder == NULL)
        return tfi_fail_memory(reterr, "an example builder");
    builder->allocator = allocator;
    tfi_example_writer_init(&builder->entries, allocator);
    *ret_builder = builder;
    return TFEED_OK;
}

void tfeed_example_builder_free(struct tfeed_example_builder *builder)
{
    if (builder == NULL)
        return;
    tfi_example_writer_clear(&builder->entries);
    tfi_free(builder->allocator, builder);
}

void tfeed_example_builder_clear(struct tfeed_example_builder *builder)
{
    tfi_example_writer_reset(&builder->entries);
}

struct tfi_example_writer *tfi_example_builder_entries(struct tfeed_example_builder *builder)
{
    return &builder->entries;
}

/* ------------------------------------------------------------- whole lists */

static tfeed_status fail_open(const struct tfi_example_writer *entries, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                    "the list of feature '%s' is open and must be ended first", entries->open.name);
}

static tfeed_status add_feature(struct tfeed_example_builder *builder, const char *name,
                                struct tfi_value_list *list, struct tfeed_error *reterr)
{
    struct tfi_example_writer *entries = &builder->entries;
    const struct tfi_entry_head head =
        tfi_entry_head_of(name, strlen(name), list->kind, list->n == 0);
    uint8_t *payload;
    if (entries->is_open)
        return fail_open(entries, reterr);
    if (!tfi_value_list_measure(list)) {
        entries->is_too_long = true;
        return TFEED_OK;
    }
    TFI_TRY(tfi_example_writer_add(entries, &head, list->payload_len, &payload, reterr));
    if (payload != NULL)
        (void)tfi_value_list_write(payload, list);
    return TFEED_OK;
}

tfeed_status tfeed_example_builder_add_int64(struct tfeed_example_builder *builder,
                                             const char *name, const int64_t *values, size_t n,
                                             struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_INT64, .values = values, .n = n};
    return add_feature(builder, name, &list, reterr);
}

tfeed_status tfeed_example_builder_add_float(struct tfeed_example_builder *builder,
                                             const char *name, const float *values, size_t n,
                                             struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_FLOAT, .values = values, .n = n};
    return add_feature(builder, name, &list, reterr);
}

tfeed_status tfeed_example_builder_add_bytes(struct tfeed_example_builder *builder,
                                             const char *name, const struct tfeed_bytes *values,
                                             size_t n, struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_BYTES, .values = values, .n = n};
    return add_feature(builder, name, &list, reterr);
}

tfeed_status tfeed_example_builder_add_empty(struct tfeed_example_builder *builder,
                                             const char *name, struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_NONE};
    return add_feature(builder, name, &list, reterr);
}

/* ------------------------------------------------------- lists piece by piece */

tfeed_status tfeed_example_builder_begin(struct tfeed_example_builder *builder, const char *name,
                                         enum tfeed_feature_kind kind, struct tfeed_error *reterr)
{
    const struct tfi_entry_head head = tfi_entry_head_of(name, strlen(name), kind, false);
    if (builder->entries.is_open)
        return fail_open(&builder->entries, reterr);
    if (kind != TFEED_FEATURE_BYTES && kind != TFEED_FEATURE_FLOAT && kind != TFEED_FEATURE_INT64)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': kind %d is none of bytes, float and int64", name, (int)kind);
    return tfi_example_writer_begin(&builder->entries, &head, reterr);
}

/* FAILED_PRECONDITION unless a list of this kind is open. */
static tfeed_status check_open(const struct tfi_example_writer *entries,
                               enum tfeed_feature_kind kind, struct tfeed_error *reterr)
{
    if (!entries->is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "no list of a feature is open");
    if (entries->open.kind != kind)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "feature '%s': the open list has kind %d, the values have kind %d",
                        entries->open.name, (int)entries->open.kind, (int)kind);
    return TFEED_OK;
}

static tfeed_status append(struct tfeed_example_builder *builder, struct tfi_value_list *list,
                           struct tfeed_error *reterr)
{
    struct tfi_example_writer *entries = &builder->entries;
    uint8_t *at;
    TFI_TRY(check_open(entries, list->kind, reterr));
    if (!tfi_value_list_measure(list)) {
        entries->is_too_long = true;
        return TFEED_OK;
    }
    TFI_TRY(tfi_example_writer_reserve(entries, list->payload_len, &at, reterr));
    if (at != NULL)
        tfi_example_writer_advance(entries, tfi_value_list_write(at, list));
    return TFEED_OK;
}

tfeed_status tfeed_example_builder_append_int64(struct tfeed_example_builder *builder,
                                                const int64_t *values, size_t n,
                                                struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_INT64, .values = values, .n = n};
    return append(builder, &list, reterr);
}

tfeed_status tfeed_example_builder_append_float(struct tfeed_example_builder *builder,
                                                const float *values, size_t n,
                                                struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_FLOAT, .values = values, .n = n};
    return append(builder, &list, reterr);
}

tfeed_status tfeed_example_builder_append_bytes(struct tfeed_example_builder *builder,
                                                const struct tfeed_bytes *values, size_t n,
                                                struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_BYTES, .values = values, .n = n};
    return append(builder, &list, reterr);
}

tfeed_status tfeed_example_builder_append_room(struct tfeed_example_builder *builder, size_t len,
                                               uint8_t **ret_data, struct tfeed_error *reterr)
{
    struct tfi_example_writer *entries = &builder->entries;
    uint8_t *at = NULL;
    TFI_TRY(check_open(entries, TFEED_FEATURE_BYTES, reterr));
    if (len <= TFI_MESSAGE_MAX_BYTES)
        TFI_TRY(tfi_example_writer_reserve(entries, tfi_len_field_size(len), &at, reterr));
    if (at == NULL) /* the caller has to write somewhere: said here, not by finish */
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "feature '%s': no room for a value of %zu bytes in an example of at most "
                        "%zu",
                        entries->open.name, len, TFI_MESSAGE_MAX_BYTES);
    *ret_data = tfi_write_len_tag(at, TFI_FIELD_LIST_VALUE, len);
    tfi_example_writer_advance(entries, *ret_data + len);
    return TFEED_OK;
}

tfeed_status tfeed_example_builder_end(struct tfeed_example_builder *builder,
                                       struct tfeed_error *reterr)
{
    if (!builder->entries.is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "no list of a feature is open");
    return tfi_example_writer_end(&builder->entries, reterr);
}

/* ---------------------------------------------------------------- finishing */

tfeed_status tfeed_example_builder_finish(struct tfeed_example_builder *builder,
                                          const uint8_t **ret_data, size_t *ret_len,
                                          struct tfeed_error *reterr)
{
    uint8_t *entries;
    size_t len;
    if (builder->entries.is_open)
        return fail_open(&builder->entries, reterr);
    TFI_TRY(tfi_example_writer_finish(&builder->entries, &entries, &len, reterr));
    uint8_t *data = entries + len - tfi_len_field_size(len);
    (void)tfi_write_len_tag(data, TFI_FIELD_EXAMPLE_FEATURES, len);
    *ret_data = data;
    *ret_len = tfi_len_field_size(len);
    return TFEED_OK;
}
