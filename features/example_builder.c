/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_builder.c - serialized Examples in the one form that is defined: keys in byte order,
 * lists packed, every list written that was set, also an empty one.
 *
 * The first pass computes the sizes from the inside out, the second writes from the front: no byte
 * is moved. The order is kept from one example to the next, because programs add the same features
 * in the same order each time.
 */
#include <tfeed/features.h>

#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/wire_private.h"

/* Protobuf refuses longer messages. */
static const size_t MAX_EXAMPLE_BYTES = INT32_MAX;

struct pending_feature {
    const char *name;
    size_t name_len;
    enum tfeed_feature_kind kind;
    const void *values;
    size_t n;
    /* lengths of what the tags announce, from the first pass */
    size_t packed_bytes;
    size_t list_bytes;
    size_t feature_bytes;
    size_t entry_bytes;
};

struct tfeed_example_builder {
    const struct tfeed_allocator *allocator;
    struct pending_feature *features; /* in the order of adding */
    int *order;                       /* their places by name, valid for n_ordered of them */
    int n;
    int n_ordered;
    int capacity;
    uint8_t *data;
    size_t data_capacity;
};

tfeed_status tfeed_example_builder_new(const struct tfeed_allocator *allocator,
                                       struct tfeed_example_builder **ret_builder,
                                       struct tfeed_error *reterr)
{
    struct tfeed_example_builder *builder = tfi_alloc_zeroed(allocator, 1, sizeof *builder);
    if (builder == NULL)
        return tfi_fail_memory(reterr, "an example builder");
    builder->allocator = allocator;
    *ret_builder = builder;
    return TFEED_OK;
}

void tfeed_example_builder_free(struct tfeed_example_builder *builder)
{
    if (builder == NULL)
        return;
    tfi_free(builder->allocator, builder->features);
    tfi_free(builder->allocator, builder->order);
    tfi_free(builder->allocator, builder->data);
    tfi_free(builder->allocator, builder);
}

void tfeed_example_builder_clear(struct tfeed_example_builder *builder)
{
    builder->n = 0;
}

static tfeed_status reserve_feature(struct tfeed_example_builder *builder,
                                    struct tfeed_error *reterr)
{
    if (builder->n < builder->capacity)
        return TFEED_OK;
    const int capacity = builder->capacity == 0 ? 8 : builder->capacity * 2;
    struct pending_feature *features = tfi_realloc_array(builder->allocator, builder->features,
                                                         (size_t)capacity, sizeof *features);
    if (features == NULL)
        return tfi_fail_memory(reterr, "the features of an example");
    builder->features = features;
    int *order =
        tfi_realloc_array(builder->allocator, builder->order, (size_t)capacity, sizeof *order);
    if (order == NULL)
        return tfi_fail_memory(reterr, "the features of an example");
    builder->order = order;
    builder->capacity = capacity;
    return TFEED_OK;
}

static tfeed_status add_feature(struct tfeed_example_builder *builder, const char *name,
                                enum tfeed_feature_kind kind, const void *values, size_t n,
                                struct tfeed_error *reterr)
{
    TFI_TRY(reserve_feature(builder, reterr));
    builder->features[builder->n++] = (struct pending_feature){
        .name = name, .name_len = strlen(name), .kind = kind, .values = values, .n = n};
    return TFEED_OK;
}

tfeed_status tfeed_example_builder_add_int64(struct tfeed_example_builder *builder,
                                             const char *name, const int64_t *values, size_t n,
                                             struct tfeed_error *reterr)
{
    return add_feature(builder, name, TFEED_FEATURE_INT64, values, n, reterr);
}

tfeed_status tfeed_example_builder_add_float(struct tfeed_example_builder *builder,
                                             const char *name, const float *values, size_t n,
                                             struct tfeed_error *reterr)
{
    return add_feature(builder, name, TFEED_FEATURE_FLOAT, values, n, reterr);
}

tfeed_status tfeed_example_builder_add_bytes(struct tfeed_example_builder *builder,
                                             const char *name, const struct tfeed_bytes *values,
                                             size_t n, struct tfeed_error *reterr)
{
    return add_feature(builder, name, TFEED_FEATURE_BYTES, values, n, reterr);
}

tfeed_status tfeed_example_builder_add_empty(struct tfeed_example_builder *builder,
                                             const char *name, struct tfeed_error *reterr)
{
    return add_feature(builder, name, TFEED_FEATURE_NONE, NULL, 0, reterr);
}

/* ------------------------------------------------------------------- order */

/* As protobuf orders map keys: by unsigned bytes, a prefix first. */
static int compare_names(const struct pending_feature *a, const struct pending_feature *b)
{
    const size_t n_common = a->name_len < b->name_len ? a->name_len : b->name_len;
    const int order = memcmp(a->name, b->name, n_common);
    if (order != 0)
        return order;
    return (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

static int compare_places(const void *a, const void *b, void *features)
{
    const struct pending_feature *all = features;
    return compare_names(&all[*(const int *)a], &all[*(const int *)b]);
}

/* Brings `order` up to date. Usually the last example's order is right and one look shows it. */
static tfeed_status order_features(struct tfeed_example_builder *builder,
                                   struct tfeed_error *reterr)
{
    const struct pending_feature *features = builder->features;
    int *order = builder->order;
    bool is_ordered = builder->n_ordered == builder->n;
    for (int i = 1; is_ordered && i < builder->n; i++)
        is_ordered = compare_names(&features[order[i - 1]], &features[order[i]]) < 0;
    if (is_ordered)
        return TFEED_OK;

    for (int i = 0; i < builder->n; i++)
        order[i] = i;
    builder->n_ordered = builder->n;
    if (builder->n > 1)
        qsort_r(order, (size_t)builder->n, sizeof *order, compare_places, builder->features);
    for (int i = 1; i < builder->n; i++)
        if (compare_names(&features[order[i - 1]], &features[order[i]]) == 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "feature '%s' was added twice",
                            features[order[i]].name);
    return TFEED_OK;
}

/* ------------------------------------------------------------------- sizes */

/* Bytes of a length-delimited field with a one-byte tag. */
static size_t len_field_size(size_t len)
{
    return 1 + tfi_varint_size(len) + len;
}

/* False when the sum exceeds what a message may hold; long before it could wrap. */
static bool measure_list(struct pending_feature *feature)
{
    const int64_t *ints = feature->values;
    const struct tfeed_bytes *strings = feature->values;
    feature->packed_bytes = 0;
    feature->list_bytes = 0;
    if (feature->n > MAX_EXAMPLE_BYTES)
        return false;
    switch (feature->kind) {
    case TFEED_FEATURE_NONE:
        return true;
    case TFEED_FEATURE_BYTES:
        for (size_t i = 0; i < feature->n; i++) {
            if (strings[i].len > MAX_EXAMPLE_BYTES)
                return false;
            feature->list_bytes += len_field_size(strings[i].len);
        }
        return true;
    case TFEED_FEATURE_FLOAT:
        feature->packed_bytes = feature->n * sizeof(float);
        break;
    case TFEED_FEATURE_INT64:
        for (size_t i = 0; i < feature->n; i++)
            feature->packed_bytes += tfi_varint_size((uint64_t)ints[i]);
        break;
    }
    if (feature->n > 0)
        feature->list_bytes = len_field_size(feature->packed_bytes);
    return true;
}

static bool measure(struct tfeed_example_builder *builder, size_t *ret_features_bytes)
{
    size_t features_bytes = 0;
    for (int i = 0; i < builder->n; i++) {
        struct pending_feature *feature = &builder->features[i];
        if (feature->name_len > MAX_EXAMPLE_BYTES || !measure_list(feature))
            return false;
        feature->feature_bytes =
            feature->kind == TFEED_FEATURE_NONE ? 0 : len_field_size(feature->list_bytes);
        feature->entry_bytes =
            len_field_size(feature->name_len) + len_field_size(feature->feature_bytes);
        features_bytes += len_field_size(feature->entry_bytes);
        if (features_bytes > MAX_EXAMPLE_BYTES - 16)
            return false;
    }
    *ret_features_bytes = features_bytes;
    return true;
}

/* ------------------------------------------------------------------ writing */

static uint8_t *write_len_tag(uint8_t *at, unsigned number, size_t len)
{
    *at++ = TFI_WIRE_LEN_TAG(number);
    return tfi_varint_write(at, len);
}

static uint8_t *write_len_field(uint8_t *at, unsigned number, const void *data, size_t len)
{
    at = write_len_tag(at, number, len);
    if (len > 0)
        memcpy(at, data, len);
    return at + len;
}

static uint8_t *write_list(uint8_t *at, const struct pending_feature *feature)
{
    const int64_t *ints = feature->values;
    const struct tfeed_bytes *strings = feature->values;
    switch (feature->kind) {
    case TFEED_FEATURE_NONE:
        return at;
    case TFEED_FEATURE_BYTES:
        for (size_t i = 0; i < feature->n; i++)
            at = write_len_field(at, TFI_FIELD_LIST_VALUE, strings[i].data, strings[i].len);
        return at;
    case TFEED_FEATURE_FLOAT: /* in memory as on the wire */
        if (feature->n > 0)
            at = write_len_field(at, TFI_FIELD_LIST_VALUE, feature->values, feature->packed_bytes);
        return at;
    case TFEED_FEATURE_INT64:
        if (feature->n > 0)
            at = write_len_tag(at, TFI_FIELD_LIST_VALUE, feature->packed_bytes);
        for (size_t i = 0; i < feature->n; i++)
            at = tfi_varint_write(at, (uint64_t)ints[i]);
        return at;
    }
    return at;
}

static uint8_t *write_entry(uint8_t *at, const struct pending_feature *feature)
{
    at = write_len_tag(at, TFI_FIELD_FEATURES_ENTRY, feature->entry_bytes);
    at = write_len_field(at, TFI_FIELD_ENTRY_KEY, feature->name, feature->name_len);
    at = write_len_tag(at, TFI_FIELD_ENTRY_VALUE, feature->feature_bytes);
    if (feature->kind == TFEED_FEATURE_NONE)
        return at;
    at = write_len_tag(at, (unsigned)feature->kind, feature->list_bytes);
    return write_list(at, feature);
}

static tfeed_status reserve_data(struct tfeed_example_builder *builder, size_t len,
                                 struct tfeed_error *reterr)
{
    if (len <= builder->data_capacity)
        return TFEED_OK;
    /* the old bytes are not needed: nothing is copied as realloc would */
    const size_t capacity = len > 2 * builder->data_capacity ? len : 2 * builder->data_capacity;
    uint8_t *data = tfi_alloc(builder->allocator, capacity);
    if (data == NULL)
        return tfi_fail_memory(reterr, "a serialized example");
    tfi_free(builder->allocator, builder->data);
    builder->data = data;
    builder->data_capacity = capacity;
    return TFEED_OK;
}

tfeed_status tfeed_example_builder_finish(struct tfeed_example_builder *builder,
                                          const uint8_t **ret_data, size_t *ret_len,
                                          struct tfeed_error *reterr)
{
    size_t features_bytes;
    TFI_TRY(order_features(builder, reterr));
    if (!measure(builder, &features_bytes))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an example holds at most %zu bytes, this one would be longer",
                        MAX_EXAMPLE_BYTES);
    const size_t len = len_field_size(features_bytes);
    TFI_TRY(reserve_data(builder, len, reterr));
    uint8_t *at = write_len_tag(builder->data, TFI_FIELD_EXAMPLE_FEATURES, features_bytes);
    for (int i = 0; i < builder->n; i++)
        at = write_entry(at, &builder->features[builder->order[i]]);
    *ret_data = builder->data;
    *ret_len = (size_t)(at - builder->data);
    return TFEED_OK;
}
