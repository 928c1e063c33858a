/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_tree_pack.c - the public tree as protobuf-c's structs, which lead to its values: writing.
 */
#include <tfeed/example_tree.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "proto/example.pb-c.h"
#include "proto/message_internal.h"

/* A Feature and its list. */
struct value_node {
    TfiPb__Feature feature;
    union {
        TfiPb__Int64List int64s;
        TfiPb__FloatList floats;
        TfiPb__BytesList strings;
    } list;
};

struct feature_node {
    TfiPb__Features__FeatureEntry entry;
    ProtobufCBinaryData name;
    struct value_node value;
    TfiPb__Feature *value_pointer;
};

struct list_node {
    TfiPb__FeatureLists__FeatureListEntry entry;
    ProtobufCBinaryData name;
    TfiPb__FeatureList list;
    TfiPb__FeatureList *list_pointer;
};

/* protobuf-c wants arrays of pointers to structs. */
struct nodes {
    struct feature_node *features;
    TfiPb__Features__FeatureEntry **feature_pointers;
    struct list_node *lists;
    TfiPb__FeatureLists__FeatureListEntry **list_pointers;
    struct value_node *steps;
    TfiPb__Feature **step_pointers;
    size_t n_steps; /* taken */
    ProtobufCBinaryData *strings;
    size_t n_strings; /* taken */
};

/* protobuf-c knows no const; packing only reads. */
static void *without_const(const void *memory)
{
    const union {
        const void *with;
        void *without;
    } pointer = {.with = memory};
    return pointer.without;
}

static ProtobufCBinaryData binary_of(const struct tfeed_bytes *bytes)
{
    return (ProtobufCBinaryData){.len = bytes->len, .data = without_const(bytes->data)};
}

static ProtobufCBinaryData *set_strings(struct nodes *nodes, const struct tfeed_tree_values *values)
{
    ProtobufCBinaryData *strings = nodes->strings + nodes->n_strings;
    for (size_t i = 0; i < values->n; i++)
        strings[i] = binary_of(&values->strings[i]);
    nodes->n_strings += values->n;
    return strings;
}

/* The dtype was checked. */
static void set_values(struct nodes *nodes, struct value_node *node,
                       const struct tfeed_tree_values *values)
{
    TfiPb__Feature *feature = &node->feature;
    tfi_pb__feature__init(feature);
    if (values->dtype == TFEED_INT64) {
        tfi_pb__int64_list__init(&node->list.int64s);
        node->list.int64s.n_value = values->n;
        node->list.int64s.value = without_const(values->int64s);
        feature->kind_case = TFI_PB__FEATURE__KIND_INT64_LIST;
        feature->int64_list = &node->list.int64s;
    } else if (values->dtype == TFEED_FLOAT) {
        tfi_pb__float_list__init(&node->list.floats);
        node->list.floats.n_value = values->n;
        node->list.floats.value = without_const(values->floats);
        feature->kind_case = TFI_PB__FEATURE__KIND_FLOAT_LIST;
        feature->float_list = &node->list.floats;
    } else if (values->dtype == TFEED_STRING) {
        tfi_pb__bytes_list__init(&node->list.strings);
        node->list.strings.n_value = values->n;
        node->list.strings.value = set_strings(nodes, values);
        feature->kind_case = TFI_PB__FEATURE__KIND_BYTES_LIST;
        feature->bytes_list = &node->list.strings;
    }
}

static void set_features(struct nodes *nodes, const struct tfeed_tree *tree)
{
    for (size_t i = 0; i < tree->n_features; i++) {
        struct feature_node *node = &nodes->features[i];
        node->name = binary_of(&tree->features[i].name);
        set_values(nodes, &node->value, &tree->features[i].values);
        node->value_pointer = &node->value.feature;
        tfi_pb__features__feature_entry__init(&node->entry);
        node->entry.n_key = 1;
        node->entry.key = &node->name;
        node->entry.n_value = 1;
        node->entry.value = &node->value_pointer;
        nodes->feature_pointers[i] = &node->entry;
    }
}

static void set_lists(struct nodes *nodes, const struct tfeed_tree *tree)
{
    for (size_t i = 0; i < tree->n_lists; i++) {
        struct list_node *node = &nodes->lists[i];
        const struct tfeed_tree_list *list = &tree->lists[i];
        node->name = binary_of(&list->name);
        tfi_pb__feature_list__init(&node->list);
        node->list.n_feature = list->n_steps;
        node->list.feature = nodes->step_pointers + nodes->n_steps;
        for (size_t step = 0; step < list->n_steps; step++) {
            struct value_node *value = &nodes->steps[nodes->n_steps];
            set_values(nodes, value, &list->steps[step]);
            nodes->step_pointers[nodes->n_steps++] = &value->feature;
        }
        node->list_pointer = &node->list;
        tfi_pb__feature_lists__feature_list_entry__init(&node->entry);
        node->entry.n_key = 1;
        node->entry.key = &node->name;
        node->entry.n_value = 1;
        node->entry.value = &node->list_pointer;
        nodes->list_pointers[i] = &node->entry;
    }
}

/* ------------------------------------------------------------- what is needed */

struct needed {
    size_t n_steps;
    size_t n_strings;
};

/* Counts the strings; INVALID_ARGUMENT for another dtype, or more than a message holds. */
static tfeed_status check_values(const struct tfeed_tree_values *values, struct needed *needed,
                                 struct tfeed_error *reterr)
{
    if (values->dtype != TFEED_DTYPE_INVALID && values->dtype != TFEED_INT64 &&
        values->dtype != TFEED_FLOAT && values->dtype != TFEED_STRING)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a feature holds int64, float or string, not %s",
                        tfeed_dtype_name(values->dtype));
    if (values->n > INT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%zu values are above protobuf's limit of 2 GiB - 1", values->n);
    needed->n_strings += values->dtype == TFEED_STRING ? values->n : 0;
    return TFEED_OK;
}

static tfeed_status check(const struct tfeed_tree *tree, struct needed *needed,
                          struct tfeed_error *reterr)
{
    for (size_t i = 0; i < tree->n_features; i++)
        TFI_TRY(check_values(&tree->features[i].values, needed, reterr));
    for (size_t i = 0; i < tree->n_lists; i++) {
        needed->n_steps += tree->lists[i].n_steps;
        for (size_t step = 0; step < tree->lists[i].n_steps; step++)
            TFI_TRY(check_values(&tree->lists[i].steps[step], needed, reterr));
    }
    if (tree->n_features > INT32_MAX || tree->n_lists > INT32_MAX || needed->n_steps > INT32_MAX)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the message is above protobuf's limit of 2 GiB - 1");
    return TFEED_OK;
}

static void nodes_clear(struct nodes *nodes, const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, nodes->features);
    tfi_free(allocator, nodes->feature_pointers);
    tfi_free(allocator, nodes->lists);
    tfi_free(allocator, nodes->list_pointers);
    tfi_free(allocator, nodes->steps);
    tfi_free(allocator, nodes->step_pointers);
    tfi_free(allocator, nodes->strings);
}

static tfeed_status nodes_init(struct nodes *nodes, const struct tfeed_tree *tree,
                               const struct needed *needed, const struct tfeed_allocator *allocator,
                               struct tfeed_error *reterr)
{
    *nodes = (struct nodes){
        .features = tfi_alloc_zeroed(allocator, tree->n_features, sizeof *nodes->features),
        .feature_pointers =
            tfi_alloc_zeroed(allocator, tree->n_features, sizeof *nodes->feature_pointers),
        .lists = tfi_alloc_zeroed(allocator, tree->n_lists, sizeof *nodes->lists),
        .list_pointers = tfi_alloc_zeroed(allocator, tree->n_lists, sizeof *nodes->list_pointers),
        .steps = tfi_alloc_zeroed(allocator, needed->n_steps, sizeof *nodes->steps),
        .step_pointers = tfi_alloc_zeroed(allocator, needed->n_steps, sizeof *nodes->step_pointers),
        .strings = tfi_alloc_zeroed(allocator, needed->n_strings, sizeof *nodes->strings),
    };
    if (nodes->features != NULL && nodes->feature_pointers != NULL && nodes->lists != NULL &&
        nodes->list_pointers != NULL && nodes->steps != NULL && nodes->step_pointers != NULL &&
        nodes->strings != NULL)
        return TFEED_OK;
    nodes_clear(nodes, allocator);
    return tfi_fail_memory(reterr, "a packed message");
}

tfeed_status tfeed_tree_pack(const struct tfeed_tree *tree, const struct tfeed_allocator *allocator,
                             struct tfeed_bytes *ret_record, struct tfeed_error *reterr)
{
    struct nodes nodes;
    struct needed needed = {0};
    TFI_TRY(check(tree, &needed, reterr));
    TFI_TRY(nodes_init(&nodes, tree, &needed, allocator, reterr));
    set_features(&nodes, tree);
    set_lists(&nodes, tree);
    TfiPb__Features features = TFI_PB__FEATURES__INIT;
    features.n_feature = tree->n_features;
    features.feature = nodes.feature_pointers;
    TfiPb__FeatureLists lists = TFI_PB__FEATURE_LISTS__INIT;
    lists.n_feature_list = tree->n_lists;
    lists.feature_list = nodes.list_pointers;
    TfiPb__SequenceExample message = TFI_PB__SEQUENCE_EXAMPLE__INIT;
    message.context = &features;
    message.feature_lists = tree->n_lists > 0 ? &lists : NULL;
    const tfeed_status status = tfi_message_pack(&message.base, allocator, ret_record, reterr);
    nodes_clear(&nodes, allocator);
    return status;
}
