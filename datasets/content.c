/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * content.c - whether two records say the same, and what not.
 *
 * The features of both are sorted by name and gone through side by side. Of a name that comes twice
 * in a record the last one that has a kind counts, as for every parser.
 */
#include "datasets/content_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

enum { FIRST_FEATURES = 16, FIRST_TEXT_BYTES = 64 };

void tfi_content_clear(struct tfi_content *content, const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, content->features);
    tfi_free(allocator, content->values);
    *content = (struct tfi_content){0};
}

/* By name; those of one name in the order of the record, which is that of the addresses in it. */
static int compare_names(const void *a, const void *b)
{
    const struct tfeed_feature_view *left = a;
    const struct tfeed_feature_view *right = b;
    const size_t len = left->name_len < right->name_len ? left->name_len : right->name_len;
    const int order = len > 0 ? memcmp(left->name, right->name, len) : 0;
    if (order != 0)
        return order;
    if (left->name_len != right->name_len)
        return left->name_len < right->name_len ? -1 : 1;
    return left->list < right->list ? -1 : left->list > right->list;
}

static bool same_name(const struct tfeed_feature_view *a, const struct tfeed_feature_view *b)
{
    return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

/* Leaves one feature a name. */
static void drop_replaced(struct tfi_content *content)
{
    size_t n = 0;
    for (size_t i = 0; i < content->n_features; i++) {
        const struct tfeed_feature_view *view = &content->features[i];
        if (n == 0 || !same_name(&content->features[n - 1], view))
            content->features[n++] = *view;
        else if (view->kind != TFEED_FEATURE_NONE ||
                 content->features[n - 1].kind == TFEED_FEATURE_NONE)
            content->features[n - 1] = *view;
    }
    content->n_features = n;
}

tfeed_status tfi_content_read(struct tfi_content *content, const struct tfeed_allocator *allocator,
                              const void *data, size_t len, struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    tfeed_status status = TFEED_OK;
    content->n_features = 0;
    tfeed_example_walk_init(&walk, data, len);
    for (;;) {
        if (content->n_features == content->n_places) {
            const size_t n = content->n_places > 0 ? 2 * content->n_places : FIRST_FEATURES;
            struct tfeed_feature_view *features =
                tfi_realloc_array(allocator, content->features, n, sizeof *features);
            if (features == NULL)
                return tfi_fail_memory(reterr, "the features of a record");
            content->features = features;
            content->n_places = n;
        }
        status = tfeed_example_walk_next(&walk, &content->features[content->n_features], reterr);
        if (status != TFEED_OK)
            break;
        content->n_features++;
    }
    if (status != TFEED_OUT_OF_RANGE)
        return status;
    qsort(content->features, content->n_features, sizeof *content->features, compare_names);
    drop_replaced(content);
    return TFEED_OK;
}

/* ------------------------------------------------------------------ values */

static tfeed_status load_values(struct tfi_content *content,
                                const struct tfeed_allocator *allocator,
                                const struct tfeed_feature_view *view, struct tfeed_error *reterr)
{
    const size_t size = view->kind == TFEED_FEATURE_BYTES   ? sizeof(struct tfeed_bytes)
                        : view->kind == TFEED_FEATURE_FLOAT ? sizeof(float)
                                                            : sizeof(int64_t);
    if (view->n_values > content->values_bytes / size) {
        void *values = tfi_realloc_array(allocator, content->values, view->n_values, size);
        if (values == NULL)
            return tfi_fail_memory(reterr, "the values of a feature");
        content->values = values;
        content->values_bytes = view->n_values * size;
    }
    if (view->kind == TFEED_FEATURE_BYTES)
        tfeed_feature_bytes(view, content->values);
    else if (view->kind == TFEED_FEATURE_FLOAT)
        tfeed_feature_floats(view, content->values);
    else if (view->kind == TFEED_FEATURE_INT64)
        tfeed_feature_int64s(view, content->values);
    return TFEED_OK;
}

static bool value_is_same(enum tfeed_feature_kind kind, const void *a, const void *b, size_t i)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES: {
        const struct tfeed_bytes *left = (const struct tfeed_bytes *)a + i;
        const struct tfeed_bytes *right = (const struct tfeed_bytes *)b + i;
        return left->len == right->len &&
               (left->len == 0 || memcmp(left->data, right->data, left->len) == 0);
    }
    case TFEED_FEATURE_FLOAT: /* bit by bit: a NaN is the same NaN, 0 is not -0 */
        return memcmp((const float *)a + i, (const float *)b + i, sizeof(float)) == 0;
    case TFEED_FEATURE_INT64:
        return ((const int64_t *)a)[i] == ((const int64_t *)b)[i];
    case TFEED_FEATURE_NONE:
        break;
    }
    return true;
}

/* ------------------------------------------------------------------- words */

/* Appends what fits. */
static void say(struct tfi_words *words, const char *format, ...) TFI_PRINTF(2, 3);

static void say(struct tfi_words *words, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(words->text + words->len, words->size - words->len, format, list);
    va_end(list);
    if (n > 0)
        words->len += (size_t)n;
    if (words->len >= words->size)
        words->len = words->size - 1;
}

static const char *kind_name(enum tfeed_feature_kind kind)
{
    static const char *const names[] = {"none", "bytes", "float", "int64"};
    return names[kind];
}

/* Nine digits, with a point in every locale. */
static void say_float(struct tfi_words *words, float value)
{
    char text[FIRST_TEXT_BYTES];
    size_t n = 0;
    (void)snprintf(text, sizeof text, "%.9g", (double)value);
    for (const char *at = text; *at != '\0'; at++) {
        const bool is_ours = strchr("0123456789+-einfa", *at) != NULL;
        if (is_ours)
            text[n++] = *at;
        else if (n > 0 && text[n - 1] != '.')
            text[n++] = '.';
    }
    text[n] = '\0';
    say(words, "%s", text);
}

static void say_bytes(struct tfi_words *words, const struct tfeed_bytes *a,
                      const struct tfeed_bytes *b)
{
    const size_t len = a->len < b->len ? a->len : b->len;
    size_t at = 0;
    while (at < len && a->data[at] == b->data[at])
        at++;
    if (a->len != b->len)
        say(words, "%zu bytes against %zu", a->len, b->len);
    else
        say(words, "byte %zu of %zu, 0x%02x against 0x%02x", at, a->len, a->data[at], b->data[at]);
}

static void say_name(struct tfi_words *words, const struct tfeed_feature_view *view)
{
    const int len = view->name_len < FIRST_TEXT_BYTES ? (int)view->name_len : FIRST_TEXT_BYTES;
    say(words, "%s%.*s: ", words->len > 0 ? "; " : "", len, view->name);
}

static void say_values(struct tfi_words *words, const struct tfeed_feature_view *view,
                       const void *a, const void *b, size_t i)
{
    say_name(words, view);
    if (view->n_values > 1)
        say(words, "value %zu, ", i);
    if (view->kind == TFEED_FEATURE_INT64) {
        say(words, "int64 %" PRId64 " against %" PRId64, ((const int64_t *)a)[i],
            ((const int64_t *)b)[i]);
    } else if (view->kind == TFEED_FEATURE_FLOAT) {
        say(words, "float ");
        say_float(words, ((const float *)a)[i]);
        say(words, " against ");
        say_float(words, ((const float *)b)[i]);
    } else {
        say_bytes(words, (const struct tfeed_bytes *)a + i, (const struct tfeed_bytes *)b + i);
    }
}

/* ----------------------------------------------------------------- compare */

/* Of two features of one name: what differs, in words; nothing when they are the same. */
static tfeed_status compare_features(struct tfi_content *a, const struct tfeed_feature_view *left,
                                     struct tfi_content *b, const struct tfeed_feature_view *right,
                                     const struct tfeed_allocator *allocator,
                                     struct tfi_words *words, bool *ret_same,
                                     struct tfeed_error *reterr)
{
    *ret_same = false;
    if (left->kind != right->kind) {
        say_name(words, left);
        say(words, "%s against %s", kind_name(left->kind), kind_name(right->kind));
        return TFEED_OK;
    }
    if (left->n_values != right->n_values) {
        say_name(words, left);
        say(words, "%zu %s values against %zu", left->n_values, kind_name(left->kind),
            right->n_values);
        return TFEED_OK;
    }
    *ret_same = true;
    if (left->list_len == right->list_len && memcmp(left->list, right->list, left->list_len) == 0)
        return TFEED_OK;
    TFI_TRY(load_values(a, allocator, left, reterr));
    TFI_TRY(load_values(b, allocator, right, reterr));
    for (size_t i = 0; i < left->n_values && *ret_same; i++) {
        *ret_same = value_is_same(left->kind, a->values, b->values, i);
        if (!*ret_same)
            say_values(words, left, a->values, b->values, i);
    }
    return TFEED_OK;
}

/* Which of two sorted lists goes on: < 0 the first, > 0 the second, 0 both. */
static int next_name(const struct tfi_content *a, size_t i, const struct tfi_content *b, size_t k)
{
    if (i == a->n_features || k == b->n_features)
        return i == a->n_features ? 1 : -1;
    if (same_name(&a->features[i], &b->features[k]))
        return 0;
    return compare_names(&a->features[i], &b->features[k]);
}

tfeed_status tfi_content_compare(struct tfi_content *a, struct tfi_content *b,
                                 const struct tfeed_allocator *allocator, struct tfi_words *words,
                                 bool *ret_same, struct tfeed_error *reterr)
{
    *ret_same = true;
    for (size_t i = 0, k = 0; i < a->n_features || k < b->n_features;) {
        const int order = next_name(a, i, b, k);
        bool is_same = false;
        if (order == 0) {
            TFI_TRY(compare_features(a, &a->features[i], b, &b->features[k], allocator, words,
                                     &is_same, reterr));
        } else {
            say_name(words, order < 0 ? &a->features[i] : &b->features[k]);
            say(words, "only in the %s", order < 0 ? "first" : "second");
        }
        *ret_same = *ret_same && is_same;
        i += order <= 0;
        k += order >= 0;
    }
    return TFEED_OK;
}

void tfi_content_say_bytes(struct tfi_words *words, const struct tfeed_record_view *a,
                           const struct tfeed_record_view *b)
{
    const struct tfeed_bytes left = {.data = a->data, .len = a->len};
    const struct tfeed_bytes right = {.data = b->data, .len = b->len};
    say(words, "payloads: ");
    say_bytes(words, &left, &right);
}

void tfi_words_say(struct tfi_words *words, const char *text)
{
    say(words, "%s%s", words->len > 0 ? "; " : "", text);
}
