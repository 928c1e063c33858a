/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decoded_column.c - columns that are decoded while they are parsed: adding one to a schema, and a
 * value into its row, by the functions behind decode.h.
 *
 * Raw bytes in the machine's order that are just as many as the row has need no decoding: they are
 * TFI_STORE_RAW_BYTES, as images are, which the parser of Examples copies itself. All else comes
 * here, value by value; of a SequenceExample's lists, whose steps are such rows, everything:
 *
 *    RAW      bytes, inflated or copied into the row, then turned round there
 *    NUMBER   a text, an element
 *    TENSOR   a message, inflated into `inflated` first
 *    BYTES    a stream, an element
 *
 * Strings are views: of the record, or where they were inflated of kept bytes. How many bytes those
 * are is known when all are there: they are inflated into `inflated` first, and copied.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "features/decode_private.h"
#include "features/decoded_column_private.h"
#include "features/number_field_private.h"
#include "features/raw_column_private.h"
#include "io/inflate_bytes_internal.h"

/* ------------------------------------------------------------------- adding */

void tfeed_decoded_column_init(struct tfeed_decoded_column *options)
{
    *options = (struct tfeed_decoded_column){.struct_size = sizeof *options,
                                             .decoding = TFEED_DECODING_RAW,
                                             .dtype = TFEED_UINT8,
                                             .shape = TFEED_SHAPE_SCALAR,
                                             .compression = TFEED_COMPRESSION_NONE};
}

static bool is_decodable(enum tfeed_decoding decoding, enum tfeed_dtype dtype)
{
    switch (decoding) {
    case TFEED_DECODING_RAW:
        return tfi_raw_is_decodable(dtype);
    case TFEED_DECODING_NUMBER:
        return tfi_is_number_field(dtype);
    case TFEED_DECODING_TENSOR:
        return tfeed_dtype_size(dtype) > 0;
    case TFEED_DECODING_BYTES:
        break;
    }
    return dtype == TFEED_STRING;
}

static tfeed_status check_compression(const char *what, const char *name,
                                      const struct tfeed_decoded_column *options,
                                      struct tfeed_error *reterr)
{
    const enum tfeed_compression compression = options->compression;
    if (options->max_bytes > 0 &&
        (compression == TFEED_COMPRESSION_NONE || options->dtype != TFEED_STRING))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded %s '%s': a limit of bytes is for strings that are inflated", what,
                        name);
    if (compression == TFEED_COMPRESSION_NONE && options->decoding != TFEED_DECODING_BYTES)
        return TFEED_OK;
    if (options->decoding == TFEED_DECODING_NUMBER)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded %s '%s': numbers in text are not compressed", what, name);
    if (compression == TFEED_COMPRESSION_GZIP || compression == TFEED_COMPRESSION_ZLIB)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "decoded %s '%s': compression %s (%d), expected %sgzip or zlib", what, name,
                    tfeed_compression_name(compression), (int)compression,
                    options->decoding == TFEED_DECODING_BYTES ? "" : "none, ");
}

static tfeed_status check_options(const char *what, const char *name,
                                  const struct tfeed_decoded_column *options,
                                  struct tfeed_error *reterr)
{
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded %s '%s': options have struct_size %zu, expected %zu: call "
                        "tfeed_decoded_column_init",
                        what, name, options->struct_size, sizeof *options);
    if ((unsigned)options->decoding > TFEED_DECODING_BYTES)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded %s '%s': no decoding has the number %d", what, name,
                        (int)options->decoding);
    if (!is_decodable(options->decoding, options->dtype))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded %s '%s': dtype %s is not one that its bytes are decoded to", what,
                        name, tfeed_dtype_name(options->dtype));
    if (options->decoding != TFEED_DECODING_RAW && (options->big_endian || options->padded))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded %s '%s': byte order and padding are those of raw bytes", what,
                        name);
    return check_compression(what, name, options, reterr);
}

/* True where the value is the bytes of the row. */
static bool is_as_it_lies(const struct tfeed_decoded_column *options)
{
    return options->decoding == TFEED_DECODING_RAW && !options->big_endian && !options->padded &&
           options->compression == TFEED_COMPRESSION_NONE;
}

tfeed_status tfi_decoded_describe(const char *what, const char *name,
                                  const struct tfeed_decoded_column *options,
                                  struct tfi_feature *ret_feature, struct tfeed_error *reterr)
{
    TFI_TRY(check_options(what, name, options, reterr));
    *ret_feature = (struct tfi_feature){
        .store = is_as_it_lies(options) ? TFI_STORE_RAW_BYTES : TFI_STORE_DECODED,
        .kind = TFEED_FEATURE_BYTES,
        .dtype = options->dtype,
        .shape = options->shape,
        .decoded = {options->decoding, options->big_endian, options->padded, options->compression,
                    options->max_bytes < PTRDIFF_MAX ? options->max_bytes : PTRDIFF_MAX},
    };
    return TFEED_OK;
}

tfeed_status tfeed_schema_add_decoded(struct tfeed_schema *schema, const char *name,
                                      const struct tfeed_decoded_column *options,
                                      struct tfeed_error *reterr)
{
    struct tfi_feature feature;
    int64_t n_elements;
    TFI_TRY(tfi_decoded_describe("feature", name, options, &feature, reterr));
    if (options->padded && tfeed_shape_n_elements(&options->shape, &n_elements) == TFEED_OK &&
        n_elements == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "decoded feature '%s': a row of no bytes cannot be padded", name);
    return tfi_schema_add_rows(schema, name, &feature, options->default_value, reterr);
}

/* ----------------------------------------------------------------- decoding */

struct tfi_decoder {
    const struct tfi_feature *feature;
    const struct tfeed_allocator *allocator;
    tfi_scale_bytes_function *scale_bytes;
    struct tfi_bytes_inflater *inflater; /* NULL: values are not compressed */
    struct tfi_byte_buffer inflated;     /* a value that does not go into the row itself */
    size_t max_bytes;                    /* that such a one may have */
};

/* What a TensorProto of a row takes at most: each value has a varint of 10 bytes or its own bytes,
 * and a tag of up to 2; in front of them stand dtype and shape. */
static bool size_of_proto(const struct tfi_feature *feature, size_t *ret_bytes)
{
    enum { BYTES_OF_VALUE = 12, BYTES_OF_HEAD = 1024 };
    size_t n_bytes;
    return !__builtin_mul_overflow(feature->n_elements, (size_t)BYTES_OF_VALUE, &n_bytes) &&
           !__builtin_add_overflow(n_bytes, feature->row_bytes + BYTES_OF_HEAD, ret_bytes);
}

/* What a compressed column needs; false: no memory. */
static bool make_inflater(struct tfi_decoder *decoder)
{
    const struct tfi_feature *feature = decoder->feature;
    decoder->inflater = tfi_bytes_inflater_new(
        feature->decoded.compression == TFEED_COMPRESSION_GZIP, decoder->allocator);
    if (decoder->inflater == NULL)
        return false;
    decoder->inflated.allocator = decoder->allocator;
    if (feature->dtype == TFEED_STRING) {
        decoder->max_bytes = feature->decoded.max_bytes;
        if (decoder->max_bytes == 0)
            decoder->max_bytes = TFEED_DECODE_MAX_BYTES;
        return true;
    }
    return feature->decoded.decoding == TFEED_DECODING_RAW ||
           size_of_proto(feature, &decoder->max_bytes);
}

tfeed_status tfi_decoder_new(const struct tfi_feature *feature,
                             const struct tfeed_allocator *allocator,
                             struct tfi_decoder **ret_decoder, struct tfeed_error *reterr)
{
    struct tfi_decoder *decoder = tfi_alloc_zeroed(allocator, 1, sizeof *decoder);
    if (decoder == NULL)
        return tfi_fail_memory(reterr, "a decoder");
    decoder->feature = feature;
    decoder->allocator = allocator;
    decoder->scale_bytes = tfi_scale_bytes_variant(tfi_cpu_level());
    if (feature->decoded.compression != TFEED_COMPRESSION_NONE && !make_inflater(decoder)) {
        tfi_decoder_free(decoder);
        return tfi_fail_memory(reterr, "a decoder");
    }
    *ret_decoder = decoder;
    return TFEED_OK;
}

void tfi_decoder_free(struct tfi_decoder *decoder)
{
    if (decoder == NULL)
        return;
    tfi_bytes_inflater_free(decoder->inflater);
    tfi_byte_buffer_clear(&decoder->inflated);
    tfi_free(decoder->allocator, decoder);
}

static tfeed_status fail_inflate(const struct tfeed_bytes *value, tfeed_status status,
                                 const struct tfeed_error *why, struct tfeed_error *reterr)
{
    return tfi_fail(reterr, status, "%zu bytes: inflate() failed: %s", value->len, why->message);
}

static tfeed_status fail_length(const char *more, size_t len, size_t expected,
                                struct tfeed_error *reterr)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Raw value of %s%zu bytes, expected %zu.", more,
                    len, expected);
}

static tfeed_status decode_scaled(const struct tfi_decoder *decoder,
                                  const struct tfeed_bytes *value, uint8_t *row,
                                  struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = decoder->feature;
    const struct tfi_ahead nothing = {value->data, value->data};
    if (value->len != feature->value_bytes)
        return fail_length("", value->len, feature->value_bytes, reterr);
    decoder->scale_bytes(value->data, value->len, feature->scale, feature->offset, &nothing,
                         (float *)(void *)row);
    return TFEED_OK;
}

static tfeed_status decode_raw(struct tfi_decoder *decoder, const struct tfeed_bytes *value,
                               uint8_t *row, struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = decoder->feature;
    const size_t row_bytes = feature->row_bytes;
    size_t len = value->len;
    if (decoder->inflater != NULL) {
        struct tfeed_error why = TFEED_ERROR_INIT;
        const tfeed_status status = tfi_bytes_inflater_run(decoder->inflater, value->data,
                                                           value->len, row, row_bytes, &len, &why);
        if (status != TFEED_OK)
            return fail_inflate(value, status, &why, reterr);
    }
    if (len != row_bytes && !feature->decoded.padded)
        return fail_length(len > row_bytes && decoder->inflater != NULL ? "at least " : "", len,
                           row_bytes, reterr);
    if (decoder->inflater == NULL)
        tfi_raw_copy(value->data, len, row, row_bytes);
    else if (len < row_bytes)
        memset(row + len, 0, row_bytes - len);
    if (feature->decoded.big_endian)
        tfi_raw_turn(feature->dtype, row, row_bytes);
    return TFEED_OK;
}

/* Inflates a value into decoder->inflated. */
static tfeed_status inflate_value(struct tfi_decoder *decoder, const struct tfeed_bytes *value,
                                  struct tfeed_error *reterr)
{
    struct tfeed_error why = TFEED_ERROR_INIT;
    decoder->inflated.len = 0;
    const tfeed_status status = tfi_bytes_inflater_append(
        decoder->inflater, value->data, value->len, decoder->max_bytes, &decoder->inflated, &why);
    if (status != TFEED_OK)
        return fail_inflate(value, status, &why, reterr);
    if (decoder->inflated.len <= decoder->max_bytes)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "%zu bytes inflate to more than the limit of %zu for a value of this feature",
                    value->len, decoder->max_bytes);
}

/* … and copies it to where strings may be views of it. */
static tfeed_status inflate_kept(struct tfi_decoder *decoder, const struct tfeed_bytes *value,
                                 struct tfi_kept_bytes *kept, struct tfeed_bytes *ret_view,
                                 struct tfeed_error *reterr)
{
    const struct tfi_byte_buffer *inflated = &decoder->inflated;
    uint8_t *copy;
    TFI_TRY(inflate_value(decoder, value, reterr));
    if (inflated->len == 0) {
        *ret_view = (struct tfeed_bytes){(const uint8_t *)"", 0, NULL};
        return TFEED_OK;
    }
    TFI_TRY(tfi_kept_bytes_take(kept, inflated->len, &copy, reterr));
    memcpy(copy, inflated->data, inflated->len);
    *ret_view = (struct tfeed_bytes){copy, inflated->len, kept->block};
    return TFEED_OK;
}

static tfeed_status decode_tensor(struct tfi_decoder *decoder, const struct tfeed_bytes *value,
                                  struct tfi_kept_bytes *kept, const struct tfeed_tensor *row,
                                  struct tfeed_error *reterr)
{
    struct tfeed_bytes view;
    if (decoder->inflater == NULL) {
        view = *value;
    } else if (row->dtype == TFEED_STRING) {
        TFI_TRY(inflate_kept(decoder, value, kept, &view, reterr));
    } else {
        TFI_TRY(inflate_value(decoder, value, reterr));
        view = (struct tfeed_bytes){decoder->inflated.data, decoder->inflated.len, NULL};
    }
    /* without its block: the caller says where the value stands */
    const struct tfeed_bytes message = {view.data, view.len, NULL};
    return tfi_parse_tensor_into(&message, view.block, row, reterr);
}

tfeed_status tfi_decoder_decode(struct tfi_decoder *decoder, const struct tfeed_bytes *value,
                                size_t i, struct tfi_kept_bytes *kept, uint8_t *row,
                                struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = decoder->feature;
    const struct tfeed_tensor tensor = tfeed_tensor_borrow(feature->dtype, &feature->shape, row);
    if (feature->store == TFI_STORE_RAW_FLOAT)
        return decode_scaled(decoder, value, row, reterr);
    switch (feature->decoded.decoding) {
    case TFEED_DECODING_RAW:
        return decode_raw(decoder, value, row, reterr);
    case TFEED_DECODING_NUMBER:
        return tfi_string_to_number(&(struct tfeed_bytes){value->data, value->len, NULL}, &tensor,
                                    (int64_t)i, reterr);
    case TFEED_DECODING_TENSOR:
        return decode_tensor(decoder, value, kept, &tensor, reterr);
    case TFEED_DECODING_BYTES:
        return inflate_kept(decoder, value, kept, &tfeed_tensor_strings(&tensor)[i], reterr);
    }
    return TFEED_INTERNAL;
}
