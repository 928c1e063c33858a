/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * survey.c - which features the first records of a set have.
 */
#include "bench/survey.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/sequence.h>

#include "bench/consumer.h"

/* Enough to see which lengths differ, and still nothing beside the first batch. */
enum { SURVEY_RECORDS = 100 };

void bench_survey_clear(struct bench_survey *survey)
{
    for (size_t i = 0; i < survey->n_features; i++)
        free(survey->features[i].name);
    free(survey->features);
    *survey = (struct bench_survey){0};
}

static struct bench_feature *find(const struct bench_survey *survey,
                                  const struct tfeed_feature_view *view, bool is_steps)
{
    for (size_t i = 0; i < survey->n_features; i++) {
        struct bench_feature *feature = &survey->features[i];
        if (feature->is_steps == is_steps && strlen(feature->name) == view->name_len &&
            memcmp(feature->name, view->name, view->name_len) == 0)
            return feature;
    }
    return NULL;
}

/* The length that all values of a bytes feature have, 0 where they differ. */
static tfeed_status common_length(const struct tfeed_feature_view *view, size_t *ret_len,
                                  struct tfeed_error *reterr)
{
    *ret_len = 0;
    if (view->kind != TFEED_FEATURE_BYTES || view->n_values == 0)
        return TFEED_OK;
    struct tfeed_bytes *values = calloc(view->n_values, sizeof *values);
    if (!values)
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    tfeed_feature_bytes(view, values);
    *ret_len = values[0].len;
    for (size_t i = 1; i < view->n_values; i++)
        if (values[i].len != values[0].len)
            *ret_len = 0;
    free(values);
    return TFEED_OK;
}

static tfeed_status add(struct bench_survey *survey, const struct tfeed_feature_view *view,
                        size_t value_bytes, struct tfeed_error *reterr)
{
    struct bench_feature *features =
        reallocarray(survey->features, survey->n_features + 1, sizeof *features);
    char *name = strndup(view->name, view->name_len);

    if (features)
        survey->features = features;
    if (!features || !name) {
        free(name);
        return bench_fail(reterr, TFEED_RESOURCE_EXHAUSTED, "no memory");
    }
    features[survey->n_features++] = (struct bench_feature){
        .name = name,
        .kind = view->kind,
        .n_values = view->n_values,
        .value_bytes = value_bytes,
        .why_not = view->kind == TFEED_FEATURE_NONE || view->n_values == 0 ? "no values" : NULL};
    return TFEED_OK;
}

/* Where lists are no columns, it is none. */
static void set_list(const struct bench_options *options, struct bench_feature *feature,
                     const char *why)
{
    feature->is_list = true;
    if (!options->takes_lists)
        feature->why_not = why;
}

static tfeed_status look_at_feature(const struct bench_options *options,
                                    struct bench_survey *survey,
                                    const struct tfeed_feature_view *view,
                                    struct tfeed_error *reterr)
{
    struct bench_feature *feature = find(survey, view, false);
    size_t value_bytes;
    tfeed_status status = common_length(view, &value_bytes, reterr);

    if (status == TFEED_OK && !feature) {
        status = add(survey, view, value_bytes, reterr);
        feature = &survey->features[survey->n_features - 1];
    }
    if (status != TFEED_OK)
        return status;
    feature->n_records++;
    if (feature->kind != view->kind)
        feature->why_not = "its kind differs";
    else if (feature->n_values != view->n_values)
        set_list(options, feature, "the number of values differs");
    if (feature->value_bytes != value_bytes)
        feature->value_bytes = 0;
    return TFEED_OK;
}

/* A step without values has no kind: it makes the list one of any number of values. */
static tfeed_status look_at_step(struct bench_survey *survey, const struct tfeed_feature_view *view,
                                 struct tfeed_error *reterr)
{
    static const char nothing[] = "no values";
    struct bench_feature *feature = find(survey, view, true);
    const bool has_values = view->kind != TFEED_FEATURE_NONE && view->n_values > 0;

    if (!feature) {
        const tfeed_status status = add(survey, view, 0, reterr);
        if (status != TFEED_OK)
            return status;
        feature = &survey->features[survey->n_features - 1];
        feature->is_steps = true;
        feature->why_not = nothing;
    }
    if (has_values && feature->why_not == nothing) {
        feature->kind = view->kind;
        feature->n_values = view->n_values;
        feature->why_not = NULL;
    } else if (has_values && feature->kind != view->kind) {
        feature->why_not = "its kind differs";
    }
    feature->is_list |= !has_values || feature->n_values != view->n_values;
    return TFEED_OK;
}

static tfeed_status look_at_lists(struct bench_survey *survey,
                                  const struct tfeed_record_view *record,
                                  struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfeed_list_view list;
    struct tfeed_feature_view step;
    tfeed_status status;

    tfeed_example_walk_init(&walk, record->data, record->len);
    while ((status = tfeed_example_walk_next_list(&walk, &list, reterr)) == TFEED_OK)
        while (tfeed_list_next_step(&list, &step))
            if ((status = look_at_step(survey, &step, reterr)) != TFEED_OK)
                return status;
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

static tfeed_status look_at_record(const struct bench_options *options, struct bench_survey *survey,
                                   const struct tfeed_record_view *record,
                                   struct tfeed_error *reterr)
{
    struct tfeed_example_walk walk;
    struct tfeed_feature_view view;
    tfeed_status status;

    survey->n_records++;
    tfeed_example_walk_init(&walk, record->data, record->len);
    while ((status = tfeed_example_walk_next(&walk, &view, reterr)) == TFEED_OK)
        if ((status = look_at_feature(options, survey, &view, reterr)) != TFEED_OK)
            return status;
    if (status != TFEED_OUT_OF_RANGE)
        return status;
    return options->takes_lists ? look_at_lists(survey, record, reterr) : TFEED_OK;
}

static tfeed_status look_at_file(const struct bench_options *options, const char *name,
                                 struct bench_survey *survey, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options reader_options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view record;
    struct tfeed_error error;

    bench_reader_options(options, &reader_options);
    tfeed_status status = tfeed_record_reader_open(name, &reader_options, &reader, reterr);
    if (status != TFEED_OK)
        return status;
    while (status == TFEED_OK && survey->n_records < SURVEY_RECORDS) {
        const unsigned long long n_before = survey->n_records;
        status = tfeed_record_reader_next(reader, &record, reterr);
        if (status == TFEED_OK && look_at_record(options, survey, &record, &error) != TFEED_OK)
            status = bench_fail(reterr, error.code, "%s: record %llu: %s", name, n_before,
                                error.message);
    }
    tfeed_record_reader_close(reader);
    return status == TFEED_OUT_OF_RANGE ? TFEED_OK : status;
}

tfeed_status bench_survey_make(const struct bench_options *options, struct bench_survey *ret_survey,
                               struct tfeed_error *reterr)
{
    struct bench_survey survey = {0};
    tfeed_status status = TFEED_OK;

    for (size_t i = 0; i < options->n_names && status == TFEED_OK && survey.n_records == 0; i++)
        status = look_at_file(options, options->names[i], &survey, reterr);
    if (status == TFEED_OK && survey.n_records == 0)
        status = bench_fail(reterr, TFEED_OUT_OF_RANGE, "%s: no record to measure with",
                            options->names[0]);
    if (status != TFEED_OK) {
        bench_survey_clear(&survey);
        return status;
    }
    for (size_t i = 0; i < survey.n_features; i++)
        if (!survey.features[i].is_steps && survey.features[i].n_records != survey.n_records)
            set_list(options, &survey.features[i], "not in every record");
    *ret_survey = survey;
    return TFEED_OK;
}
