/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * cutting.h - the options that say where records are cut into files, for `reshard` and `split`.
 */
#ifndef CLI_CUTTING_H
#define CLI_CUTTING_H

#include <stdbool.h>
#include <stdint.h>

#include <tfeed/datasets.h>

#include "cli/command.h"
#include "cli/making.h"
#include "cli/options.h"

/** A member `cutting` of the command's values; 0: not given. */
struct cutting {
    uint64_t n_shards;
    uint64_t n_records;
    uint64_t n_bytes;
    bool round_robin;
};

/** Their rows in the option table of a command whose values are `type`. */
#define CUTTING_OPTIONS(type)                                                                      \
    {.name = "shards",                                                                             \
     .kind = OPTION_NUMBER,                                                                        \
     .offset = offsetof(type, cutting.n_shards),                                                   \
     .argument = "N",                                                                              \
     .help = "N files of as many records, give or take one",                                       \
     .min = 1,                                                                                     \
     .max = MAKING_MAX_SHARDS},                                                                    \
        {.name = "records",                                                                        \
         .kind = OPTION_NUMBER,                                                                    \
         .offset = offsetof(type, cutting.n_records),                                              \
         .argument = "N",                                                                          \
         .help = "files of N records",                                                             \
         .min = 1,                                                                                 \
         .max = UINT64_MAX},                                                                       \
        {.name = "bytes",                                                                          \
         .kind = OPTION_NUMBER,                                                                    \
         .offset = offsetof(type, cutting.n_bytes),                                                \
         .argument = "N",                                                                          \
         .help = "files of at most N bytes, uncompressed: 256M, 1G",                               \
         .min = 1,                                                                                 \
         .max = UINT64_MAX},                                                                       \
    {                                                                                              \
        .name = "round-robin", .kind = OPTION_FLAG, .offset = offsetof(type, cutting.round_robin), \
        .help = "with --shards: record i goes to file i modulo N"                                  \
    }

/** True when one of the options was given. */
bool cutting_is_given(const struct cutting *cutting);

/** Cuts the operands' records into files; everything a command does. `out` may say the number of
 *  shards (train@8.tfrecords). */
enum exit_code cutting_run(const struct cutting *cutting, const struct making *making,
                           const struct operands *operands);

#endif
