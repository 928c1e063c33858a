/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * infer.c - the columns that features can be, as far as the records that were looked at tell.
 */
#include "datasets/inspect_private.h"

#include <string.h>

const char *tfeed_inferred_form_name(enum tfeed_inferred_form form)
{
    switch (form) {
    case TFEED_INFERRED_FIXED:
        return "fixed";
    case TFEED_INFERRED_RAW:
        return "raw";
    case TFEED_INFERRED_VARIABLE:
        return "variable";
    case TFEED_INFERRED_NO_COLUMN:
        break;
    }
    return "none";
}

static enum tfeed_dtype dtype_of(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_FLOAT:
        return TFEED_FLOAT;
    case TFEED_FEATURE_INT64:
        return TFEED_INT64;
    case TFEED_FEATURE_BYTES:
    case TFEED_FEATURE_NONE:
        break;
    }
    return TFEED_STRING;
}

/* Another entry that has records under the same name. */
static bool has_rival(const struct tfeed_dataset_stats *stats, size_t i,
                      const struct tfeed_dataset_feature *feature)
{
    for (size_t k = 0; k < tfeed_dataset_stats_n_features(stats); k++) {
        const struct tfeed_dataset_feature other = tfeed_dataset_stats_feature(stats, k);
        if (k != i && other.n_records > 0 && other.kind != TFEED_FEATURE_NONE &&
            other.is_list == feature->is_list && other.name_len == feature->name_len &&
            memcmp(other.name, feature->name, other.name_len) == 0)
            return true;
    }
    return false;
}

/* The bytes of an image or of another array, by the name that converters give it: "image_raw". */
static bool is_raw(const struct tfeed_dataset_feature *feature)
{
    return !feature->is_list && feature->kind == TFEED_FEATURE_BYTES && feature->max_values == 1 &&
           feature->min_int64 == feature->max_int64 && feature->max_int64 > 0 &&
           strstr(feature->name, "raw") != NULL;
}

static const char *why_not(const struct tfeed_dataset_stats *stats, size_t i,
                           const struct tfeed_dataset_feature *feature)
{
    if (strlen(feature->name) != feature->name_len)
        return "its name holds a NUL";
    if (feature->n_records == 0)
        return "it is in no record";
    if (has_rival(stats, i, feature))
        return feature->kind == TFEED_FEATURE_NONE ? "another entry of its name has the values"
                                                   : "records hold it as different kinds";
    if (feature->kind == TFEED_FEATURE_NONE)
        return feature->is_list ? "its steps never have values" : "it never has a list";
    return NULL;
}

struct tfeed_inferred_column tfeed_dataset_infer_column(const struct tfeed_dataset_stats *stats,
                                                        size_t i)
{
    struct tfeed_inferred_column column = {.feature = tfeed_dataset_stats_feature(stats, i)};
    const struct tfeed_dataset_feature *feature = &column.feature;
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    const uint64_t n_examples = totals.n_records - totals.n_not_examples;
    column.dtype = dtype_of(feature->kind);
    column.n_values = -1;
    column.is_missing_somewhere = feature->n_records != n_examples;
    column.why_not = why_not(stats, i, feature);
    const bool is_even = feature->min_values == feature->max_values && feature->max_values > 0 &&
                         feature->max_values <= INT32_MAX;
    if (column.why_not != NULL) {
        column.form = TFEED_INFERRED_NO_COLUMN;
    } else if (!is_even || (!feature->is_list && column.is_missing_somewhere)) {
        column.form = TFEED_INFERRED_VARIABLE;
    } else if (is_raw(feature)) {
        column.form = TFEED_INFERRED_RAW;
        column.dtype = TFEED_UINT8;
        column.n_values = feature->max_int64;
    } else {
        column.form = TFEED_INFERRED_FIXED;
        column.n_values = (int64_t)feature->max_values;
    }
    return column;
}
