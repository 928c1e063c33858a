/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * parse_tensor.c - serialized TensorProtos.
 *
 *   TensorProto        dtype = 1, tensor_shape = 2, tensor_content = 4, and per dtype a list of
 *                      values: half 13, float 5, double 6, int 7, string 8, scomplex 9, int64 10,
 *                      bool 11, dcomplex 12, uint32 16, uint64 17
 *   TensorShapeProto   dim = 2 { size = 1 }, unknown_rank = 3
 *
 * tensor_content, where it is not empty, is the elements as they lie in memory; for strings all
 * their lengths as varints, then all their bytes. Otherwise the list of values counts: elements
 * beyond the shape are left out, missing ones repeat the last, or are zeros where there is none.
 *
 * The first pass finds dtype, shape and content, the second reads the values into the tensor. What
 * occurs in several pieces is merged as in every protobuf message.
 */
#include <string.h>

#include "core/block_internal.h"
#include "features/decode_private.h"
#include "features/wire_private.h"

enum {
    FIELD_DTYPE = 1,
    FIELD_SHAPE = 2,
    FIELD_CONTENT = 4,
    FIELD_SHAPE_DIM = 2,
    FIELD_SHAPE_UNKNOWN_RANK = 3,
    FIELD_DIM_SIZE = 1
};

struct proto {
    const struct tfeed_bytes *serialized;
    uint64_t dtype;
    struct tfeed_shape shape; /* of all dimensions, or as many as a shape may have */
    int64_t n_dims;
    bool has_unknown_rank;
    struct tfi_wire content;
};

/* Where the values of a dtype stand. A complex number is two values. */
struct value_list {
    uint32_t number;
    enum tfi_wire_type type;
    size_t n_values; /* of one element */
};

static struct value_list list_of(enum tfeed_dtype dtype)
{
    switch (dtype) {
    case TFEED_HALF:
        return (struct value_list){13, TFI_WIRE_VARINT, 1};
    case TFEED_FLOAT:
        return (struct value_list){5, TFI_WIRE_I32, 1};
    case TFEED_DOUBLE:
        return (struct value_list){6, TFI_WIRE_I64, 1};
    case TFEED_INT32:
    case TFEED_INT16:
    case TFEED_INT8:
    case TFEED_UINT16:
    case TFEED_UINT8:
        return (struct value_list){7, TFI_WIRE_VARINT, 1};
    case TFEED_STRING:
        return (struct value_list){8, TFI_WIRE_LEN, 1};
    case TFEED_COMPLEX64:
        return (struct value_list){9, TFI_WIRE_I32, 2};
    case TFEED_INT64:
        return (struct value_list){10, TFI_WIRE_VARINT, 1};
    case TFEED_BOOL:
        return (struct value_list){11, TFI_WIRE_VARINT, 1};
    case TFEED_COMPLEX128:
        return (struct value_list){12, TFI_WIRE_I64, 2};
    case TFEED_UINT32:
        return (struct value_list){16, TFI_WIRE_VARINT, 1};
    case TFEED_UINT64:
        return (struct value_list){17, TFI_WIRE_VARINT, 1};
    case TFEED_DTYPE_INVALID:
        break;
    }
    return (struct value_list){0, TFI_WIRE_LEN, 0};
}

static tfeed_status fail_malformed(const struct proto *proto, const uint8_t *at,
                                   struct tfeed_error *reterr)
{
    return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized, at,
                           "Could not parse `serialized` as TensorProto: %zu bytes, malformed near "
                           "byte %td",
                           proto->serialized->len, at - proto->serialized->data);
}

#define CANNOT_PARSE "Cannot parse tensor from proto: "

/* ------------------------------------------------------- dtype, shape, content */

static uint64_t varint_of(const struct tfi_field *field)
{
    uint64_t value = 0;
    (void)tfi_wire_varint(field->data, field->data + field->len, &value); /* read before */
    return value;
}

static bool read_dim(struct tfi_wire dim, int64_t *ret_size)
{
    int64_t size = 0;
    while (!tfi_wire_done(&dim)) {
        struct tfi_field field;
        if (!tfi_wire_field(&dim, &field))
            return false;
        if (field.number == FIELD_DIM_SIZE && field.type == TFI_WIRE_VARINT)
            size = (int64_t)varint_of(&field);
    }
    *ret_size = size;
    return true;
}

static bool read_shape(struct tfi_wire shape, struct proto *proto)
{
    while (!tfi_wire_done(&shape)) {
        struct tfi_field field;
        int64_t size;
        if (!tfi_wire_field(&shape, &field))
            return false;
        if (tfi_field_is_len(&field, FIELD_SHAPE_DIM)) {
            if (!read_dim(tfi_wire_of(&field), &size))
                return false;
            if (proto->n_dims < TFEED_MAX_DIMS)
                proto->shape.dims[proto->n_dims] = size;
            proto->n_dims++;
        } else if (field.number == FIELD_SHAPE_UNKNOWN_RANK && field.type == TFI_WIRE_VARINT) {
            proto->has_unknown_rank = varint_of(&field) != 0;
        }
    }
    return true;
}

static tfeed_status read_head(struct proto *proto, struct tfeed_error *reterr)
{
    struct tfi_wire wire = {proto->serialized->data,
                            proto->serialized->data + proto->serialized->len};
    while (!tfi_wire_done(&wire)) {
        const uint8_t *start = wire.at;
        struct tfi_field field;
        if (!tfi_wire_field(&wire, &field))
            return fail_malformed(proto, start, reterr);
        if (field.number == FIELD_DTYPE && field.type == TFI_WIRE_VARINT)
            proto->dtype = varint_of(&field);
        else if (tfi_field_is_len(&field, FIELD_CONTENT))
            proto->content = tfi_wire_of(&field);
        else if (tfi_field_is_len(&field, FIELD_SHAPE) && !read_shape(tfi_wire_of(&field), proto))
            return fail_malformed(proto, start, reterr);
    }
    return TFEED_OK;
}

/* Sets the number of dimensions; *ret_n is the number of elements. */
static tfeed_status check_shape(struct proto *proto, int64_t *ret_n, struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    if (proto->has_unknown_rank)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized,
                               proto->serialized->data,
                               CANNOT_PARSE "the rank of its shape is unknown");
    if (proto->n_dims > TFEED_MAX_DIMS)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized,
                               proto->serialized->data,
                               CANNOT_PARSE "%lld dimensions, at most %d are read",
                               (long long)proto->n_dims, TFEED_MAX_DIMS);
    proto->shape.n_dims = (int32_t)proto->n_dims;
    if (tfeed_shape_n_elements(&proto->shape, ret_n) != TFEED_OK)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized,
                               proto->serialized->data,
                               CANNOT_PARSE "its shape %s is no complete one",
                               tfeed_shape_format(&proto->shape, text));
    return TFEED_OK;
}

static tfeed_status check_dtype(const struct proto *proto, enum tfeed_dtype out_type,
                                struct tfeed_error *reterr)
{
    const bool is_known =
        proto->dtype <= INT32_MAX && tfeed_dtype_size((enum tfeed_dtype)proto->dtype) > 0;
    if (is_known && proto->dtype == (uint64_t)out_type)
        return TFEED_OK;
    if (!is_known)
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized,
                               proto->serialized->data,
                               CANNOT_PARSE "its dtype is number %llu, %s expected",
                               (unsigned long long)proto->dtype, tfeed_dtype_name(out_type));
    return tfi_decode_fail(
        reterr, TFEED_INVALID_ARGUMENT, proto->serialized, proto->serialized->data,
        "Type mismatch between parsed tensor (%s) and dtype (%s)",
        tfeed_dtype_name((enum tfeed_dtype)proto->dtype), tfeed_dtype_name(out_type));
}

/* A few bytes can stand for a tensor of any size: elements that are there take a byte at least, and
 * only so many more are made as the limit allows. */
static tfeed_status check_size(const struct proto *proto, int64_t n, size_t max_bytes,
                               struct tfeed_error *reterr)
{
    const size_t size = tfeed_dtype_size((enum tfeed_dtype)proto->dtype);
    const size_t content_len = (size_t)(proto->content.end - proto->content.at);
    size_t bytes;
    if (__builtin_mul_overflow((size_t)n, size, &bytes))
        bytes = SIZE_MAX;
    if (n > 0 && content_len > 0 &&
        (proto->dtype == TFEED_STRING ? (size_t)n > content_len : bytes != content_len))
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized, proto->content.at,
                               CANNOT_PARSE "content of %zu bytes for %lld elements of %s",
                               content_len, (long long)n,
                               tfeed_dtype_name((enum tfeed_dtype)proto->dtype));
    if ((size_t)n > proto->serialized->len && bytes > max_bytes)
        return tfi_decode_fail(reterr, TFEED_RESOURCE_EXHAUSTED, proto->serialized,
                               proto->serialized->data,
                               "a TensorProto of %zu bytes stands for a tensor of %zu bytes, more "
                               "than the limit of %zu",
                               proto->serialized->len, bytes, max_bytes);
    return TFEED_OK;
}

/* ----------------------------------------------------------------- contents */

/* Puts the views of strings that lie one behind the other; false where their lengths are not the
 * content's. */
static bool take_content_strings(const struct proto *proto, const struct tfeed_tensor *tensor,
                                 size_t n)
{
    struct tfeed_bytes *strings = tfeed_tensor_strings(tensor);
    const uint8_t *at = proto->content.at;
    const uint8_t *end = proto->content.end;
    uint64_t len;
    for (size_t i = 0; i < n; i++) {
        at = tfi_wire_varint(at, end, &len);
        if (at == NULL || len > (uint64_t)(end - at))
            return false;
        strings[i].len = (size_t)len;
    }
    for (size_t i = 0; i < n; i++) {
        if (strings[i].len > (size_t)(end - at))
            return false;
        strings[i].data = at;
        at += strings[i].len;
    }
    return at == end;
}

static tfeed_status take_content(const struct proto *proto, const struct tfeed_tensor *tensor,
                                 size_t n, struct tfeed_error *reterr)
{
    if (proto->dtype != TFEED_STRING) {
        memcpy(tensor->data, proto->content.at, (size_t)(proto->content.end - proto->content.at));
        return TFEED_OK;
    }
    if (take_content_strings(proto, tensor, n))
        return TFEED_OK;
    return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto->serialized, proto->content.at,
                           CANNOT_PARSE "lengths of strings that do not add up to the content's");
}

/* ------------------------------------------------------------------- values */

/* Where the next value goes. */
struct filling {
    enum tfeed_dtype dtype;
    size_t value_bytes;
    size_t n; /* values there is room for */
    size_t n_filled;
    uint8_t *data;
};

static void put_varint(struct filling *filling, uint64_t value)
{
    if (filling->n_filled == filling->n)
        return;
    if (filling->dtype == TFEED_BOOL)
        value = value != 0;
    /* little-endian: the low bytes, as a cast to a narrower integer takes them */
    memcpy(filling->data + filling->n_filled++ * filling->value_bytes, &value,
           filling->value_bytes);
}

static void put_fixed(struct filling *filling, const uint8_t *values, size_t len)
{
    const size_t room = filling->n - filling->n_filled;
    size_t n = len / filling->value_bytes;
    if (n > room)
        n = room;
    if (n > 0)
        memcpy(filling->data + filling->n_filled * filling->value_bytes, values,
               n * filling->value_bytes);
    filling->n_filled += n;
}

/* The values of one field, packed or not; false where it is malformed. */
static bool put_field(struct filling *filling, const struct value_list *list,
                      const struct tfi_field *field)
{
    if (list->type == TFI_WIRE_LEN) {
        if (field->type == TFI_WIRE_LEN && filling->n_filled < filling->n) {
            const struct tfeed_bytes string = {field->data, field->len, NULL};
            memcpy(filling->data + filling->n_filled++ * sizeof string, &string, sizeof string);
        }
        return true;
    }
    if (field->type != list->type && field->type != TFI_WIRE_LEN)
        return true; /* an unknown field */
    if (list->type != TFI_WIRE_VARINT) {
        if (field->len % filling->value_bytes != 0)
            return false;
        put_fixed(filling, field->data, field->len);
        return true;
    }
    const uint8_t *end = field->data + field->len;
    for (const uint8_t *at = field->data; at < end;) {
        uint64_t value;
        at = tfi_wire_varint(at, end, &value);
        if (at == NULL)
            return false;
        put_varint(filling, value);
    }
    return true;
}

/* Repeats the last whole element to the end. */
static void fill_up(const struct filling *filling, size_t n_values_of_element)
{
    const size_t size = filling->value_bytes * n_values_of_element;
    const size_t n = filling->n / n_values_of_element;
    const size_t n_filled = filling->n_filled / n_values_of_element;
    if (n_filled == 0)
        memset(filling->data, 0, n * size);
    for (size_t i = n_filled; n_filled > 0 && i < n; i++)
        memcpy(filling->data + i * size, filling->data + (n_filled - 1) * size, size);
}

static tfeed_status take_values(const struct proto *proto, const struct tfeed_tensor *tensor,
                                size_t n, struct tfeed_error *reterr)
{
    const struct value_list list = list_of(tensor->dtype);
    struct tfi_wire wire = {proto->serialized->data,
                            proto->serialized->data + proto->serialized->len};
    struct filling filling = {.dtype = tensor->dtype,
                              .value_bytes = tfeed_dtype_size(tensor->dtype) / list.n_values,
                              .n = n * list.n_values,
                              .data = tensor->data};
    while (!tfi_wire_done(&wire)) {
        const uint8_t *start = wire.at;
        struct tfi_field field;
        if (!tfi_wire_field(&wire, &field) ||
            (field.number == list.number && !put_field(&filling, &list, &field)))
            return fail_malformed(proto, start, reterr);
    }
    fill_up(&filling, list.n_values);
    return TFEED_OK;
}

/* Strings name the block that has the bytes that they are views of. */
static void name_block(const struct tfeed_tensor *tensor, size_t n, struct tfeed_block *block)
{
    struct tfeed_bytes *strings = tfeed_tensor_strings(tensor);
    for (size_t i = 0; i < n; i++)
        strings[i].block = block;
}

/* -------------------------------------------------------------------- calls */

/* dtype, shape and where the elements are; *ret_n is their number. */
static tfeed_status open_proto(const struct tfeed_bytes *serialized, enum tfeed_dtype out_type,
                               struct proto *ret_proto, int64_t *ret_n, struct tfeed_error *reterr)
{
    static const struct tfeed_bytes empty = {(const uint8_t *)"", 0, NULL};
    *ret_proto = (struct proto){.serialized = serialized->len > 0 ? serialized : &empty};
    TFI_TRY(read_head(ret_proto, reterr));
    TFI_TRY(check_dtype(ret_proto, out_type, reterr));
    return check_shape(ret_proto, ret_n, reterr);
}

static tfeed_status take_elements(const struct proto *proto, struct tfeed_block *block,
                                  const struct tfeed_tensor *tensor, size_t n,
                                  struct tfeed_error *reterr)
{
    const bool has_content = n > 0 && proto->content.at != proto->content.end;
    TFI_TRY((has_content ? take_content : take_values)(proto, tensor, n, reterr));
    if (tensor->dtype == TFEED_STRING)
        name_block(tensor, n, block);
    return TFEED_OK;
}

tfeed_status tfi_parse_tensor_into(const struct tfeed_bytes *serialized, struct tfeed_block *block,
                                   const struct tfeed_tensor *tensor, struct tfeed_error *reterr)
{
    struct proto proto;
    int64_t n = 0;
    TFI_TRY(open_proto(serialized, tensor->dtype, &proto, &n, reterr));
    if (!tfeed_shape_equal(&proto.shape, &tensor->shape)) {
        char found[TFEED_SHAPE_TEXT_BYTES];
        char wanted[TFEED_SHAPE_TEXT_BYTES];
        return tfi_decode_fail(reterr, TFEED_INVALID_ARGUMENT, proto.serialized,
                               proto.serialized->data, "a tensor of shape %s, expected %s",
                               tfeed_shape_format(&proto.shape, found),
                               tfeed_shape_format(&tensor->shape, wanted));
    }
    TFI_TRY(check_size(&proto, n, SIZE_MAX, reterr));
    return take_elements(&proto, block, tensor, (size_t)n, reterr);
}

static tfeed_status check_serialized(const struct tfeed_tensor *serialized,
                                     struct tfeed_error *reterr)
{
    char text[TFEED_SHAPE_TEXT_BYTES];
    TFI_TRY(tfi_decode_check_strings(serialized, reterr));
    if (serialized->shape.n_dims == 0)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    "Expected `serialized` to be a scalar, got shape: %s",
                    tfeed_shape_format(&serialized->shape, text));
}

tfeed_status tfeed_parse_tensor(const struct tfeed_tensor *serialized, enum tfeed_dtype out_type,
                                size_t max_bytes, const struct tfeed_allocator *allocator,
                                struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    struct tfeed_tensor tensor = {0};
    struct proto proto;
    int64_t n = 0;
    TFI_TRY(check_serialized(serialized, reterr));
    TFI_TRY(open_proto(tfeed_tensor_strings(serialized), out_type, &proto, &n, reterr));
    TFI_TRY(check_size(&proto, n, max_bytes > 0 ? max_bytes : TFEED_DECODE_MAX_BYTES, reterr));
    TFI_TRY(tfeed_tensor_alloc(out_type, &proto.shape, allocator, &tensor, reterr));
    struct tfeed_block *block = proto.serialized->block;
    const tfeed_status status = take_elements(&proto, block, &tensor, (size_t)n, reterr);
    if (status != TFEED_OK) {
        tfeed_tensor_clear(&tensor);
        return status;
    }
    if (out_type == TFEED_STRING)
        tfi_block_ref_n(block, (size_t)n);
    *ret_tensor = tensor;
    return TFEED_OK;
}
