/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_text.c - one Example or SequenceExample on standard output.
 *
 * A record is taken apart completely before a byte of it is printed: a line is whole or not there.
 */
#include "cli/example_text.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "cli/console.h"

enum {
    FIRST_SLOTS = 16,
    SHOWN_VALUES = 8,
    SHOWN_STEPS = 4,
    SHOWN_BYTES = 16,
    SHOWN_TEXT_BYTES = 48
};

void example_text_clear(struct example_text *text)
{
    free(text->features);
    free(text->lists);
    free(text->values);
    *text = (struct example_text){0};
}

static tfeed_status no_memory(struct tfeed_error *reterr)
{
    *reterr = (struct tfeed_error){.code = TFEED_RESOURCE_EXHAUSTED,
                                   .offset = TFEED_NOWHERE,
                                   .record = TFEED_NOWHERE,
                                   .message = "no memory to print a record"};
    return reterr->code;
}

/* Room for one more element. */
static tfeed_status grow(void **array, size_t n, size_t *n_slots, size_t size,
                         struct tfeed_error *reterr)
{
    const size_t n_wanted = *n_slots ? 2 * *n_slots : FIRST_SLOTS;

    if (n < *n_slots)
        return TFEED_OK;
    void *larger = realloc(*array, n_wanted * size);
    if (!larger)
        return no_memory(reterr);
    *array = larger;
    *n_slots = n_wanted;
    return TFEED_OK;
}

static tfeed_status read_features(struct example_text *text, struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    tfeed_status status = TFEED_OK;

    tfeed_example_walk_init(&walk, text->data, text->len);
    for (text->n_features = 0; status == TFEED_OK; text->n_features += status == TFEED_OK) {
        void *array = text->features;
        status =
            grow(&array, text->n_features, &text->n_feature_slots, sizeof *text->features, reterr);
        text->features = array;
        if (status == TFEED_OK)
            status = tfeed_example_walk_next(&walk, &text->features[text->n_features], reterr);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status read_lists(struct example_text *text, struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    tfeed_status status = TFEED_OK;

    tfeed_example_walk_init(&walk, text->data, text->len);
    for (text->n_lists = 0; status == TFEED_OK; text->n_lists += status == TFEED_OK) {
        void *array = text->lists;
        status = grow(&array, text->n_lists, &text->n_list_slots, sizeof *text->lists, reterr);
        text->lists = array;
        if (status == TFEED_OK)
            status = tfeed_example_walk_next_list(&walk, &text->lists[text->n_lists], reterr);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

tfeed_status example_text_read(struct example_text *text, const void *data, size_t len,
                               struct tfeed_error *reterr)
{
    text->data = data;
    text->len = len;
    text->n_lists = 0;
    text->is_sequence = tfeed_sequence_has_lists(data, len);
    tfeed_status status = read_features(text, reterr);
    if (status == TFEED_OK && text->is_sequence)
        status = read_lists(text, reterr);
    text->has_none = text->n_features == 0;
    return status;
}

struct name {
    const char *text;
    size_t len;
};

/* By length first: only equality matters. */
static int compare_names(const void *one, const void *other)
{
    const struct name *a = one;
    const struct name *b = other;

    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return memcmp(a->text, b->text, a->len);
}

static bool has_double(struct name *names, size_t n)
{
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 1; i < n; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0)
            return true;
    return false;
}

/* Of features among each other, or of lists. */
static bool has_double_names(const struct example_text *text)
{
    enum { FEW = 32 };
    struct name few[FEW];
    const size_t most = text->n_features > text->n_lists ? text->n_features : text->n_lists;
    struct name *names = most <= FEW ? few : malloc(most * sizeof *names);

    if (!names)
        return false; /* a warning less */
    for (size_t i = 0; i < text->n_features; i++)
        names[i] = (struct name){text->features[i].name, text->features[i].name_len};
    bool is_double = has_double(names, text->n_features);
    for (size_t i = 0; i < text->n_lists; i++)
        names[i] = (struct name){text->lists[i].name, text->lists[i].name_len};
    is_double = is_double || has_double(names, text->n_lists);
    if (names != few)
        free(names);
    return is_double;
}

bool example_text_is_exact(const struct example_text *text)
{
    return tfeed_dataset_jsonl_is_exact(text->data, text->len) && !has_double_names(text);
}

const char *example_kind_name(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return "bytes";
    case TFEED_FEATURE_FLOAT:
        return "float";
    case TFEED_FEATURE_INT64:
        return "int64";
    case TFEED_FEATURE_NONE:
        break;
    }
    return "none";
}

static void load_values(const struct tfeed_feature_view *feature, void *values)
{
    switch (feature->kind) {
    case TFEED_FEATURE_BYTES:
        tfeed_feature_bytes(feature, values);
        break;
    case TFEED_FEATURE_FLOAT:
        tfeed_feature_floats(feature, values);
        break;
    case TFEED_FEATURE_INT64:
        tfeed_feature_int64s(feature, values);
        break;
    case TFEED_FEATURE_NONE:
        break;
    }
}

/* ----------------------------------------------------------------- JSON */

static size_t value_bytes(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return sizeof(struct tfeed_bytes);
    case TFEED_FEATURE_FLOAT:
        return sizeof(float);
    case TFEED_FEATURE_INT64:
        return sizeof(int64_t);
    case TFEED_FEATURE_NONE:
        break;
    }
    return 0;
}

/* Bytes for the values of a feature, SIZE_MAX when no memory is that large. */
static size_t values_size(const struct tfeed_feature_view *feature)
{
    size_t bytes;

    return __builtin_mul_overflow(feature->n_values, value_bytes(feature->kind), &bytes) ? SIZE_MAX
                                                                                         : bytes;
}

/* Makes room for the values of any one feature or step, so that printing cannot fail. */
static tfeed_status grow_values(struct example_text *text, struct tfeed_error *reterr)
{
    struct tfeed_feature_view step;
    size_t most = 0;

    for (size_t i = 0; i < text->n_features; i++)
        if (values_size(&text->features[i]) > most)
            most = values_size(&text->features[i]);
    for (size_t i = 0; i < text->n_lists; i++)
        for (struct tfeed_list_view list = text->lists[i]; tfeed_list_next_step(&list, &step);)
            if (values_size(&step) > most)
                most = values_size(&step);
    if (most <= text->values_bytes)
        return TFEED_OK;
    free(text->values);
    text->values_bytes = 0;
    if (!(text->values = malloc(most)))
        return no_memory(reterr);
    text->values_bytes = most;
    return TFEED_OK;
}

static void print_json_values(struct example_text *text, const struct tfeed_feature_view *feature,
                              struct json_writer *json, bool utf8)
{
    const struct tfeed_bytes *bytes = text->values;
    const float *floats = text->values;
    const int64_t *int64s = text->values;

    load_values(feature, text->values);
    for (size_t i = 0; i < feature->n_values; i++) {
        if (feature->kind == TFEED_FEATURE_FLOAT)
            json_float(json, floats[i]);
        else if (feature->kind == TFEED_FEATURE_INT64)
            json_int(json, int64s[i]);
        else if (utf8 && json_is_text(bytes[i].data, bytes[i].len))
            json_string_bytes(json, bytes[i].data, bytes[i].len);
        else
            json_base64(json, bytes[i].data, bytes[i].len);
    }
}

/* {KIND: [...]} */
static void print_json_feature(struct example_text *text, const struct tfeed_feature_view *feature,
                               struct json_writer *json, bool utf8)
{
    json_begin_object(json);
    if (feature->kind != TFEED_FEATURE_NONE) {
        json_key(json, example_kind_name(feature->kind));
        json_begin_array(json);
        print_json_values(text, feature, json, utf8);
        json_end_array(json);
    }
    json_end_object(json);
}

static void print_json_features(struct example_text *text, struct json_writer *json, bool utf8)
{
    json_begin_object(json);
    for (size_t i = 0; i < text->n_features; i++) {
        const struct tfeed_feature_view *feature = &text->features[i];
        json_key_bytes(json, feature->name, feature->name_len);
        print_json_feature(text, feature, json, utf8);
    }
    json_end_object(json);
}

static void print_json_lists(struct example_text *text, struct json_writer *json, bool utf8)
{
    struct tfeed_feature_view step;

    json_begin_object(json);
    for (size_t i = 0; i < text->n_lists; i++) {
        struct tfeed_list_view list = text->lists[i];
        json_key_bytes(json, list.name, list.name_len);
        json_begin_array(json);
        while (tfeed_list_next_step(&list, &step))
            print_json_feature(text, &step, json, utf8);
        json_end_array(json);
    }
    json_end_object(json);
}

/* A record that begins with a message of features has one, be it empty. */
static bool begins_with_features(const struct example_text *text)
{
    enum { TAG = 0x0a };
    return text->len > 0 && *(const uint8_t *)text->data == TAG;
}

tfeed_status example_text_print_json(struct example_text *text, struct json_writer *json, bool utf8,
                                     struct tfeed_error *reterr)
{
    const tfeed_status status = grow_values(text, reterr);

    if (status != TFEED_OK)
        return status;
    json_begin_object(json);
    if (!text->is_sequence || !text->has_none || begins_with_features(text)) {
        json_key(json, text->is_sequence ? "context" : "features");
        print_json_features(text, json, utf8);
    }
    if (text->is_sequence) {
        json_key(json, "feature_lists");
        print_json_lists(text, json, utf8);
    } else if (text->has_none && text->len > 0) {
        json_key(json, "empty"); /* features, but none of them: not the same as no bytes */
        json_bool(json, false);
    }
    json_end_object(json);
    json_end_line(json);
    return TFEED_OK;
}

/* ----------------------------------------------------------- for people */

void example_text_print_bytes(const uint8_t *data, size_t len)
{
    if (len > 0 && len <= SHOWN_TEXT_BYTES && json_is_text(data, len)) {
        output_text("\"");
        output_name_bytes((const char *)data, len);
        output_text("\"");
        return;
    }
    output_format("%zu byte%s%s", len, plural(len), len > 0 ? ":" : "");
    for (size_t i = 0; i < len && i < SHOWN_BYTES; i++)
        output_format(" %02x", data[i]);
    if (len > SHOWN_BYTES)
        output_text(" ...");
}

static void print_values(const struct tfeed_feature_view *feature)
{
    union {
        struct tfeed_bytes bytes[SHOWN_VALUES];
        float floats[SHOWN_VALUES];
        int64_t int64s[SHOWN_VALUES];
    } values;
    struct tfeed_feature_view shown = *feature;

    if (shown.n_values > SHOWN_VALUES)
        shown.n_values = SHOWN_VALUES;
    load_values(&shown, &values);
    for (size_t i = 0; i < shown.n_values; i++) {
        output_text(i > 0 ? ", " : "  ");
        if (feature->kind == TFEED_FEATURE_FLOAT)
            output_format("%.6g", (double)values.floats[i]);
        else if (feature->kind == TFEED_FEATURE_INT64)
            output_format("%lld", (long long)values.int64s[i]);
        else
            example_text_print_bytes(values.bytes[i].data, values.bytes[i].len);
    }
    if (feature->n_values > shown.n_values)
        output_text(", ...");
}

/* Names are aligned as far as they are of usual length. */
static int name_column(const struct example_text *text)
{
    enum { WIDEST = 32 };
    size_t width = 0;

    for (size_t i = 0; i < text->n_features; i++)
        if (text->features[i].name_len > width && text->features[i].name_len <= WIDEST)
            width = text->features[i].name_len;
    for (size_t i = 0; i < text->n_lists; i++)
        if (text->lists[i].name_len > width && text->lists[i].name_len <= WIDEST)
            width = text->lists[i].name_len;
    return (int)width;
}

static void print_name(const char *name, size_t len, int indent, int width)
{
    const int name_len = len < INT16_MAX ? (int)len : INT16_MAX;

    output_format("%*s", indent, "");
    output_name_bytes(name, len);
    output_format("%*s  ", name_len < width ? width - name_len : 0, "");
}

static void print_feature(const struct tfeed_feature_view *feature)
{
    output_format("%s[%zu]", example_kind_name(feature->kind), feature->n_values);
    print_values(feature);
    output_text("\n");
}

/* The first steps of a list, a line each. */
static void print_list(struct tfeed_list_view list, int indent)
{
    const size_t n_steps = list.n_steps;
    struct tfeed_feature_view step;

    output_format("list of %zu step%s\n", n_steps, plural(n_steps));
    for (size_t i = 0; i < SHOWN_STEPS && tfeed_list_next_step(&list, &step); i++) {
        output_format("%*s%zu  ", indent + 2, "", i);
        print_feature(&step);
    }
    if (n_steps > SHOWN_STEPS)
        output_format("%*s...\n", indent + 2, "");
}

void example_text_print(const struct example_text *text, int indent)
{
    const int width = name_column(text);

    for (size_t i = 0; i < text->n_features; i++) {
        print_name(text->features[i].name, text->features[i].name_len, indent, width);
        print_feature(&text->features[i]);
    }
    for (size_t i = 0; i < text->n_lists; i++) {
        print_name(text->lists[i].name, text->lists[i].name_len, indent, width);
        print_list(text->lists[i], indent);
    }
}
