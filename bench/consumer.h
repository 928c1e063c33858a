/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * consumer.h - what stands for the training loop: the columns that it takes, and sums over them.
 *
 * Two columns have a part of their own: the label, and the probe, of which one value a row is read
 * in any case. The sums say which bytes were delivered, whatever the order, so that other readers
 * of the same files can be compared:
 *
 *   label_sum  of the label
 *   probe_sum  of one value a row of the probe: an image's value 406 (the middle of an MNIST image,
 *              which is seldom 0), the first byte of a string, the first of as many numbers in each
 *              row; of a list of any length how many values it has; of steps how many there are
 *   value_sum  of every value of all columns but the label; a string counts its length
 */
#ifndef BENCH_CONSUMER_H
#define BENCH_CONSUMER_H

#include <tfeed/features.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>

#include "bench/survey.h"
#include "bench/workloads.h"

/** A column of the schema. */
struct bench_column {
    const struct bench_feature *feature;
    enum tfeed_dtype dtype;
    bool is_image;       /**< bytes of a fixed length as numbers */
    bool is_list;        /**< any number of values in a row, or step */
    bool is_steps;       /**< a list of SequenceExamples; these come behind the other columns */
    uint64_t n_elements; /**< of a row, or step; of a list 0 */
};

/** A column of a batch. */
struct bench_delivered {
    const struct tfeed_tensor *values;
    const int64_t *row_splits; /**< of a list; of steps where those of a row begin */
};

struct bench_consumer {
    struct tfeed_schema *schema;                   /**< of the columns but steps */
    struct tfeed_sequence_schema *sequence_schema; /**< NULL: there are no steps */
    struct bench_survey survey;
    struct bench_column *columns; /**< [n_columns], in the order of the schema */
    int n_columns;
    int label; /**< its column; -1: none */
    int probe;
    struct bench_delivered *batch; /**< [n_columns], for bench_consumer_use */
    /* One scan over the files, which also brings them into the page cache. */
    uint64_t n_records;
    uint64_t payload_bytes;
};

/**
 * Scans the files and makes the schema: the features that the options name, else all that the first
 * records have with the same number of values. See doc/command.md, `bench load`.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT  no such feature, or it cannot be a column; a record is no Example
 *         TFEED_OUT_OF_RANGE      no record in any of the files
 *         what reading says
 */
TFEED_MUST_USE tfeed_status bench_consumer_open(const struct bench_options *options,
                                                struct bench_consumer *ret_consumer,
                                                struct tfeed_error *reterr);

void bench_consumer_close(struct bench_consumer *consumer);

/** Uses the first n_rows rows of the columns in consumer->batch: the label and the probe, or every
 *  value. */
void bench_consumer_use(const struct bench_consumer *consumer, int64_t n_rows,
                        struct bench_pass *pass);

/** Scans one file: records and payload bytes are added to the sums. */
TFEED_MUST_USE tfeed_status bench_scan(const char *name, const struct bench_options *options,
                                       struct bench_sums *sums, struct tfeed_error *reterr);

/** The reader options that stand in the bench's. */
void bench_reader_options(const struct bench_options *options,
                          struct tfeed_record_reader_options *ret_options);

#endif
