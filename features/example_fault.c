/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_fault.c - what is wrong with a record, in words that hold TensorFlow's.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/block_internal.h"
#include "core/error_internal.h"
#include "features/example_parser_private.h"

/* TensorFlow's name of the dtype that a list of this kind has. */
static const char *kind_name(enum tfeed_feature_kind kind)
{
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return "string";
    case TFEED_FEATURE_FLOAT:
        return "float";
    case TFEED_FEATURE_INT64:
        return "int64";
    case TFEED_FEATURE_NONE:
        break;
    }
    return "none";
}

tfeed_status tfi_example_fail(const struct tfeed_example_parser *parser, struct tfeed_error *reterr,
                              const char *message)
{
    const struct tfeed_bytes *record = parser->source != NULL ? parser->source : parser->serialized;
    const char *path;
    uint64_t offset;
    if (tfi_bytes_origin(record, &path, &offset))
        return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, path, TFEED_NOWHERE, offset, "%s",
                           message);
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s", message);
}

tfeed_status tfi_example_fail_malformed(const struct tfeed_example_parser *parser,
                                        const uint8_t *at, struct tfeed_error *reterr)
{
    char message[TFEED_ERROR_MESSAGE_BYTES];
    (void)snprintf(message, sizeof message,
                   "Could not parse example input: can't parse serialized Example of %zu bytes, "
                   "malformed near byte %td",
                   parser->serialized->len, at - parser->serialized->data);
    return tfi_example_fail(parser, reterr, message);
}

tfeed_status tfi_example_fail_unfilled(const struct tfeed_example_parser *parser,
                                       const struct tfi_cell *cell, struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = cell->feature;
    const struct tfi_fault_detail *detail = &cell->fault;
    const enum tfi_fault fault =
        cell->faulted_record == parser->record ? detail->fault : TFI_FAULT_MISSING;
    char message[TFEED_ERROR_MESSAGE_BYTES];
    char shape[TFEED_SHAPE_TEXT_BYTES];
    switch (fault) {
    case TFI_FAULT_MISSING:
        (void)snprintf(message, sizeof message,
                       "Feature: %s (data type: %s) is required but could not be found.",
                       feature->name, kind_name(feature->kind));
        break;
    case TFI_FAULT_KIND:
        (void)snprintf(message, sizeof message,
                       "Key: %s.  Data types don't match. Data type: %s but expected type: %s",
                       feature->name, kind_name(detail->kind), kind_name(feature->kind));
        break;
    case TFI_FAULT_COUNT:
        (void)snprintf(
            message, sizeof message,
            "Key: %s.  Can't parse serialized Example. Number of %s values != expected. "
            "Values size: %zu but output shape: %s",
            feature->name, kind_name(feature->kind), detail->n,
            tfi_feature_is_spelled(feature) ? "[]" : tfeed_shape_format(&feature->shape, shape));
        break;
    case TFI_FAULT_STEPS: {
        const struct tfeed_shape steps = tfeed_shape_batch(TFEED_DIM_UNKNOWN, feature->shape);
        (void)snprintf(message, sizeof message,
                       "Key: %s.  Number of %s values is not a multiple of stride length. Saw %zu "
                       "values but output shape is: %s",
                       feature->name, kind_name(feature->kind), detail->n,
                       tfeed_shape_format(&steps, shape));
        break;
    }
    case TFI_FAULT_LENGTH:
        (void)snprintf(message, sizeof message, "Key: %s.  Raw value of %zu bytes, expected %zu.",
                       feature->name, detail->n, feature->value_bytes);
        break;
    case TFI_FAULT_RANGE:
        (void)snprintf(message, sizeof message, "Key: %s.  Value %" PRId64 " does not fit int32.",
                       feature->name, detail->value);
        break;
    case TFI_FAULT_VALUE: { /* decoded again for what it says of it */
        const struct tfeed_bytes value = {detail->chunk.data, detail->chunk.len, NULL};
        struct tfeed_error why = TFEED_ERROR_INIT;
        (void)tfi_decoder_decode(cell->decoder, &value, detail->n, parser->kept,
                                 tfi_row_of(parser, cell), &why);
        (void)snprintf(message, sizeof message, "Key: %s.  %.400s", feature->name, why.message);
        break;
    }
    }
    return tfi_example_fail(parser, reterr, message);
}
