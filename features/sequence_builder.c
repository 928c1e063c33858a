/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_builder.c - serialized SequenceExamples: two maps, of features and of lists of them,
 * each in a buffer of its own until both are known.
 */
#include <tfeed/sequence.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/example_writer_private.h"

struct tfeed_sequence_builder {
    const struct tfeed_allocator *allocator;
    struct tfeed_example_builder *context;
    struct tfi_example_writer lists; /* a payload is a FeatureList: fields that are Features */
    uint8_t *data;
    size_t capacity;
};

tfeed_status tfeed_sequence_builder_new(const struct tfeed_allocator *allocator,
                                        struct tfeed_sequence_builder **ret_builder,
                                        struct tfeed_error *reterr)
{
    struct tfeed_sequence_builder *builder = tfi_alloc_zeroed(allocator, 1, sizeof *builder);
    if (builder == NULL)
        return tfi_fail_memory(reterr, "a sequence builder");
    builder->allocator = allocator;
    tfi_example_writer_init(&builder->lists, allocator);
    const tfeed_status status = tfeed_example_builder_new(allocator, &builder->context, reterr);
    if (status != TFEED_OK) {
        tfeed_sequence_builder_free(builder);
        return status;
    }
    *ret_builder = builder;
    return TFEED_OK;
}

void tfeed_sequence_builder_free(struct tfeed_sequence_builder *builder)
{
    if (builder == NULL)
        return;
    tfeed_example_builder_free(builder->context);
    tfi_example_writer_clear(&builder->lists);
    tfi_free(builder->allocator, builder->data);
    tfi_free(builder->allocator, builder);
}

void tfeed_sequence_builder_clear(struct tfeed_sequence_builder *builder)
{
    tfeed_example_builder_clear(builder->context);
    tfi_example_writer_reset(&builder->lists);
}

struct tfeed_example_builder *tfeed_sequence_builder_context(struct tfeed_sequence_builder *builder)
{
    return builder->context;
}

/* -------------------------------------------------------------------- lists */

tfeed_status tfeed_sequence_builder_begin_list(struct tfeed_sequence_builder *builder,
                                               const char *name, struct tfeed_error *reterr)
{
    const struct tfi_entry_head head =
        tfi_entry_head_of(name, strlen(name), TFEED_FEATURE_NONE, false);
    if (builder->lists.is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "list '%s' is open and must be ended first", builder->lists.open.name);
    return tfi_example_writer_begin(&builder->lists, &head, reterr);
}

static tfeed_status add_step(struct tfeed_sequence_builder *builder, struct tfi_value_list *list,
                             struct tfeed_error *reterr)
{
    struct tfi_example_writer *lists = &builder->lists;
    uint8_t *at;
    if (!lists->is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "no list is open for a step");
    if (!tfi_value_list_measure(list)) {
        lists->is_too_long = true;
        return TFEED_OK;
    }
    const struct tfi_entry_head head = tfi_entry_head_of("", 0, list->kind, list->n == 0);
    const struct tfi_entry_sizes sizes = tfi_entry_sizes_of(&head, list->payload_len);
    TFI_TRY(tfi_example_writer_reserve(lists, tfi_len_field_size(sizes.value), &at, reterr));
    if (at == NULL)
        return TFEED_OK;
    at = tfi_write_len_tag(at, TFI_FIELD_LIST_FEATURE, sizes.value);
    at = tfi_entry_value_write(at, &head, &sizes);
    tfi_example_writer_advance(lists, tfi_value_list_write(at, list));
    return TFEED_OK;
}

tfeed_status tfeed_sequence_builder_step_int64(struct tfeed_sequence_builder *builder,
                                               const int64_t *values, size_t n,
                                               struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_INT64, .values = values, .n = n};
    return add_step(builder, &list, reterr);
}

tfeed_status tfeed_sequence_builder_step_float(struct tfeed_sequence_builder *builder,
                                               const float *values, size_t n,
                                               struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_FLOAT, .values = values, .n = n};
    return add_step(builder, &list, reterr);
}

tfeed_status tfeed_sequence_builder_step_bytes(struct tfeed_sequence_builder *builder,
                                               const struct tfeed_bytes *values, size_t n,
                                               struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_BYTES, .values = values, .n = n};
    return add_step(builder, &list, reterr);
}

tfeed_status tfeed_sequence_builder_step_empty(struct tfeed_sequence_builder *builder,
                                               struct tfeed_error *reterr)
{
    struct tfi_value_list list = {.kind = TFEED_FEATURE_NONE};
    return add_step(builder, &list, reterr);
}

tfeed_status tfeed_sequence_builder_end_list(struct tfeed_sequence_builder *builder,
                                             struct tfeed_error *reterr)
{
    if (!builder->lists.is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "no list is open");
    return tfi_example_writer_end(&builder->lists, reterr);
}

/* ---------------------------------------------------------------- finishing */

static uint8_t *write_message(uint8_t *at, unsigned number, const uint8_t *data, size_t len)
{
    at = tfi_write_len_tag(at, number, len);
    memcpy(at, data, len);
    return at + len;
}

tfeed_status tfeed_sequence_builder_finish(struct tfeed_sequence_builder *builder,
                                           const uint8_t **ret_data, size_t *ret_len,
                                           struct tfeed_error *reterr)
{
    struct tfi_example_writer *context = tfi_example_builder_entries(builder->context);
    struct tfi_example_writer *lists = &builder->lists;
    uint8_t *features;
    uint8_t *feature_lists;
    size_t features_len;
    size_t lists_len;
    if (context->is_open || lists->is_open)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "the list '%s' is open and must be ended first",
                        context->is_open ? context->open.name : lists->open.name);
    TFI_TRY(tfi_example_writer_finish(context, &features, &features_len, reterr));
    TFI_TRY(tfi_example_writer_finish(lists, &feature_lists, &lists_len, reterr));
    const size_t len = tfi_len_field_size(features_len) + tfi_len_field_size(lists_len);
    if (len > TFI_MESSAGE_MAX_BYTES)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a sequence example holds at most %zu bytes, this one would have %zu",
                        TFI_MESSAGE_MAX_BYTES, len);
    if (len > builder->capacity) {
        const size_t capacity = len > 2 * builder->capacity ? len : 2 * builder->capacity;
        uint8_t *data = tfi_alloc(builder->allocator, capacity);
        if (data == NULL)
            return tfi_fail_memory(reterr, "a serialized sequence example");
        tfi_free(builder->allocator, builder->data);
        builder->data = data;
        builder->capacity = capacity;
    }
    uint8_t *at = write_message(builder->data, TFI_FIELD_EXAMPLE_FEATURES, features, features_len);
    (void)write_message(at, TFI_FIELD_SEQUENCE_LISTS, feature_lists, lists_len);
    *ret_data = builder->data;
    *ret_len = len;
    return TFEED_OK;
}
