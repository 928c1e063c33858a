/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_features.h - the forms of features in golden files: what a specification says, serialized
 * examples, and what came out.
 */
#ifndef TESTS_GOLDEN_REPLAY_FEATURES_H
#define TESTS_GOLDEN_REPLAY_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include <tfeed/features.h>

/* The dtype of a feature; TFEED_DTYPE_INVALID where it has none that is known here. */
enum tfeed_dtype replay_dtype_of(const json_t *feature);

/* A shape from its dimensions, null standing for an unknown one; false: too many. */
bool replay_shape_of(const json_t *dims, struct tfeed_shape *ret_shape);

/* A number, a text, a list of numbers, or {"hex": […]} as a tensor; numbers are of
 * `dtype`. */
bool replay_default_of(const json_t *value, enum tfeed_dtype dtype,
                       struct tfeed_tensor *ret_tensor);

/* Adds a column as a feature of a specification says; UNIMPLEMENTED: it is of no known kind. */
tfeed_status replay_add_feature(struct tfeed_schema *schema, const char *name,
                                const json_t *feature);

/* The serialized examples of a row, one empty where it names none; their number. */
size_t replay_serialized_of(const json_t *row, struct tfeed_bytes **ret_serialized);
void replay_free_serialized(struct tfeed_bytes *serialized, size_t n);

/* The result for example i alone, NULL where the row has none: a list has one for each, an object
 * is for all. */
const json_t *replay_single_result(const json_t *row, size_t i);

/* Whether a tensor, or {"sparse": …}, is the one of the file. */
bool replay_is_tensor(const json_t *expected, const struct tfeed_tensor *got);
bool replay_is_sparse(const json_t *expected, const struct tfeed_sparse *got);

#endif
