/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_tree.c - the public tree over protobuf-c's tree of a SequenceExample: reading.
 *
 *   tree ─▶ features[], lists[], steps[], strings[]    made here, one array of each
 *             │ names, numbers, bytes
 *             ▼
 *           message                                    what protobuf-c has read
 *
 * An Example is a SequenceExample without lists: its features have the number of a context.
 */
#include <tfeed/example_tree.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "proto/example.pb-c.h"
#include "proto/message_internal.h"

struct unpacked {
    struct tfeed_tree tree; /* first: this is what the program has */
    const struct tfeed_allocator *allocator;
    TfiPb__SequenceExample *message;
    struct tfeed_tree_values *steps; /* of all lists */
    struct tfeed_bytes *strings;     /* of all features and steps */
};

/* How much the arrays hold: what is needed, then what is taken. */
struct counts {
    size_t n_steps;
    size_t n_strings;
};

static const TfiPb__Feature no_feature = TFI_PB__FEATURE__INIT;
static const TfiPb__FeatureList no_steps = TFI_PB__FEATURE_LIST__INIT;

static const TfiPb__Feature *feature_of(const TfiPb__Features__FeatureEntry *entry)
{
    return entry->n_value > 0 ? entry->value[0] : &no_feature;
}

static const TfiPb__FeatureList *steps_of(const TfiPb__FeatureLists__FeatureListEntry *entry)
{
    return entry->n_value > 0 ? entry->value[0] : &no_steps;
}

static size_t n_features_of(const TfiPb__SequenceExample *message)
{
    return message->context != NULL ? message->context->n_feature : 0;
}

static size_t n_lists_of(const TfiPb__SequenceExample *message)
{
    return message->feature_lists != NULL ? message->feature_lists->n_feature_list : 0;
}

static void count_strings(struct counts *counts, const TfiPb__Feature *feature)
{
    if (feature->kind_case == TFI_PB__FEATURE__KIND_BYTES_LIST)
        counts->n_strings += feature->bytes_list->n_value;
}

/* Counts what the tree needs; false where an entry has two names or two values. */
static bool count(const TfiPb__SequenceExample *message, struct counts *ret_counts)
{
    struct counts counts = {0};
    for (size_t i = 0; i < n_features_of(message); i++) {
        const TfiPb__Features__FeatureEntry *entry = message->context->feature[i];
        if (entry->n_key > 1 || entry->n_value > 1)
            return false;
        count_strings(&counts, feature_of(entry));
    }
    for (size_t i = 0; i < n_lists_of(message); i++) {
        const TfiPb__FeatureLists__FeatureListEntry *entry =
            message->feature_lists->feature_list[i];
        const TfiPb__FeatureList *list = steps_of(entry);
        if (entry->n_key > 1 || entry->n_value > 1)
            return false;
        counts.n_steps += list->n_feature;
        for (size_t step = 0; step < list->n_feature; step++)
            count_strings(&counts, list->feature[step]);
    }
    *ret_counts = counts;
    return true;
}

static struct tfeed_bytes bytes_of(const ProtobufCBinaryData *data)
{
    return (struct tfeed_bytes){data->data, data->len, NULL};
}

static struct tfeed_bytes name_of(size_t n_keys, const ProtobufCBinaryData *keys)
{
    return n_keys > 0 ? bytes_of(keys) : (struct tfeed_bytes){NULL, 0, NULL};
}

/* Views of the strings of a list, in the tree's array. */
static const struct tfeed_bytes *view_strings(struct unpacked *unpacked, struct counts *taken,
                                              const TfiPb__BytesList *list)
{
    struct tfeed_bytes *strings = unpacked->strings + taken->n_strings;
    for (size_t i = 0; i < list->n_value; i++)
        strings[i] = bytes_of(&list->value[i]);
    taken->n_strings += list->n_value;
    return strings;
}

static struct tfeed_tree_values view_values(struct unpacked *unpacked, struct counts *taken,
                                            const TfiPb__Feature *feature)
{
    struct tfeed_tree_values values = {.dtype = TFEED_DTYPE_INVALID};
    if (feature->kind_case == TFI_PB__FEATURE__KIND_INT64_LIST) {
        values.dtype = TFEED_INT64;
        values.n = feature->int64_list->n_value;
        values.int64s = feature->int64_list->value;
    } else if (feature->kind_case == TFI_PB__FEATURE__KIND_FLOAT_LIST) {
        values.dtype = TFEED_FLOAT;
        values.n = feature->float_list->n_value;
        values.floats = feature->float_list->value;
    } else if (feature->kind_case == TFI_PB__FEATURE__KIND_BYTES_LIST) {
        values.dtype = TFEED_STRING;
        values.n = feature->bytes_list->n_value;
        values.strings = view_strings(unpacked, taken, feature->bytes_list);
    }
    return values;
}

static void view_message(struct unpacked *unpacked)
{
    const TfiPb__SequenceExample *message = unpacked->message;
    struct tfeed_tree *tree = &unpacked->tree;
    struct counts taken = {0};
    for (size_t i = 0; i < tree->n_features; i++) {
        const TfiPb__Features__FeatureEntry *entry = message->context->feature[i];
        tree->features[i].name = name_of(entry->n_key, entry->key);
        tree->features[i].values = view_values(unpacked, &taken, feature_of(entry));
    }
    for (size_t i = 0; i < tree->n_lists; i++) {
        const TfiPb__FeatureLists__FeatureListEntry *entry =
            message->feature_lists->feature_list[i];
        const TfiPb__FeatureList *list = steps_of(entry);
        struct tfeed_tree_values *steps = unpacked->steps + taken.n_steps;
        for (size_t step = 0; step < list->n_feature; step++)
            steps[step] = view_values(unpacked, &taken, list->feature[step]);
        taken.n_steps += list->n_feature;
        tree->lists[i] = (struct tfeed_tree_list){
            .name = name_of(entry->n_key, entry->key), .n_steps = list->n_feature, .steps = steps};
    }
}

/* The tree of a message, which belongs to it on success. */
static tfeed_status make_tree(TfiPb__SequenceExample *message,
                              const struct tfeed_allocator *allocator, struct tfeed_tree **ret_tree,
                              struct tfeed_error *reterr)
{
    struct counts counts;
    if (!count(message, &counts))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an entry of the message has two names or two values");
    struct unpacked *unpacked = tfi_alloc_zeroed(allocator, 1, sizeof *unpacked);
    if (unpacked == NULL)
        return tfi_fail_memory(reterr, "a tree");
    struct tfeed_tree *tree = &unpacked->tree;
    unpacked->allocator = allocator;
    tree->n_features = n_features_of(message);
    tree->n_lists = n_lists_of(message);
    tree->features = tfi_alloc_zeroed(allocator, tree->n_features, sizeof *tree->features);
    tree->lists = tfi_alloc_zeroed(allocator, tree->n_lists, sizeof *tree->lists);
    unpacked->steps = tfi_alloc_zeroed(allocator, counts.n_steps, sizeof *unpacked->steps);
    unpacked->strings = tfi_alloc_zeroed(allocator, counts.n_strings, sizeof *unpacked->strings);
    if (tree->features == NULL || tree->lists == NULL || unpacked->steps == NULL ||
        unpacked->strings == NULL) {
        tfeed_tree_free(tree);
        return tfi_fail_memory(reterr, "a tree");
    }
    unpacked->message = message;
    view_message(unpacked);
    *ret_tree = tree;
    return TFEED_OK;
}

tfeed_status tfeed_tree_unpack(const void *data, size_t len, size_t max_bytes,
                               const struct tfeed_allocator *allocator,
                               struct tfeed_tree **ret_tree, struct tfeed_error *reterr)
{
    ProtobufCMessage *message;
    TFI_TRY(tfi_message_unpack(&tfi_pb__sequence_example__descriptor, data, len,
                               max_bytes > 0 ? max_bytes : TFEED_TREE_MAX_BYTES, allocator,
                               &message, reterr));
    const tfeed_status status =
        make_tree((TfiPb__SequenceExample *)message, allocator, ret_tree, reterr);
    if (status != TFEED_OK)
        tfi_message_free(message, allocator);
    return status;
}

void tfeed_tree_free(struct tfeed_tree *tree)
{
    struct unpacked *unpacked = (struct unpacked *)tree;
    if (tree == NULL)
        return;
    const struct tfeed_allocator *allocator = unpacked->allocator;
    if (unpacked->message != NULL)
        tfi_message_free(&unpacked->message->base, allocator);
    tfi_free(allocator, tree->features);
    tfi_free(allocator, tree->lists);
    tfi_free(allocator, unpacked->steps);
    tfi_free(allocator, unpacked->strings);
    tfi_free(allocator, unpacked);
}
