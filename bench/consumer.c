/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * consumer.c - what stands for the training loop.
 */
#include "bench/consumer.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_RECORDS = 128, NAME_BYTES = 256 };

static const float scale = 1.0f / 255;
static const float offset = -0.5f;

/* ----------------------------------------------------------------- scan */

void bench_reader_options(const struct bench_options *options,
                          struct tfeed_record_reader_options *ret_options)
{
    tfeed_record_reader_options_init(ret_options);
    ret_options->compression = options->compression;
    ret_options->skip_checksums = options->skip_checksums;
}

tfeed_status bench_scan(const char *name, const struct bench_options *options,
                        struct bench_sums *sums, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options reader_options;
    struct tfeed_record_view views[RUN_RECORDS];
    struct tfeed_record_reader *reader;
    size_t n;

    bench_reader_options(options, &reader_options);
    tfeed_status status = tfeed_record_reader_open(name, &reader_options, &reader, reterr);
    if (status != TFEED_OK)
        return status;
    while ((status = tfeed_record_reader_next_run(reader, views, RUN_RECORDS, &n, reterr)) ==
           TFEED_OK) {
        sums->records += n;
        for (size_t i = 0; i < n; i++)
            sums->payload_bytes += views[i].len;
        bench_memory_look();
    }
    tfeed_record_reader_close(reader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* ---------------------------------------------------------------- guess */

/* The two features and, for an image of fixed length, how many bytes it has. */
struct choice {
    char image[NAME_BYTES];
    char label[NAME_BYTES];
    uint64_t image_bytes;
};

static void keep_name(char name[NAME_BYTES], const struct tfeed_feature_view *feature)
{
    if (feature->name_len < NAME_BYTES) {
        memcpy(name, feature->name, feature->name_len);
        name[feature->name_len] = '\0';
    }
}

static bool has_name(const struct tfeed_feature_view *feature, const char *name)
{
    return strlen(name) == feature->name_len && memcmp(name, feature->name, feature->name_len) == 0;
}

static void consider_image(struct choice *choice, const struct tfeed_feature_view *feature)
{
    struct tfeed_bytes bytes;

    if (choice->image[0] && !has_name(feature, choice->image))
        return;
    tfeed_feature_bytes(feature, &bytes);
    if (choice->image_bytes == 0)
        choice->image_bytes = bytes.len;
    keep_name(choice->image, feature);
}

static void consider_label(struct choice *choice, const struct tfeed_feature_view *feature)
{
    static const char word[] = "label";
    const bool is_label = memmem(feature->name, feature->name_len, word, sizeof word - 1) != NULL;

    if (!choice->label[0] || (is_label && !strstr(choice->label, word)))
        keep_name(choice->label, feature);
}

/* Looks at the first record of the files. */
static tfeed_status look_at_record(const struct tfeed_record_view *record, bool guess_label,
                                   struct choice *choice, struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view feature;
    tfeed_status status;

    tfeed_example_walk_init(&walk, record->data, record->len);
    while ((status = tfeed_example_walk_next(&walk, &feature, reterr)) == TFEED_OK) {
        if (feature.n_values != 1)
            continue;
        if (feature.kind == TFEED_FEATURE_BYTES)
            consider_image(choice, &feature);
        else if (feature.kind == TFEED_FEATURE_INT64 && guess_label)
            consider_label(choice, &feature);
    }
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

/* The first record of a file; TFEED_OUT_OF_RANGE when there is none. */
static tfeed_status look_at_file(const struct bench_options *options, const char *name,
                                 struct choice *choice, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options reader_options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view record;
    struct tfeed_error error;

    bench_reader_options(options, &reader_options);
    tfeed_status status = tfeed_record_reader_open(name, &reader_options, &reader, reterr);
    if (status != TFEED_OK)
        return status;
    status = tfeed_record_reader_next(reader, &record, reterr);
    if (status == TFEED_OK &&
        look_at_record(&record, options->label == NULL, choice, &error) != TFEED_OK)
        status = bench_fail(reterr, error.code, "%s: record 0: %s", name, error.message);
    tfeed_record_reader_close(reader);
    return status;
}

static tfeed_status look_at_files(const struct bench_options *options, struct choice *choice,
                                  struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OUT_OF_RANGE;

    for (size_t i = 0; i < options->n_names && status == TFEED_OUT_OF_RANGE; i++)
        status = look_at_file(options, options->names[i], choice, reterr);
    return status;
}

/* Reads "NAME" or "NAME:LENGTH". */
static tfeed_status read_image_option(const char *text, struct choice *choice,
                                      struct tfeed_error *reterr)
{
    const char *colon = strrchr(text, ':');
    const size_t name_len = colon ? (size_t)(colon - text) : strlen(text);
    char *end = NULL;

    if (colon)
        choice->image_bytes = strtoull(colon + 1, &end, 10);
    if (name_len == 0 || name_len >= NAME_BYTES || (colon && (*end || choice->image_bytes == 0)))
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT, "image must be NAME or NAME:LENGTH");
    memcpy(choice->image, text, name_len);
    return TFEED_OK;
}

static tfeed_status choose(const struct bench_options *options, struct choice *choice,
                           struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;

    if (options->image)
        status = read_image_option(options->image, choice, reterr);
    if (status == TFEED_OK)
        status = look_at_files(options, choice, reterr);
    if (status == TFEED_OUT_OF_RANGE)
        return bench_fail(reterr, TFEED_OUT_OF_RANGE, "%s: no record to measure with",
                          options->names[0]);
    if (status != TFEED_OK)
        return status;
    if (options->label && strlen(options->label) < NAME_BYTES)
        memcpy(choice->label, options->label, strlen(options->label) + 1);
    if (!choice->image[0] || !choice->label[0])
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "%s: the first record has no %s feature of one value", options->names[0],
                          choice->image[0] ? "int64" : "bytes");
    return TFEED_OK;
}

/* --------------------------------------------------------------- public */

static tfeed_status make_schema(const struct bench_options *options, const struct choice *choice,
                                struct bench_consumer *consumer, struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const bool is_float = options->values == BENCH_FLOAT32;
    tfeed_status status = tfeed_schema_new(NULL, &consumer->schema, reterr);

    if (status != TFEED_OK)
        return status;
    if (options->values == BENCH_BYTES)
        status =
            tfeed_schema_add_fixed(consumer->schema, choice->image, TFEED_STRING, &scalar, reterr);
    else
        status =
            tfeed_schema_add_raw(consumer->schema, choice->image,
                                 is_float ? TFEED_FLOAT : TFEED_UINT8, (int64_t)choice->image_bytes,
                                 is_float ? scale : 1.0f, is_float ? offset : 0.0f, reterr);
    if (status != TFEED_OK)
        return status;
    return tfeed_schema_add_fixed(consumer->schema, choice->label, TFEED_INT64, &scalar, reterr);
}

tfeed_status bench_consumer_open(const struct bench_options *options,
                                 struct bench_consumer *ret_consumer, struct tfeed_error *reterr)
{
    struct bench_consumer consumer = {.values = options->values};
    struct bench_sums sums = {0};
    struct choice choice = {0};
    tfeed_status status = choose(options, &choice, reterr);

    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++)
        status = bench_scan(options->names[i], options, &sums, reterr);
    if (status == TFEED_OK)
        status = make_schema(options, &choice, &consumer, reterr);
    if (status != TFEED_OK) {
        bench_consumer_close(&consumer);
        return status;
    }
    consumer.n_values = options->values == BENCH_BYTES ? 0 : choice.image_bytes;
    consumer.n_records = sums.records;
    consumer.payload_bytes = sums.payload_bytes;
    *ret_consumer = consumer;
    return TFEED_OK;
}

void bench_consumer_close(struct bench_consumer *consumer)
{
    if (consumer->schema)
        tfeed_schema_unref(consumer->schema);
    *consumer = (struct bench_consumer){0};
}

/* The pixel that a float was made of, which is never negative. */
static int64_t pixel_of(float value)
{
    return (int32_t)((value - offset) * 255 + 0.5f);
}

static int64_t row_probe(const struct bench_consumer *consumer, const struct tfeed_tensor *image,
                         int64_t row)
{
    const uint64_t n = consumer->n_values;
    const uint64_t at = (uint64_t)row * n + (n > BENCH_PROBE_VALUE ? BENCH_PROBE_VALUE : n / 2);

    switch (consumer->values) {
    case BENCH_FLOAT32:
        return n > 0 ? pixel_of(tfeed_tensor_floats(image)[at]) : 0;
    case BENCH_UINT8:
        return n > 0 ? tfeed_tensor_uint8s(image)[at] : 0;
    case BENCH_BYTES: {
        const struct tfeed_bytes *bytes = &tfeed_tensor_strings(image)[row];
        return bytes->len > 0 ? bytes->data[0] : 0;
    }
    }
    return 0;
}

static int64_t row_sum(const struct bench_consumer *consumer, const struct tfeed_tensor *image,
                       int64_t row)
{
    const uint64_t n = consumer->n_values;
    int64_t sum = 0;

    switch (consumer->values) {
    case BENCH_FLOAT32:
        for (uint64_t i = (uint64_t)row * n; i < (uint64_t)(row + 1) * n; i++)
            sum += pixel_of(tfeed_tensor_floats(image)[i]);
        break;
    case BENCH_UINT8:
        for (uint64_t i = (uint64_t)row * n; i < (uint64_t)(row + 1) * n; i++)
            sum += tfeed_tensor_uint8s(image)[i];
        break;
    case BENCH_BYTES:
        sum = (int64_t)tfeed_tensor_strings(image)[row].len;
        break;
    }
    return sum;
}

void bench_consumer_use(const struct bench_consumer *consumer, const struct tfeed_tensor *columns,
                        int64_t n_rows, struct bench_pass *pass)
{
    const struct tfeed_tensor *image = &columns[BENCH_COLUMN_IMAGE];
    const int64_t *labels = tfeed_tensor_int64s(&columns[BENCH_COLUMN_LABEL]);

    for (int64_t row = 0; row < n_rows; row++)
        pass->sums.probe_sum += row_probe(consumer, image, row);
    pass->sums.records += (uint64_t)n_rows;
    if (!pass->all_values)
        return;
    for (int64_t row = 0; row < n_rows; row++) {
        pass->sums.label_sum += labels[row];
        pass->sums.value_sum += row_sum(consumer, image, row);
    }
    if (pass->is_check)
        bench_memory_look();
}
