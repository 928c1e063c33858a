/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema.h - a schema as a text that is kept beside the files, and records checked against it.
 *
 * doc/formats/schema.md describes the text.
 */
#ifndef TFEED_SCHEMA_H
#define TFEED_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/allocator.h>
#include <tfeed/features.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes a schema as JSON: one line, which tfeed_schema_from_json reads back to the same columns in
 * the same order.
 *
 * @param ret_text  NUL-terminated (not counted in len); tfeed_block_unref(ret_text->block) ends it
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    the name of a feature is not UTF-8
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Thread safety: immutable.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_to_json(const struct tfeed_schema *schema,
                                                           struct tfeed_bytes *ret_text,
                                                           struct tfeed_error *reterr);

/**
 * Makes a schema of a JSON text, which may be laid out in any way.
 *
 * No byte is trusted. Members that the format does not name are not looked at.
 *
 * @param text       text[len]; needs no NUL
 * @param allocator  of the schema; NULL: malloc
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    not such a text: the message names byte, or feature and member,
 *                                   with what was expected and found; or a column that cannot be,
 *                                   as the tfeed_schema_add_… functions say
 *         TFEED_RESOURCE_EXHAUSTED  no memory; more than 16 MiB of text, or nested too deep
 * Ownership: the caller has one reference, ended by tfeed_schema_unref.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_schema_from_json(const char *text, size_t len, const struct tfeed_allocator *allocator,
                       struct tfeed_schema **ret_schema, struct tfeed_error *reterr);

/**
 * The same for SequenceExamples: `columns` is the context, and `lists` stands behind it.
 *
 * @return as tfeed_schema_to_json
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_sequence_schema_to_json(const struct tfeed_sequence_schema *schema,
                              struct tfeed_bytes *ret_text, struct tfeed_error *reterr);

/**
 * Makes a schema of SequenceExamples of a JSON text; one without `lists` has none.
 *
 * @return as tfeed_schema_from_json
 * Ownership: the caller has one reference, ended by tfeed_sequence_schema_unref.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_sequence_schema_from_json(
    const char *text, size_t len, const struct tfeed_allocator *allocator,
    struct tfeed_sequence_schema **ret_schema, struct tfeed_error *reterr);

/**
 * Looks whether records hold what a schema says.
 *
 * Thread safety: owner thread only.
 */
struct tfeed_schema_checker;

/**
 * Makes a checker; from now on the schema does not change.
 *
 * @param schema        a reference is taken
 * @param allow_others  false: a feature that no column is made of is an error
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (a schema without features), TFEED_RESOURCE_EXHAUSTED
 * Ownership: tfeed_schema_checker_free ends it.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_checker_new(
    struct tfeed_schema *schema, bool allow_others, const struct tfeed_allocator *allocator,
    struct tfeed_schema_checker **ret_checker, struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_schema_checker_free(struct tfeed_schema_checker *checker);

/**
 * Checks one serialized Example: what passes is parsed without error by a parser of this schema.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    as tfeed_example_parser_parse_batch; without allow_others also
 *                                   a feature that is not in the schema, and values of any feature
 *                                   that are malformed. The message names the feature.
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_schema_checker_check(struct tfeed_schema_checker *checker, const struct tfeed_bytes *example,
                           struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
