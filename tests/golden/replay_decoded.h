/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_decoded.h - strings by what a schema decodes: the rows of a column, the steps of a list.
 */
#ifndef TESTS_GOLDEN_REPLAY_DECODED_H
#define TESTS_GOLDEN_REPLAY_DECODED_H

#include <stddef.h>

#include <tfeed/decode.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

enum { REPLAY_MAX_COLUMNS = 16 };

/* What a decoder gave: tensors on TFEED_OK. */
struct replay_decoded {
    tfeed_status status;
    struct tfeed_tensor tensors[REPLAY_MAX_COLUMNS];
    size_t n;
    struct tfeed_error error;
};

void replay_decoded_clear(struct replay_decoded *decoded);

/* Strings of shape S become rows of a decoded column, which are given as a tensor of S + its
 * shape. Each stands in a record that is gone behind it. */
void replay_by_column(const struct tfeed_tensor *strings,
                      const struct tfeed_decoded_column *options, struct replay_decoded *got);

/* … become the steps of a decoded list, in a batch that pads them. No list has steps of no
 * elements. */
void replay_by_list(const struct tfeed_tensor *strings, const struct tfeed_decoded_column *options,
                    struct replay_decoded *got);

#endif
