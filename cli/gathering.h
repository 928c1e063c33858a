/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * gathering.h - statistics over all inputs, for `stats` and `schema`.
 */
#ifndef CLI_GATHERING_H
#define CLI_GATHERING_H

#include <tfeed/inspect.h>

#include "cli/reading.h"

/**
 * Reads all inputs, several at a time, and adds them up in their order. Messages say what could not
 * be read; the rest is there.
 *
 * @param options    how; those of reading are filled in
 * @param ret_stats  NULL where there was nothing to begin with: no input, no memory
 */
enum exit_code gather(const struct reading *reading, struct tfeed_dataset_stats_options *options,
                      const struct operands *operands, struct tfeed_dataset_stats **ret_stats);

#endif
