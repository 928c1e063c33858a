/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_text.h - one Example or SequenceExample on standard output: whole as JSON, or short for
 * people.
 */
#ifndef CLI_EXAMPLE_TEXT_H
#define CLI_EXAMPLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/features.h>
#include <tfeed/sequence.h>
#include <tfeed/status.h>

#include "cli/json_writer.h"

/** The features and lists of one record, and memory that is kept for the next. Zeroed at its
 *  start. */
struct example_text {
    struct tfeed_feature_view *features; /**< in the record's own order; views into the record */
    size_t n_features;
    size_t n_feature_slots;
    struct tfeed_list_view *lists; /**< of a SequenceExample */
    size_t n_lists;
    size_t n_list_slots;
    const void *data; /**< the record */
    size_t len;
    bool is_sequence; /**< it has a field for lists, be there any or not */
    bool has_none;    /**< it has no features at all */
    void *values;     /**< of one feature, for JSON */
    size_t values_bytes;
};

void example_text_clear(struct example_text *text);

/**
 * Takes a record apart; it must live as long as what is printed of it.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (not an Example), TFEED_RESOURCE_EXHAUSTED
 */
TFEED_MUST_USE tfeed_status example_text_read(struct example_text *text, const void *data,
                                              size_t len, struct tfeed_error *reterr);

/**
 * Writes {"features": {NAME: {KIND: [...]}}}, or of a SequenceExample {"context": {NAME: ...},
 * "feature_lists": {NAME: [{KIND: [...]}, ...]}}; utf8: bytes that are text appear as text.
 *
 * @return TFEED_OK, TFEED_RESOURCE_EXHAUSTED (nothing was written)
 */
TFEED_MUST_USE tfeed_status example_text_print_json(struct example_text *text,
                                                    struct json_writer *json, bool utf8,
                                                    struct tfeed_error *reterr);

/**
 * True when `tfeed convert jsonl` makes the same bytes again of the JSON of the whole record; else
 * it makes a record of equal content. Names that come twice count as false: other readers of JSON
 * drop one.
 */
bool example_text_is_exact(const struct example_text *text);

/** Writes a line a feature: name, kind, number of values, and the first of them; of a list the same
 *  of its first steps. */
void example_text_print(const struct example_text *text, int indent);

/** "bytes", "float", "int64", "none". */
const char *example_kind_name(enum tfeed_feature_kind kind);

/** Writes some bytes for people: text in quotes where it is, else the first in hexadecimal. */
void example_text_print_bytes(const uint8_t *data, size_t len);

#endif
