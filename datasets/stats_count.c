/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * stats_count.c - the features and lists of one record, counted into the table.
 */
#include <math.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/inspect_private.h"
#include "datasets/stats_private.h"

static void count_integer(struct tfi_stats_entry *entry, int64_t value)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    if (feature->n_finite == 0 || value < feature->min_int64)
        feature->min_int64 = value;
    if (feature->n_finite == 0 || value > feature->max_int64)
        feature->max_int64 = value;
    feature->n_finite++;
    entry->integer_sum += value;
    tfi_histogram_add(&feature->histogram, (double)value);
}

static void count_float(struct tfi_stats_entry *entry, float value)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    if (isnan(value)) {
        feature->n_nan++;
    } else if (isinf(value)) {
        feature->n_infinite++;
    } else {
        if (feature->n_finite == 0 || (double)value < feature->min)
            feature->min = (double)value;
        if (feature->n_finite == 0 || (double)value > feature->max)
            feature->max = (double)value;
        feature->n_finite++;
        tfi_float_sum_add(&entry->float_sum, value);
        tfi_histogram_add(&feature->histogram, (double)value);
    }
}

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

static tfeed_status reserve_values(struct tfeed_dataset_stats *stats,
                                   const struct tfeed_feature_view *view,
                                   struct tfeed_error *reterr)
{
    const size_t size = value_bytes(view->kind);
    if (view->n_values <= stats->values_bytes / (size > 0 ? size : 1))
        return TFEED_OK;
    void *values = tfi_realloc_array(stats->allocator, stats->values, view->n_values, size);
    if (values == NULL)
        return tfi_fail_memory(reterr, "the values of a feature");
    stats->values = values;
    stats->values_bytes = view->n_values * size;
    return TFEED_OK;
}

static tfeed_status count_values(struct tfeed_dataset_stats *stats, struct tfi_stats_entry *entry,
                                 const struct tfeed_feature_view *view, struct tfeed_error *reterr)
{
    TFI_TRY(reserve_values(stats, view, reterr));
    switch (view->kind) {
    case TFEED_FEATURE_BYTES: {
        const struct tfeed_bytes *strings = stats->values;
        tfeed_feature_bytes(view, stats->values);
        for (size_t i = 0; i < view->n_values; i++) {
            count_integer(entry, (int64_t)strings[i].len);
            entry->feature.n_text += tfi_is_text(strings[i].data, strings[i].len);
        }
        break;
    }
    case TFEED_FEATURE_FLOAT:
        tfeed_feature_floats(view, stats->values);
        for (size_t i = 0; i < view->n_values; i++)
            count_float(entry, ((const float *)stats->values)[i]);
        break;
    case TFEED_FEATURE_INT64:
        tfeed_feature_int64s(view, stats->values);
        for (size_t i = 0; i < view->n_values; i++)
            count_integer(entry, ((const int64_t *)stats->values)[i]);
        break;
    case TFEED_FEATURE_NONE:
        break;
    }
    return TFEED_OK;
}

/* Of a feature in a record, or of a step in a list. */
static tfeed_status count_view(struct tfeed_dataset_stats *stats, struct tfi_stats_entry *entry,
                               const struct tfeed_feature_view *view, bool is_first,
                               struct tfeed_error *reterr)
{
    struct tfeed_dataset_feature *feature = &entry->feature;
    if (is_first || view->n_values < feature->min_values)
        feature->min_values = view->n_values;
    if (view->n_values > feature->max_values)
        feature->max_values = view->n_values;
    feature->n_values += view->n_values;
    /* A schema needs to know the lengths of strings, and nothing else. */
    if (stats->options.skip_values && view->kind != TFEED_FEATURE_BYTES)
        return TFEED_OK;
    return count_values(stats, entry, view, reterr);
}

static tfeed_status count_feature(struct tfeed_dataset_stats *stats,
                                  const struct tfi_stats_found *found, struct tfeed_error *reterr)
{
    const struct tfeed_feature_view *view = &found->view;
    const struct tfi_stats_key key = {view->name, view->name_len, false, view->kind};
    size_t i;
    TFI_TRY(tfi_stats_find_kind(stats, found->owner, &key, &i, reterr));
    struct tfi_stats_entry *entry = &stats->entries[i];
    return count_view(stats, entry, view, entry->feature.n_records++ == 0, reterr);
}

/* -------------------------------------------------------------------- lists */

enum { N_KINDS = TFEED_FEATURE_INT64 + 1 };

/* The kind of a list: that of its first step which has one. */
static enum tfeed_feature_kind kind_of_list(struct tfeed_list_view list)
{
    struct tfeed_feature_view step;
    while (tfeed_list_next_step(&list, &step))
        if (step.kind != TFEED_FEATURE_NONE)
            return step.kind;
    return TFEED_FEATURE_NONE;
}

static void count_steps(struct tfeed_dataset_feature *feature, uint64_t n_steps)
{
    if (feature->n_records == 1 || n_steps < feature->min_steps)
        feature->min_steps = n_steps;
    if (n_steps > feature->max_steps)
        feature->max_steps = n_steps;
}

/* A step without a kind is one of no values. Steps of several kinds go to an entry each. */
static tfeed_status count_list(struct tfeed_dataset_stats *stats,
                               const struct tfi_stats_found *found, struct tfeed_error *reterr)
{
    struct tfeed_list_view list = found->list;
    struct tfi_stats_key key = {list.name, list.name_len, true, kind_of_list(list)};
    const enum tfeed_feature_kind kind = key.kind;
    struct tfeed_feature_view step;
    uint64_t n_steps[N_KINDS] = {0};
    size_t places[N_KINDS];
    TFI_TRY(tfi_stats_find_kind(stats, found->owner, &key, &places[kind], reterr));
    stats->entries[places[kind]].feature.n_records++;
    while (tfeed_list_next_step(&list, &step)) {
        key.kind = step.kind == TFEED_FEATURE_NONE ? kind : step.kind;
        if (key.kind != kind && n_steps[key.kind] == 0) {
            TFI_TRY(tfi_stats_find_kind(stats, found->owner, &key, &places[key.kind], reterr));
            stats->entries[places[key.kind]].feature.n_records++;
        }
        n_steps[key.kind]++;
        struct tfi_stats_entry *entry = &stats->entries[places[key.kind]];
        TFI_TRY(count_view(stats, entry, &step, entry->feature.n_steps++ == 0, reterr));
    }
    for (int i = 0; i < N_KINDS; i++)
        if (i == (int)kind || n_steps[i] > 0)
            count_steps(&stats->entries[places[i]].feature, n_steps[i]);
    return TFEED_OK;
}

tfeed_status tfi_stats_count_found(struct tfeed_dataset_stats *stats, struct tfeed_error *reterr)
{
    for (size_t i = 0; i < stats->n_found; i++) {
        const struct tfi_stats_found *found = &stats->found[i];
        if (stats->entries[found->owner].counting == i)
            TFI_TRY(found->is_list ? count_list(stats, found, reterr)
                                   : count_feature(stats, found, reterr));
    }
    return TFEED_OK;
}
