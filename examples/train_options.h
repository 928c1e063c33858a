/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * train_options.h - what train_mnist can be told: two recipes by name, and every number of them.
 */
#ifndef EXAMPLES_TRAIN_OPTIONS_H
#define EXAMPLES_TRAIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "examples/network.h"

struct train_options {
    const char *data;   /* folder with train, validation and test.tfrecords */
    const char *recipe; /* its name, for the report */
    const char *report; /* NULL, or a file that gets the results as JSON */
    struct network_options network;
    int64_t batch_size;
    int64_t n_epochs;
    int64_t min_after_dequeue;
    int64_t n_readers;
    int64_t n_prefetch;
    float pixel_offset; /* pixels become x/255 + pixel_offset */
    bool deterministic;
    bool probe;
};

enum train_options_outcome { TRAIN_OPTIONS_RUN, TRAIN_OPTIONS_HELP, TRAIN_OPTIONS_WRONG };

/* Reads the command line; says what is wrong on standard error. */
enum train_options_outcome train_options_parse(int argc, char **argv,
                                               struct train_options *options);

#endif
