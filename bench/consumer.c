/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * consumer.c - which columns stand for the training loop, and the schema that gives them.
 */
#include "bench/consumer.h"

#include <stdlib.h>
#include <string.h>

#include "bench/pixels.h"

enum { RUN_RECORDS = 128 };

/* ----------------------------------------------------------------- scan */

void bench_reader_options(const struct bench_options *options,
                          struct tfeed_record_reader_options *ret_options)
{
    tfeed_record_reader_options_init(ret_options);
    ret_options->compression = options->compression;
    ret_options->map = options->map;
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

/* -------------------------------------------------------------- columns */

/* A feature by name, that can be a column; a message when it is not there, or cannot. */
static tfeed_status find_feature(const struct bench_options *options, struct bench_survey *survey,
                                 const char *name, size_t name_len,
                                 struct bench_feature **ret_feature, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < survey->n_features; i++) {
        struct bench_feature *feature = &survey->features[i];
        if (strlen(feature->name) != name_len || memcmp(feature->name, name, name_len) != 0)
            continue;
        *ret_feature = feature;
        if (!feature->why_not)
            return TFEED_OK;
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT, "%s: feature '%s' cannot be a column: %s",
                          options->names[0], feature->name, feature->why_not);
    }
    return bench_fail(reterr, TFEED_INVALID_ARGUMENT,
                      "%s: the first records have no feature '%.*s'", options->names[0],
                      (int)name_len, name);
}

/* Leaves out what the list "NAME,NAME" does not name. */
static tfeed_status narrow(const struct bench_options *options, struct bench_survey *survey,
                           struct tfeed_error *reterr)
{
    static const char reason[] = "not asked for";
    const char *name = options->columns;
    bool *wanted = calloc(survey->n_features + 1, sizeof *wanted);
    tfeed_status status = TFEED_OK;

    if (!wanted)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    while (status == TFEED_OK && name) {
        struct bench_feature *feature = NULL;
        const size_t len = strcspn(name, ",");
        status = find_feature(options, survey, name, len, &feature, reterr);
        if (status == TFEED_OK)
            wanted[feature - survey->features] = true;
        name = name[len] == ',' ? name + len + 1 : NULL;
    }
    for (size_t i = 0; i < survey->n_features; i++)
        if (!wanted[i] && !survey->features[i].why_not)
            survey->features[i].why_not = reason;
    free(wanted);
    return status;
}

/* Bytes that are numbers: one value, of one length in all records, and said so by its name or the
 * user. */
static bool is_image(const struct bench_options *options, const struct bench_feature *feature)
{
    if (feature->kind != TFEED_FEATURE_BYTES || feature->n_values != 1 || feature->is_list ||
        feature->is_steps || feature->value_bytes == 0 || options->values == BENCH_BYTES)
        return false;
    return options->image ? strcmp(feature->name, options->image) == 0
                          : strstr(feature->name, "raw") != NULL;
}

static void leave_out_strings(const struct bench_options *options, struct bench_survey *survey)
{
    for (size_t i = 0; i < survey->n_features; i++) {
        struct bench_feature *feature = &survey->features[i];
        if (!feature->why_not && feature->kind == TFEED_FEATURE_BYTES &&
            !is_image(options, feature))
            feature->why_not = "not numbers";
    }
}

static struct bench_column column_of(const struct bench_options *options,
                                     const struct bench_feature *feature)
{
    static const enum tfeed_dtype dtypes[] = {[TFEED_FEATURE_BYTES] = TFEED_STRING,
                                              [TFEED_FEATURE_FLOAT] = TFEED_FLOAT,
                                              [TFEED_FEATURE_INT64] = TFEED_INT64};

    if (is_image(options, feature))
        return (struct bench_column){.feature = feature,
                                     .dtype = options->values == BENCH_FLOAT32 ? TFEED_FLOAT
                                                                               : TFEED_UINT8,
                                     .is_image = true,
                                     .n_elements = feature->value_bytes};
    return (struct bench_column){.feature = feature,
                                 .dtype = dtypes[feature->kind],
                                 .is_list = feature->is_list,
                                 .is_steps = feature->is_steps,
                                 .n_elements = feature->is_list ? 0 : feature->n_values};
}

static int find_column(const struct bench_consumer *consumer, const char *name)
{
    for (int i = 0; i < consumer->n_columns; i++)
        if (strcmp(consumer->columns[i].feature->name, name) == 0)
            return i;
    return -1;
}

/* The label where none is named: a number with "label" in its name, else the first number. */
static int guess_label(const struct bench_consumer *consumer)
{
    int label = -1;

    for (int i = 0; i < consumer->n_columns; i++) {
        const struct bench_column *column = &consumer->columns[i];
        if (column->dtype != TFEED_INT64 || column->n_elements != 1 || column->is_steps)
            continue;
        if (strstr(column->feature->name, "label"))
            return i;
        if (label < 0)
            label = i;
    }
    return label;
}

/* The probe where none is named: the first image, else the first string, else the last list of
 * integers or single one but the label, else the last column. */
static int guess_probe(const struct bench_consumer *consumer)
{
    int probe = -1;

    for (int i = 0; i < consumer->n_columns; i++)
        if (consumer->columns[i].is_image)
            return i;
    for (int i = 0; i < consumer->n_columns; i++)
        if (consumer->columns[i].dtype == TFEED_STRING)
            return i;
    for (int i = 0; i < consumer->n_columns; i++)
        if (i != consumer->label && consumer->columns[i].dtype == TFEED_INT64)
            probe = i;
    return probe >= 0 ? probe : consumer->n_columns - 1;
}

static tfeed_status choose_parts(const struct bench_options *options,
                                 struct bench_consumer *consumer, struct tfeed_error *reterr)
{
    consumer->label =
        options->label ? find_column(consumer, options->label) : guess_label(consumer);
    consumer->probe =
        options->image ? find_column(consumer, options->image) : guess_probe(consumer);
    if (options->label &&
        (consumer->label < 0 || consumer->columns[consumer->label].dtype != TFEED_INT64 ||
         consumer->columns[consumer->label].n_elements != 1 ||
         consumer->columns[consumer->label].is_steps))
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "%s: the label '%s' is no column of one integer", options->names[0],
                          options->label);
    if (options->image && (consumer->probe < 0 ||
                           consumer->columns[consumer->probe].feature->kind != TFEED_FEATURE_BYTES))
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "%s: the image '%s' is no column of bytes", options->names[0],
                          options->image);
    return TFEED_OK;
}

static tfeed_status choose_columns(const struct bench_options *options,
                                   struct bench_consumer *consumer, struct tfeed_error *reterr)
{
    struct bench_survey *survey = &consumer->survey;
    tfeed_status status = bench_survey_make(options, survey, reterr);

    if (status == TFEED_OK && options->columns)
        status = narrow(options, survey, reterr);
    if (status != TFEED_OK)
        return status;
    if (options->numbers_only)
        leave_out_strings(options, survey);
    consumer->columns = calloc(survey->n_features + 1, sizeof *consumer->columns);
    consumer->batch = calloc(survey->n_features + 1, sizeof *consumer->batch);
    if (!consumer->columns || !consumer->batch)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    for (int steps = 0; steps < 2; steps++)
        for (size_t i = 0; i < survey->n_features; i++)
            if (!survey->features[i].why_not && survey->features[i].is_steps == (steps == 1))
                consumer->columns[consumer->n_columns++] = column_of(options, &survey->features[i]);
    if (consumer->n_columns == 0)
        return bench_fail(reterr, TFEED_INVALID_ARGUMENT,
                          "%s: no feature of the first records can be a column", options->names[0]);
    return choose_parts(options, consumer, reterr);
}

/* --------------------------------------------------------------- public */

static tfeed_status make_sequence_schema(struct bench_consumer *consumer,
                                         struct tfeed_error *reterr)
{
    struct tfeed_sequence_schema *schema = NULL;
    tfeed_status status = tfeed_sequence_schema_new(consumer->schema, NULL, &schema, reterr);

    consumer->sequence_schema = schema;
    for (int i = 0; i < consumer->n_columns && status == TFEED_OK; i++) {
        const struct bench_column *column = &consumer->columns[i];
        const char *name = column->feature->name;
        const struct tfeed_shape shape = {.n_dims = column->n_elements == 1 ? 0 : 1,
                                          .dims = {(int64_t)column->n_elements}};
        if (!column->is_steps)
            continue;
        status = column->is_list
                     ? tfeed_sequence_schema_add_variable(schema, name, column->dtype, reterr)
                     : tfeed_sequence_schema_add_fixed(schema, name, column->dtype, &shape,
                                                       /* allow_missing */ true, reterr);
    }
    return status;
}

static tfeed_status make_schema(struct bench_consumer *consumer, struct tfeed_error *reterr)
{
    const bool has_steps = consumer->columns[consumer->n_columns - 1].is_steps;
    tfeed_status status = tfeed_schema_new(NULL, &consumer->schema, reterr);

    for (int i = 0; i < consumer->n_columns && status == TFEED_OK; i++) {
        const struct bench_column *column = &consumer->columns[i];
        if (column->is_steps)
            break;
        const char *name = column->feature->name;
        const bool is_float = column->dtype == TFEED_FLOAT;
        const struct tfeed_shape shape = {.n_dims = column->n_elements == 1 ? 0 : 1,
                                          .dims = {(int64_t)column->n_elements}};
        if (column->is_image)
            status = tfeed_schema_add_raw(
                consumer->schema, name, column->dtype, (int64_t)column->n_elements,
                is_float ? bench_pixel_scale : 1.0f, is_float ? bench_pixel_offset : 0.0f, reterr);
        else if (column->is_list)
            status = tfeed_schema_add_variable(consumer->schema, name, column->dtype, reterr);
        else
            status = tfeed_schema_add_fixed(consumer->schema, name, column->dtype, &shape, reterr);
    }
    return status == TFEED_OK && has_steps ? make_sequence_schema(consumer, reterr) : status;
}

tfeed_status bench_consumer_open(const struct bench_options *options,
                                 struct bench_consumer *ret_consumer, struct tfeed_error *reterr)
{
    struct bench_consumer consumer = {0};
    struct bench_sums sums = {0};
    tfeed_status status = choose_columns(options, &consumer, reterr);

    for (size_t i = 0; i < options->n_names && status == TFEED_OK; i++)
        status = bench_scan(options->names[i], options, &sums, reterr);
    if (status == TFEED_OK)
        status = make_schema(&consumer, reterr);
    if (status != TFEED_OK) {
        bench_consumer_close(&consumer);
        return status;
    }
    consumer.n_records = sums.records;
    consumer.payload_bytes = sums.payload_bytes;
    *ret_consumer = consumer;
    return TFEED_OK;
}

void bench_consumer_close(struct bench_consumer *consumer)
{
    tfeed_sequence_schema_unref(consumer->sequence_schema);
    tfeed_schema_unref(consumer->schema);
    free(consumer->columns);
    free(consumer->batch);
    bench_survey_clear(&consumer->survey);
    *consumer = (struct bench_consumer){0};
}
