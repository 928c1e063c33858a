/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * proto_compare.c - values of tfeed against those of protobuf-c's tree, and what to ask tfeed for
 * so that it reads all of a tree.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/proto/proto_judge_private.h"

bool t_differ(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("judge: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

void t_must(tfeed_status status, const char *what, const struct tfeed_error *error)
{
    if (status == TFEED_OK)
        return;
    fprintf(stderr, "judge: %s: %s\n", what, error->message);
    abort();
}

void *t_alloc(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size);
    if (memory == NULL)
        abort();
    return memory;
}

/* ------------------------------------------------------------------ values */

size_t t_n_values(const TfiPb__Feature *feature)
{
    switch (feature->kind_case) {
    case TFI_PB__FEATURE__KIND_BYTES_LIST:
        return feature->bytes_list->n_value;
    case TFI_PB__FEATURE__KIND_FLOAT_LIST:
        return feature->float_list->n_value;
    case TFI_PB__FEATURE__KIND_INT64_LIST:
        return feature->int64_list->n_value;
    default:
        return 0;
    }
}

enum tfeed_dtype t_dtype_of(const TfiPb__Feature *feature)
{
    return feature->kind_case == TFI_PB__FEATURE__KIND_BYTES_LIST   ? TFEED_STRING
           : feature->kind_case == TFI_PB__FEATURE__KIND_FLOAT_LIST ? TFEED_FLOAT
                                                                    : TFEED_INT64;
}

bool t_bytes_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

int t_bytes_order(struct tfeed_bytes a, struct tfeed_bytes b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int order = n > 0 ? memcmp(a.data, b.data, n) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_equal_value(const void *values, size_t at, const TfiPb__Feature *feature, size_t i)
{
    switch (feature->kind_case) {
    case TFI_PB__FEATURE__KIND_BYTES_LIST: {
        const struct tfeed_bytes *got = (const struct tfeed_bytes *)values + at;
        const ProtobufCBinaryData *expected = &feature->bytes_list->value[i];
        return t_bytes_equal(got->data, got->len, expected->data, expected->len);
    }
    case TFI_PB__FEATURE__KIND_FLOAT_LIST: /* NaN is NaN: bits are compared */
        return memcmp((const float *)values + at, &feature->float_list->value[i], sizeof(float)) ==
               0;
    case TFI_PB__FEATURE__KIND_INT64_LIST:
        return ((const int64_t *)values)[at] == feature->int64_list->value[i];
    default:
        return false;
    }
}

bool t_values_agree(const char *where, const void *values, size_t n, const TfiPb__Feature *feature,
                    enum t_match match)
{
    const size_t n_tree = t_n_values(feature);
    if (match == T_MATCH_ALL ? n != n_tree : n < n_tree)
        return t_differ("%s: tfeed has %zu values, the tree %zu", where, n, n_tree);
    for (size_t i = 0; i < n_tree; i++)
        if (!is_equal_value(values, n - n_tree + i, feature, i))
            return t_differ("%s: value %zu of %zu differs", where, i, n_tree);
    return true;
}

struct tfeed_bytes t_name_of(size_t n_keys, const ProtobufCBinaryData *keys)
{
    return n_keys > 0 ? (struct tfeed_bytes){keys[0].data, keys[0].len, NULL}
                      : (struct tfeed_bytes){NULL, 0, NULL};
}

void *t_values_of(const TfiPb__Feature *feature)
{
    const size_t n = t_n_values(feature);
    struct tfeed_bytes *strings = t_alloc(n, sizeof *strings); /* the largest of the three */
    if (feature->kind_case == TFI_PB__FEATURE__KIND_INT64_LIST && n > 0)
        memcpy(strings, feature->int64_list->value, n * sizeof(int64_t));
    else if (feature->kind_case == TFI_PB__FEATURE__KIND_FLOAT_LIST && n > 0)
        memcpy(strings, feature->float_list->value, n * sizeof(float));
    else
        for (size_t i = 0; i < n; i++)
            strings[i] = t_name_of(1, &feature->bytes_list->value[i]);
    return strings;
}

bool t_features_equal(const TfiPb__Feature *a, const TfiPb__Feature *b)
{
    void *values = t_values_of(a);
    const bool is_equal = a->kind_case == b->kind_case &&
                          t_values_agree("feature", values, t_n_values(a), b, T_MATCH_ALL);
    free(values);
    return is_equal;
}

/* ----------------------------------------------------------------- columns */

const TfiPb__Features *t_features_of(const TfiPb__Features *features)
{
    static const TfiPb__Features none = TFI_PB__FEATURES__INIT;
    return features != NULL ? features : &none;
}

static struct t_wanted *find_wanted(const struct t_wanted_list *wanted, struct tfeed_bytes name)
{
    for (size_t i = 0; i < wanted->n; i++)
        if (t_bytes_equal(wanted->items[i].name, strlen(wanted->items[i].name), name.data,
                          name.len))
            return &wanted->items[i];
    return NULL;
}

void t_wanted_init(struct t_wanted_list *wanted, const TfiPb__Features *features)
{
    wanted->items = t_alloc(features->n_feature, sizeof *wanted->items);
    wanted->n = 0;
    for (size_t i = 0; i < features->n_feature; i++) {
        const TfiPb__Features__FeatureEntry *entry = features->feature[i];
        const struct tfeed_bytes name = t_name_of(entry->n_key, entry->key);
        if (entry->n_value == 0 || entry->value[0]->kind_case == 0 ||
            (name.len > 0 && memchr(name.data, 0, name.len) != NULL))
            continue;
        struct t_wanted *item = find_wanted(wanted, name);
        if (item == NULL) {
            item = &wanted->items[wanted->n++];
            item->name = t_alloc(name.len + 1, 1);
            if (name.len > 0)
                memcpy(item->name, name.data, name.len);
        }
        item->feature = entry->value[0];
    }
}

void t_wanted_clear(struct t_wanted_list *wanted)
{
    for (size_t i = 0; i < wanted->n; i++)
        free(wanted->items[i].name);
    free(wanted->items);
}

struct tfeed_schema *t_schema_variable(const struct t_wanted_list *wanted)
{
    struct tfeed_error error;
    struct tfeed_schema *schema;
    if (wanted->n == 0)
        return NULL;
    t_must(tfeed_schema_new(NULL, &schema, &error), "schema", &error);
    for (size_t i = 0; i < wanted->n; i++)
        t_must(tfeed_schema_add_variable(schema, wanted->items[i].name,
                                         t_dtype_of(wanted->items[i].feature), &error),
               "column", &error);
    return schema;
}

struct tfeed_schema *t_schema_fixed(const struct t_wanted_list *wanted)
{
    struct tfeed_error error;
    struct tfeed_schema *schema;
    t_must(tfeed_schema_new(NULL, &schema, &error), "schema", &error);
    for (size_t i = 0; i < wanted->n; i++) {
        const size_t n = t_n_values(wanted->items[i].feature);
        const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
        const struct tfeed_shape shape = n == 1 ? scalar : tfeed_shape_vector((int64_t)n);
        if (n > 0)
            t_must(tfeed_schema_add_fixed(schema, wanted->items[i].name,
                                          t_dtype_of(wanted->items[i].feature), &shape, &error),
                   "column", &error);
    }
    if (tfeed_schema_n_columns(schema) > 0)
        return schema;
    tfeed_schema_unref(schema);
    return NULL;
}

bool t_columns_agree(const struct tfeed_columns *columns, int64_t row,
                     const struct t_wanted_list *wanted, enum t_match match)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct tfeed_tensor values = tfeed_columns_row(columns, (int)i, row);
        if (!t_values_agree("variable column", values.data,
                            (size_t)tfeed_tensor_n_elements(&values), wanted->items[i].feature,
                            match))
            return t_differ("variable column '%s', row %d", wanted->items[i].name, (int)row);
    }
    return true;
}

/* ----------------------------------------------------------------- writers */

/* Piece by piece, the last value alone. */
static tfeed_status build_in_pieces(struct tfeed_example_builder *builder, const char *name,
                                    const TfiPb__Feature *feature, const void *values,
                                    struct tfeed_error *reterr)
{
    const size_t n = t_n_values(feature);
    const size_t n_first = n > 0 ? n - 1 : 0;
    const enum tfeed_feature_kind kind = (enum tfeed_feature_kind)feature->kind_case;
    tfeed_status status = tfeed_example_builder_begin(builder, name, kind, reterr);
    for (size_t start = 0; status == TFEED_OK && start < n; start = start < n_first ? n_first : n) {
        const size_t n_here = start < n_first ? n_first : n - start;
        if (kind == TFEED_FEATURE_INT64)
            status = tfeed_example_builder_append_int64(builder, (const int64_t *)values + start,
                                                        n_here, reterr);
        else if (kind == TFEED_FEATURE_FLOAT)
            status = tfeed_example_builder_append_float(builder, (const float *)values + start,
                                                        n_here, reterr);
        else
            status = tfeed_example_builder_append_bytes(
                builder, (const struct tfeed_bytes *)values + start, n_here, reterr);
    }
    return status == TFEED_OK ? tfeed_example_builder_end(builder, reterr) : status;
}

static tfeed_status build_whole(struct tfeed_example_builder *builder, const char *name,
                                const TfiPb__Feature *feature, const void *values,
                                struct tfeed_error *reterr)
{
    const size_t n = t_n_values(feature);
    if (feature->kind_case == TFI_PB__FEATURE__KIND_INT64_LIST)
        return tfeed_example_builder_add_int64(builder, name, values, n, reterr);
    if (feature->kind_case == TFI_PB__FEATURE__KIND_FLOAT_LIST)
        return tfeed_example_builder_add_float(builder, name, values, n, reterr);
    return tfeed_example_builder_add_bytes(builder, name, values, n, reterr);
}

void t_build(struct tfeed_example_builder *builder, const struct t_wanted_list *wanted)
{
    struct tfeed_error error;
    for (size_t i = 0; i < wanted->n; i++) {
        const struct t_wanted *item = &wanted->items[i];
        void *values = t_values_of(item->feature);
        t_must(i % 2 == 0 ? build_whole(builder, item->name, item->feature, values, &error)
                          : build_in_pieces(builder, item->name, item->feature, values, &error),
               "builder", &error);
        free(values);
    }
}

bool t_written_agrees(const TfiPb__Features *features, const struct t_wanted_list *wanted)
{
    struct tfeed_bytes before = {NULL, 0, NULL};
    if (features->n_feature != wanted->n)
        return t_differ("%zu features were written as %zu", wanted->n, features->n_feature);
    for (size_t i = 0; i < features->n_feature; i++) {
        const TfiPb__Features__FeatureEntry *entry = features->feature[i];
        const struct tfeed_bytes name = t_name_of(entry->n_key, entry->key);
        const struct t_wanted *expected = find_wanted(wanted, name);
        if (entry->n_key != 1 || entry->n_value != 1)
            return t_differ("an entry is written without a name or a value");
        if (i > 0 && t_bytes_order(before, name) >= 0)
            return t_differ("'%s' is not written in byte order", expected ? expected->name : "?");
        if (expected == NULL || !t_features_equal(entry->value[0], expected->feature))
            return t_differ("'%s' is not written as it was", expected ? expected->name : "?");
        before = name;
    }
    return true;
}
