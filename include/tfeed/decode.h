/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode.h - tensors out of strings: raw numbers, lines of CSV, JSON, compressed bytes, numbers in
 * text, serialized tensors; columns of a schema that are decoded while Examples are parsed; and
 * schemas whose records are JSON or lines of CSV.
 *
 * TensorFlow's decode ops as functions on tensors. What holds for all of them:
 *
 *  - The input is a tensor of TFEED_STRING; another dtype is INVALID_ARGUMENT. The output is a new
 *    tensor, for tfeed_tensor_clear; its memory comes from the given allocator (NULL: malloc).
 *  - Either all elements are decoded or nothing is given. The message names the element, what was
 *    expected and what was found (bytes that are no text escaped), and the file and offset where
 *    the string says which file it came from.
 *  - Strings of an output may be views of an input's bytes: they hold its block. Bytes without a
 *    block must outlive the output.
 *  - No bytes are trusted. Memory grows with the length of the input; where a short input can ask
 *    for much, there is a limit.
 *
 * Thread safety: fully concurrent; tensors that are only read may be shared.   Blocks: no.
 */
#ifndef TFEED_DECODE_H
#define TFEED_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/features.h>
#include <tfeed/io.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a limit of 0 stands for. */
#define TFEED_DECODE_MAX_BYTES ((size_t)256 << 20)

/**
 * Reads strings as arrays of numbers (tf.decode_raw).
 *
 * Shapes: strings of shape S, each of n bytes; out S + [n / size of out_type]. Without strings, and
 *         with empty ones, the new dimension is 0.
 *
 * @param out_type       half, float, double, int8, int16, int32, int64, uint8, uint16, bool,
 *                       complex64 or complex128. A bool is the byte as it is.
 * @param little_endian  false: most significant byte first, in a complex number each half by itself
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    another out_type; strings of different lengths, or of a length
 *                                   that is no multiple of an element's; a shape of TFEED_MAX_DIMS
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Source: DecodeRaw; for big-endian complex numbers TensorFlow 2 (1.15 exchanges their halves).
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_decode_raw(const struct tfeed_tensor *strings,
                                                       enum tfeed_dtype out_type,
                                                       bool little_endian,
                                                       const struct tfeed_allocator *allocator,
                                                       struct tfeed_tensor *ret_tensor,
                                                       struct tfeed_error *reterr);

/**
 * The same of strings that differ in length: longer ones are cut, shorter ones filled up with zero
 * bytes (tf.io.decode_raw with fixed_length). Zeros are put behind the last byte before elements
 * are read: a piece of an element at the end becomes one.
 *
 * Shapes: strings of shape S; out S + [fixed_length / size of out_type].
 * Units:  fixed_length in bytes
 *
 * @return as tfeed_decode_raw, but lengths may differ; also TFEED_INVALID_ARGUMENT: fixed_length is
 *         not above 0, or no multiple of an element's size
 * Source: DecodePaddedRaw of TensorFlow 2 (1.15 writes beyond its buffer).
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_decode_padded_raw(
    const struct tfeed_tensor *strings, int64_t fixed_length, enum tfeed_dtype out_type,
    bool little_endian, const struct tfeed_allocator *allocator, struct tfeed_tensor *ret_tensor,
    struct tfeed_error *reterr);

/** How lines of CSV are read; fields have TensorFlow's names. */
struct tfeed_csv_options {
    const char *field_delim;    /**< one character; "," */
    bool use_quote_delim;       /**< true: fields may be in double quotes */
    const char *na_value;       /**< a field like this is missing, as an empty one always is; "" */
    const int64_t *select_cols; /**< [n_select_cols], increasing: the fields that become columns */
    size_t n_select_cols;       /**< 0: all */
    const struct tfeed_allocator *allocator; /**< of the outputs; NULL: malloc */
};

/** Sets the defaults. */
TFEED_API void tfeed_csv_options_init(struct tfeed_csv_options *options);

/**
 * Reads lines of CSV into columns (tf.decode_csv). A record is one line without its end.
 *
 *    bare field     anything but the delimiter, a quote, CR and LF; blanks belong to it
 *    quoted field   "…", may hold delimiter, CR and LF; "" is one quote; the delimiter or the end
 *                   follows at once. Without use_quote_delim quotes are like any other character.
 *    missing field  an empty one, also "", or na_value: the default, or an error where there is
 *                   none
 *
 * CR and LF before a field are passed over. A delimiter at the end adds an empty field; an empty
 * record has no field at all. With select_cols nothing behind the last selected field is looked at.
 * Numbers are written as for tfeed_string_to_number.
 *
 * Shapes: records of shape S; every ret_columns[i] S.
 *
 * @param record_defaults  [n_columns]; the dtype of each is that of its column: int32, int64,
 *                         float, double or string. Scalar or [1]: the default; [0]: none, the field
 *                         must be there.
 * @param options          NULL: the defaults
 * @param ret_columns      [n_columns]; strings without doubled quotes are views of the records,
 *                         default strings share the default's block
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    a record with another number of fields, a required field
 *                                   missing, a quote where none may be, text that is no number of
 *                                   its column's dtype: the message names field and record. Or a
 *                                   default, delimiter or select_cols not as above.
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Complexity: linear; memory is allocated for columns, and by the block for fields with doubled
 *             quotes, not for each field
 * Source: DecodeCSV of TensorFlow 1.15.
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_decode_csv(const struct tfeed_tensor *records,
                                                       const struct tfeed_tensor *record_defaults,
                                                       size_t n_columns,
                                                       const struct tfeed_csv_options *options,
                                                       struct tfeed_tensor *ret_columns,
                                                       struct tfeed_error *reterr);

/**
 * Turns Examples in protobuf's JSON form into serialized ones (tf.decode_json_example). The keys
 * keep their order, numbers are written unpacked, as TensorFlow does.
 *
 *     {"features": {"feature": {"age": {"int64List": {"value": [29]}},
 *                               "film": {"bytesList": {"value": ["Tm90dGluZyBIaWxs"]}}}}}
 *
 * Beyond strict JSON: single quotes, names without quotes, a comma behind the last member or
 * element; int64_list for int64List; one value instead of a list of one; null for what is not
 * there; numbers in quotes, "NaN", "Infinity" and "-Infinity"; whole floats as integers (1e3);
 * base64 with - and _, and without its padding. doc/formats/json-example.md says more.
 *
 * Shapes: out as strings.
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    not JSON, not UTF-8, a name that an Example does not have, a
 *                                   key twice, two lists in one feature, a value of another kind
 *                                   or out of range; the message names the byte
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Source: DecodeJSONExample of TensorFlow 1.15.
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_decode_json_example(
    const struct tfeed_tensor *strings, const struct tfeed_allocator *allocator,
    struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr);

/**
 * Decompresses each string (tf.io.decode_compressed). Of a stream that is cut, what comes before
 * the cut is given; what follows the stream, also a second gzip member, is not looked at.
 *
 * Shapes: out as strings.
 * Units:  max_bytes of one decompressed string
 *
 * @param compression_type  "ZLIB", "GZIP", or "": the output is the input
 * @param max_bytes         0: TFEED_DECODE_MAX_BYTES
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    another compression_type
 *         TFEED_DATA_LOSS           a string is damaged or no such stream
 *         TFEED_RESOURCE_EXHAUSTED  more than max_bytes, or no memory
 * Source: DecodeCompressed of TensorFlow 1.15.
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_decode_compressed(const struct tfeed_tensor *strings, const char *compression_type,
                        size_t max_bytes, const struct tfeed_allocator *allocator,
                        struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr);

/**
 * Reads each string as a number (tf.string_to_number); white space around it is passed over.
 *
 *    int32, int64    [+-] digits
 *    float, double   also with a point and an exponent, hexadecimal (0x1f, 0x1p3), inf, infinity,
 *                    nan in any case of letters. The nearest value; infinity or 0 when out of
 *                    range. A point is a point in every locale.
 *
 * This is what TensorFlow 1.15 and 2 accept taken together, but a blank string is not 0.
 *
 * Shapes: out as strings.
 *
 * @param out_type  TFEED_FLOAT, TFEED_DOUBLE, TFEED_INT32 or TFEED_INT64
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    another out_type; a string that is no such number, or an
 *                                   integer out of range: the message names element and text
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 * Source: StringToNumber.
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_string_to_number(const struct tfeed_tensor *strings, enum tfeed_dtype out_type,
                       const struct tfeed_allocator *allocator, struct tfeed_tensor *ret_tensor,
                       struct tfeed_error *reterr);

/**
 * Reads a serialized TensorProto (tf.io.parse_tensor). Values that stand in fields may be fewer
 * than the shape asks for: the last one is repeated, none are zeros.
 *
 * Shapes: serialized is a scalar; out has the shape that it says, of at most TFEED_MAX_DIMS.
 * Units:  max_bytes of a tensor whose elements are not all in `serialized`
 *
 * @param out_type   the dtype that is expected
 * @param max_bytes  0: TFEED_DECODE_MAX_BYTES
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    not a TensorProto, not one complete tensor, or of another
 *                                   dtype, which the message names
 *         TFEED_RESOURCE_EXHAUSTED  repeating would take more than max_bytes, or no memory
 * Source: ParseTensor, Tensor::FromProto.
 * Since:  0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_parse_tensor(const struct tfeed_tensor *serialized,
                                                         enum tfeed_dtype out_type,
                                                         size_t max_bytes,
                                                         const struct tfeed_allocator *allocator,
                                                         struct tfeed_tensor *ret_tensor,
                                                         struct tfeed_error *reterr);

/* -------------------------------------------------------- columns of a schema */

/** How the bytes of a feature become the elements of a row. */
enum tfeed_decoding {
    TFEED_DECODING_RAW,    /**< one value, the bytes of all elements: tfeed_decode_raw */
    TFEED_DECODING_NUMBER, /**< as many values as elements, a text each: tfeed_string_to_number */
    TFEED_DECODING_TENSOR, /**< one value, a serialized TensorProto: tfeed_parse_tensor */
    TFEED_DECODING_BYTES   /**< as many values as elements, a stream each, which become strings:
                                tfeed_decode_compressed */
};

/** What a decoded column, or each step of a decoded list, is; start from
 *  tfeed_decoded_column_init. */
struct tfeed_decoded_column {
    size_t struct_size;           /**< set by tfeed_decoded_column_init */
    enum tfeed_decoding decoding; /**< TFEED_DECODING_RAW */
    enum tfeed_dtype dtype;       /**< TFEED_UINT8; one that the function gives */
    struct tfeed_shape shape;     /**< of a row, fully known; that of a TensorProto; a scalar */
    bool big_endian;              /**< of RAW: the byte order; false */
    bool padded;                  /**< of RAW: false; true: a value may be shorter than the row, and
                                       is filled up with zero bytes, or longer, and is cut, as
                                       tfeed_decode_padded_raw does it */
    enum tfeed_compression compression; /**< of RAW and TENSOR: TFEED_COMPRESSION_NONE; GZIP, ZLIB:
                                             a value is inflated first, as by
                                             tfeed_decode_compressed. Of BYTES: GZIP or ZLIB */
    size_t max_bytes; /**< of compressed values of a column of strings: what one may inflate to; 0:
                           TFEED_DECODE_MAX_BYTES */
    const struct tfeed_tensor *default_value; /**< NULL: the feature must be there. Else the row of
                                                   an Example without it: the column's dtype and as
                                                   many elements as shape has; copied. Of a list:
                                                   NULL */
};

/** Sets the defaults named above. */
TFEED_API void tfeed_decoded_column_init(struct tfeed_decoded_column *options);

/**
 * Adds a feature of bytes that becomes numbers or other strings while an Example is parsed
 * (FixedLenFeature of tf.string, then a decode op). The column is one of TFEED_COLUMN_FIXED,
 * wherever columns are: in tensors, batches, contexts of SequenceExamples, the loader's and the
 * batchers' columns.
 *
 * A value that cannot be decoded, or to another number of bytes or another shape than the row has,
 * makes its Example INVALID_ARGUMENT: the message names the feature and says what tfeed_decode_raw
 * and its neighbours say.
 *
 * A compressed value is inflated to what its row can take and no further: RAW to the bytes of the
 * row (padded ones are not looked at behind that), a TensorProto of numbers to 12 bytes an element
 * more than the row has, and 1 KiB. What becomes strings is inflated to max_bytes at most; more is
 * INVALID_ARGUMENT, as a fault of the Example.
 *
 * Strings of a TensorProto that is not compressed are views of their record, as those of other
 * columns are. What was inflated stands in blocks that many strings share, each of which lives as
 * long as one of its strings; also what a later value of the same Example replaced lives so long.
 *
 * For bytes that are scaled to floats: tfeed_schema_add_raw. For the steps of a SequenceExample's
 * list: tfeed_sequence_schema_add_decoded.
 *
 * Shapes: column [n_rows] + shape.
 *
 * @param name  of the feature and the column; copied
 * @return as tfeed_schema_add_fixed; TFEED_INVALID_ARGUMENT also for a struct_size, decoding, dtype
 *         or compression not as above, byte order, padding, compression or a limit where there is
 *         none, and a padded row of no bytes
 * Thread safety: externally locked, as all that adds to a schema.
 * Complexity:    no allocation per row, but the blocks of inflated strings, of 16 KiB or of one
 *                longer string. A parser holds an inflater for each compressed column, and room
 *                for the longest value inflated so far. zlib takes the rest of its memory with
 *                the first value that needs it: then parsing may be TFEED_RESOURCE_EXHAUSTED, as
 *                where there is no room for a value.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_schema_add_decoded(struct tfeed_schema *schema, const char *name,
                         const struct tfeed_decoded_column *options, struct tfeed_error *reterr);

/* -------------------------------------------------------- records of a schema */

/*
 * Records of a schema are serialized Examples unless it says otherwise. The two functions below
 * make them texts, wherever such a schema is used: by a tfeed_example_parser, and with it in the
 * loader, in the batchers and by a tfeed_schema_checker. The columns stay what they are.
 *
 * The last call counts. A text that cannot be read makes its record INVALID_ARGUMENT: the message
 * says what tfeed_decode_json_example and tfeed_decode_csv say, and names the file and the byte in
 * it where the record knows them. SequenceExamples have one form only: with such a schema as their
 * context, making a parser is INVALID_ARGUMENT. Encoders write Examples, whatever is read.
 *
 * Thread safety: externally locked, as all that adds to a schema.
 */

/**
 * Makes the records of a schema Examples in protobuf's JSON form, as tfeed_decode_json_example
 * reads them (tf.decode_json_example before tf.parse_example). All kinds of columns can be.
 *
 * @return TFEED_OK
 *         TFEED_FAILED_PRECONDITION  a parser was made of this schema
 * Complexity: a record is written as an Example first, in memory that the parser keeps; no
 *             allocation per record. Strings hold blocks of that, not of their record.
 * Since:      0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_schema_set_json_records(struct tfeed_schema *schema,
                                                                    struct tfeed_error *reterr);

/**
 * Makes the records of a schema lines of CSV, as tfeed_decode_csv reads them (tf.TextLineReader or
 * any other, then tf.decode_csv). The columns are the fields in their order, or those of
 * select_cols; names are for the columns only.
 *
 *    float32, int64, int32    tfeed_schema_add_fixed: the number that the field spells
 *    string                   the field
 *    double, and others       tfeed_schema_add_decoded: TFEED_DECODING_NUMBER is the number, other
 *                             decodings are of the bytes of the field; so is tfeed_schema_add_raw
 *
 * A missing field takes the default value of its column; where that has none, the record is
 * INVALID_ARGUMENT.
 *
 * A row is made of one field a column. So columns of another number of values (a shape of other
 * than one element, where no decoding makes the row of one value) or of rows of any length, and
 * select_cols of another number than columns are INVALID_ARGUMENT when a parser is made, or a
 * loader opened.
 *
 * @param options  NULL: the defaults; copied, allocator is not looked at
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT     field_delim or select_cols not as tfeed_csv_options says
 *         TFEED_FAILED_PRECONDITION  a parser was made of this schema
 *         TFEED_RESOURCE_EXHAUSTED   no memory
 * Complexity: as tfeed_decode_csv: strings are views that hold their record's block, but for fields
 *             with doubled quotes; no allocation per record.
 * Since:      0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status
tfeed_schema_set_csv_records(struct tfeed_schema *schema, const struct tfeed_csv_options *options,
                             struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
