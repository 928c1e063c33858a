/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * survey.h - which features the first records of a set have: a schema for files that nobody
 * described.
 */
#ifndef BENCH_SURVEY_H
#define BENCH_SURVEY_H

#include <stdbool.h>

#include <tfeed/features.h>
#include <tfeed/status.h>

#include "bench/workloads.h"

/** A feature of the records that were looked at, in the order in which it was first met. */
struct bench_feature {
    char *name;
    enum tfeed_feature_kind kind;
    size_t n_values;     /**< of each record */
    size_t value_bytes;  /**< of each of its bytes values; 0 where they differ */
    uint64_t n_records;  /**< that have it */
    bool is_list;        /**< the number of values differs, or it is not in every record */
    bool is_steps;       /**< a list of SequenceExamples: the values are those of a step */
    const char *why_not; /**< it cannot be a column; NULL: it can */
};

struct bench_survey {
    struct bench_feature *features;
    size_t n_features;
    uint64_t n_records; /**< that were looked at */
};

/**
 * Looks at the first records of the first file that has any.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  a record is no Example
 *         TFEED_OUT_OF_RANGE      no record in any of the files
 *         what reading says
 */
TFEED_MUST_USE tfeed_status bench_survey_make(const struct bench_options *options,
                                              struct bench_survey *ret_survey,
                                              struct tfeed_error *reterr);

void bench_survey_clear(struct bench_survey *survey);

#endif
