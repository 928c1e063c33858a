/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * encode.h - a batch as serialized Examples or SequenceExamples: the way back from what the parsers
 * of features.h and sequence.h make. One example at a time, of any content, is made by the builders
 * there.
 *
 *    columns [n_rows, …] ──▶ encoder ──▶ n records
 */
#ifndef TFEED_ENCODE_H
#define TFEED_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/features.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes rows of columns as Examples, in the form of the builder: keys in byte order, lists packed.
 *
 * Thread safety: owner thread only (one encoder a thread; the schema is shared).
 */
struct tfeed_example_encoder;

/**
 * Makes an encoder for the columns of a schema, which does not change any more.
 *
 * What was parsed and is encoded again is parsed to the same columns. Integers of int32 columns
 * become int64_lists, columns of raw bytes one bytes value; sparse and ragged columns become the
 * features of their values, indices and partitions, in the order that the record had, and one that
 * several columns share is written once.
 *
 * @param schema     a reference is taken
 * @param allocator  NULL: malloc
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    a schema without features, or a column from which its feature
 *                                   cannot be made again: raw bytes as floats (their rounding)
 *         TFEED_UNIMPLEMENTED       a decoded column of compressed bytes, texts or TensorProtos
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Ownership: tfeed_example_encoder_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_example_encoder_new(struct tfeed_schema *schema, const struct tfeed_allocator *allocator,
                          struct tfeed_example_encoder **ret_encoder, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_example_encoder_free(struct tfeed_example_encoder *encoder);

/**
 * Encodes rows first_row … first_row + n - 1 of the columns of a schema with a fixed number of
 * values a row, as tfeed_schema_alloc_columns makes them.
 *
 * The records stand back to back in the encoder's buffer, which grows and is used again by the next
 * call. Memory held: the bytes of all n records, so that a whole data set is encoded in batches.
 *
 * @param ret_records  [n]; views without a block, valid until the next call on the encoder
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    columns that are not those of the schema, or too short; a row
 *                                   that makes a record of more than protobuf's 2 GiB - 1
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Blocks: no.
 * Complexity: one pass over the columns; no allocation once the buffer has the size.
 * Source:     doc/example-format.md §2
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_encoder_encode(
    struct tfeed_example_encoder *encoder, const struct tfeed_tensor *columns, int64_t first_row,
    size_t n, struct tfeed_bytes *ret_records, struct tfeed_error *reterr);

/**
 * Encodes all rows of a batch of any schema but those that _new refuses. A row without values
 * becomes an empty list; padding is left out.
 *
 * @param columns      of the encoder's schema
 * @param ret_records  [tfeed_columns_n_rows(columns)]; as above
 * @return as tfeed_example_encoder_encode
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_example_encoder_encode_batch(
    struct tfeed_example_encoder *encoder, const struct tfeed_columns *columns,
    struct tfeed_bytes *ret_records, struct tfeed_error *reterr);

/**
 * Writes the rows of a parsed batch as SequenceExamples, in the form of the builder.
 *
 * Thread safety: owner thread only (one encoder a thread; the schema is shared).
 */
struct tfeed_sequence_encoder;

/**
 * Makes an encoder for the batches of a schema, which does not change any more.
 *
 * What was parsed and is encoded again is parsed to the same context and lists. A list that an
 * example had not is written without steps; of a ragged list the lists of its values and partitions
 * are written, each once.
 *
 * @param schema     a reference is taken
 * @param allocator  NULL: malloc
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT, TFEED_UNIMPLEMENTED
 *                                   a column of the context that tfeed_example_encoder_new refuses,
 *                                   or a list of decoded steps that are like such a column
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Ownership: tfeed_sequence_encoder_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_encoder_new(
    struct tfeed_sequence_schema *schema, const struct tfeed_allocator *allocator,
    struct tfeed_sequence_encoder **ret_encoder, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_sequence_encoder_free(struct tfeed_sequence_encoder *encoder);

/**
 * Encodes all rows of a batch. The records stand back to back in the encoder's buffer, which grows
 * and is used again by the next call.
 *
 * @param batch        a parser of the encoder's schema, with the batch that it parsed last
 * @param ret_records  [tfeed_sequence_parser_n_rows(batch)]; views without a block, valid until the
 *                     next call on the encoder
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    a parser of another schema; a row that makes a record of more
 *                                   than protobuf's 2 GiB - 1
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Blocks: no.
 * Source: doc/example-format.md §6
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_encoder_encode_batch(
    struct tfeed_sequence_encoder *encoder, const struct tfeed_sequence_parser *batch,
    struct tfeed_bytes *ret_records, struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
