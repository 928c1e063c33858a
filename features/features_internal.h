/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * features_internal.h - what modules above features ask it beyond its public functions.
 *
 * Scaled columns in two steps: one thread parses images as the uint8 they are, another widens them
 * to floats where they are used. A quarter of the bytes then changes cores.
 *
 * Batches of any columns in several runs: start, append as often as needed, then finish or abandon.
 */
#ifndef TFI_FEATURES_INTERNAL_H
#define TFI_FEATURES_INTERNAL_H

#include <stdbool.h>

#include <tfeed/features.h>
#include <tfeed/sequence.h>

/* The same schema with every scaled float column as uint8, the bytes as they are; NULL when it has
 * none. The given schema does not change any more. RESOURCE_EXHAUSTED: no memory. */
tfeed_status tfi_schema_narrow(struct tfeed_schema *schema, struct tfeed_schema **ret_narrow,
                               struct tfeed_error *reterr);

/* True for a float column that is made of raw bytes. */
bool tfi_schema_column_is_scaled(const struct tfeed_schema *schema, int column);

/* n_rows rows of a scaled column from their bytes, bit-equal to what parsing gives. */
void tfi_schema_widen(const struct tfeed_schema *schema, int column, const uint8_t *from,
                      int64_t n_rows, float *to);

/* INVALID_ARGUMENT where records of the schema's form cannot have its columns, as it is when a
 * parser is made. */
tfeed_status tfi_schema_check_records(const struct tfeed_schema *schema,
                                      struct tfeed_error *reterr);

/* The first column that is not of TFEED_COLUMN_FIXED; -1: there is none. */
int tfi_schema_first_growing(const struct tfeed_schema *schema);

/* The columns hold no rows, and nothing of any record; their room is kept. */
void tfi_columns_drop(struct tfeed_columns *columns);

/* The batch holds no rows, and nothing of any record; its room is kept. */
void tfi_sequence_parser_drop(struct tfeed_sequence_parser *parser);

/* The memory that the lists of a sequence parser hold, room that the batch does not need included.
 */
uint64_t tfi_sequence_parser_list_bytes(const struct tfeed_sequence_parser *parser);

/* A step of other work, taken before a record is parsed: while the one waits for memory, the
 * processor goes on with the other. Returns where the bytes are that a step some records later will
 * look at: as many as the record has are asked for while it is parsed. (They are not looked at, and
 * need not be there.) NULL: there is no more to do. */
typedef const uint8_t *tfi_between_function(void *user_data);

/* The parser calls `step` (NULL: nothing) before each record until it says NULL, from now on and in
 * every parse. Records of another form than Examples are parsed without. */
void tfi_example_parser_between(struct tfeed_example_parser *parser, tfi_between_function *step,
                                void *user_data);

/* Empties the columns for up to n rows of the schema. On failure they hold no rows. */
tfeed_status tfi_columns_start(struct tfeed_columns *columns, const struct tfeed_schema *schema,
                               size_t n, struct tfeed_error *reterr);

/* Parses examples behind the rows that the columns hold; together no more than they were started
 * for. INVALID_ARGUMENT: *ret_bad_row (which may be NULL) is the bad one's index in serialized, the
 * rows before it were appended, and more can be appended. RESOURCE_EXHAUSTED: so too. */
tfeed_status tfi_example_parser_append(struct tfeed_example_parser *parser,
                                       const struct tfeed_bytes *serialized, size_t n,
                                       struct tfeed_columns *columns, size_t *ret_bad_row,
                                       struct tfeed_error *reterr);

/* Completes what was appended. On failure the columns hold no rows. */
tfeed_status tfi_columns_finish(struct tfeed_columns *columns, struct tfeed_error *reterr);

/* Gives up what was appended: the columns hold no rows. */
void tfi_columns_abandon(struct tfeed_columns *columns);

#endif
