/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_json_private.h - the words of a schema's JSON, for its writer and its reader.
 */
#ifndef TFI_SCHEMA_JSON_PRIVATE_H
#define TFI_SCHEMA_JSON_PRIVATE_H

#include <tfeed/features.h>

#include "io/json_internal.h"

enum { TFI_SCHEMA_JSON_VERSION = 1 };

/* The names of enum tfeed_column_kind; raw and decoded columns are TFEED_COLUMN_FIXED with names of
 * their own, which lists of such steps have as well. */
static const char *const tfi_column_kind_names[] = {"fixed", "variable", "sequence", "sparse",
                                                    "ragged"};
static const char tfi_column_raw_name[] = "raw";
static const char tfi_column_decoded_name[] = "decoded";
/* A feature that is named but not wanted. */
static const char tfi_column_none_name[] = "none";
enum { TFI_N_COLUMN_KINDS = sizeof tfi_column_kind_names / sizeof tfi_column_kind_names[0] };

/* Other lists of a SequenceExample, and their names. */
enum tfi_list_word { TFI_LIST_FIXED, TFI_LIST_VARIABLE, TFI_LIST_RAGGED, TFI_N_LIST_WORDS };
static const char *const tfi_list_names[] = {"fixed", "variable", "ragged"};

/* The names of enum tfeed_partition_kind. */
static const char *const tfi_partition_names[] = {"row_splits", "row_lengths",  "row_starts",
                                                  "row_limits", "value_rowids", "uniform"};
enum { TFI_N_PARTITION_KINDS = sizeof tfi_partition_names / sizeof tfi_partition_names[0] };

/* The names of enum tfeed_decoding. */
static const char *const tfi_decoding_names[] = {"raw", "number", "tensor", "bytes"};
enum { TFI_N_DECODINGS = sizeof tfi_decoding_names / sizeof tfi_decoding_names[0] };

/* Floats that JSON has no numbers for. */
static const char *const tfi_odd_float_names[] = {"NaN", "Infinity", "-Infinity"};

/* The member that says what the records are, where they are not serialized Examples. */
void tfi_schema_json_put_records(struct tfi_json_maker *maker, const struct tfeed_schema *schema);

/* … read into a schema that has all its columns. */
tfeed_status tfi_schema_json_read_records(const struct tfi_json *root, struct tfeed_schema *schema,
                                          struct tfeed_error *reterr);

/* A number that a float32 holds, or one of the odd ones. */
tfeed_status tfi_schema_json_as_float(const struct tfi_json *json, const char *what,
                                      float *ret_value, struct tfeed_error *reterr);

/* The elements of a tensor as an array: integers, floats with the odd ones as strings, two for a
 * complex number, byte strings in base64. */
tfeed_status tfi_schema_json_put_elements(struct tfi_json_maker *maker, const char *key,
                                          const struct tfeed_tensor *tensor,
                                          const struct tfeed_allocator *allocator,
                                          struct tfeed_error *reterr);

/* … read back as a tensor of one dimension. */
tfeed_status tfi_schema_json_as_elements(const struct tfi_json *json, const char *what,
                                         enum tfeed_dtype dtype,
                                         const struct tfeed_allocator *allocator,
                                         struct tfeed_tensor *ret_tensor,
                                         struct tfeed_error *reterr);

#endif
