/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * decode_json_example.c - Examples in protobuf's JSON form into serialized ones.
 *
 * The text is read once, and each message is written as it is read: a byte is kept free for its
 * length, and what is in it moves up when it ends where that takes more. Messages lie five deep, so
 * each byte moves a few times at most.
 *
 *     {"features": {"feature": {"a": {"int64List": {"value": [1, 300]}}}}}
 *      0a LL        │           0a LL 0a 01 61  12 LL 1a LL   08 01 08 ac 02
 *      Example      the map     entry    key    value list    values, unpacked as TensorFlow has
 *                   itself is                                 them
 *                   no message
 *
 * Protobuf's dialect has its own reader, json_text.c, which also says why. That a key does not
 * occur twice is seen when its map ends, by sorting.
 */
#include <tfeed/features.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/base64_internal.h"
#include "core/number_text_internal.h"
#include "features/decode_private.h"
#include "features/json_decoder_private.h"
#include "features/json_text_private.h"
#include "features/wire_private.h"

/* A key of the map that is being read. */
struct key {
    size_t offset; /* of its bytes, in the output */
    size_t len;
    const uint8_t *at; /* where it stands in the text */
};

struct tfi_json_decoder {
    const struct tfeed_allocator *allocator;
    struct tfi_json_text json;
    struct tfi_byte_buffer output;
    struct key *keys;
    size_t n_keys;
    size_t keys_capacity;
    struct tfeed_error *reterr;
};

/* What stands between the braces of a message, behind the opening one. */
typedef tfeed_status (*read_body)(struct tfi_json_decoder *decoding, enum tfeed_feature_kind kind);

static tfeed_status fail(const struct tfi_json_decoder *decoding, const char *what)
{
    return tfi_json_text_fail(&decoding->json, decoding->json.at, what);
}

/* ---------------------------------------------------------------- the output */

/* Begins a field of bytes or a message; *ret_start is where its content begins. */
static tfeed_status open_field(struct tfi_json_decoder *decoding, unsigned number,
                               size_t *ret_start)
{
    const uint8_t head[] = {TFI_WIRE_LEN_TAG(number), 0};
    TFI_TRY(tfi_byte_buffer_append(&decoding->output, head, sizeof head, decoding->reterr));
    *ret_start = decoding->output.len;
    return TFEED_OK;
}

/* Ends the field, and says where its content begins now. */
static tfeed_status close_field(struct tfi_json_decoder *decoding, size_t *start)
{
    struct tfi_byte_buffer *output = &decoding->output;
    const size_t len = output->len - *start;
    const size_t n_more = tfi_varint_size(len) - 1;
    TFI_TRY(tfi_byte_buffer_reserve(output, n_more, decoding->reterr));
    uint8_t *content = output->data + *start;
    if (n_more > 0)
        memmove(content + n_more, content, len);
    (void)tfi_varint_write(content - 1, len);
    output->len += n_more;
    *start += n_more;
    return TFEED_OK;
}

static tfeed_status put_bytes(struct tfi_json_decoder *decoding, unsigned number,
                              const uint8_t *data, size_t len)
{
    size_t start;
    TFI_TRY(open_field(decoding, number, &start));
    TFI_TRY(tfi_byte_buffer_append(&decoding->output, data, len, decoding->reterr));
    return close_field(decoding, &start);
}

/* ------------------------------------------------------------------- values */

/* A number without point and exponent. */
static bool is_integer(const char *number, size_t len)
{
    return memchr(number, '.', len) == NULL && memchr(number, 'e', len) == NULL &&
           memchr(number, 'E', len) == NULL;
}

static bool has_zeros_in_front(const char *number, size_t len)
{
    const size_t n_sign = number[0] == '-';
    return len > n_sign + 1 && number[n_sign] == '0' && is_integer(number, len);
}

/* A value of a list, as the characters of a number; those of a string where it is one. */
static tfeed_status take_number(struct tfi_json_decoder *decoding, const char **ret_number,
                                size_t *ret_len, bool *ret_is_string)
{
    struct tfi_json_text *json = &decoding->json;
    const int first = tfi_json_text_peek(json);
    *ret_is_string = first == '"' || first == '\'';
    if (!*ret_is_string) {
        TFI_TRY(tfi_json_text_number(json, ret_number, ret_len));
        return has_zeros_in_front(*ret_number, *ret_len)
                   ? fail(decoding, "Octal/hex numbers are not valid JSON values")
                   : TFEED_OK;
    }
    TFI_TRY(tfi_json_text_string(json));
    *ret_number = (const char *)json->string.data;
    *ret_len = json->string.len;
    if (*ret_len == 0 || (uint8_t)(*ret_number)[0] <= ' ' ||
        (uint8_t)(*ret_number)[*ret_len - 1] <= ' ')
        return fail(decoding, "invalid value, a number expected before");
    return TFEED_OK;
}

static bool int64_of(const char *number, size_t len, bool is_string, int64_t *ret_value)
{
    double value;
    if (is_string || is_integer(number, len))
        return tfi_int64_from_text(number, len, ret_value);
    /* 1e3 is 1000, 1.5 is nothing */
    if (!tfi_double_from_text(number, len, &value) || value != trunc(value) || value < -0x1p63 ||
        value >= 0x1p63)
        return false;
    *ret_value = (int64_t)value;
    return true;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* Rounded as TensorFlow does: integers of 64 bits at once, all others to double first. Infinity has
 * a name, and nothing else becomes it. */
static bool float_of(const char *number, size_t len, bool is_string, float *ret_value)
{
    const bool is_whole = !is_string && is_integer(number, len);
    double value;
    int64_t integer;
    uint64_t natural;
    if (is_string && is_word(number, len, "NaN"))
        *ret_value = NAN;
    else if (is_string && is_word(number, len, "Infinity"))
        *ret_value = INFINITY;
    else if (is_string && is_word(number, len, "-Infinity"))
        *ret_value = -INFINITY;
    else if (is_whole && tfi_int64_from_text(number, len, &integer))
        *ret_value = (float)integer;
    else if (is_whole && tfi_uint64_from_text(number, len, &natural))
        *ret_value = (float)natural;
    else if (tfi_double_from_text(number, len, &value) && isfinite((float)value))
        *ret_value = (float)value;
    else
        return false;
    return true;
}

static tfeed_status put_int64(struct tfi_json_decoder *decoding)
{
    enum { TAG = TFI_FIELD_LIST_VALUE << 3 | TFI_WIRE_VARINT };
    uint8_t field[1 + TFI_VARINT_MAX_BYTES] = {TAG};
    const uint8_t *start = decoding->json.at;
    const char *number;
    size_t len;
    bool is_string;
    int64_t value;
    TFI_TRY(take_number(decoding, &number, &len, &is_string));
    if (!int64_of(number, len, is_string, &value))
        return tfi_json_text_fail(&decoding->json, start, "invalid value for type int64");
    const uint8_t *end = tfi_varint_write(field + 1, (uint64_t)value);
    return tfi_byte_buffer_append(&decoding->output, field, (size_t)(end - field),
                                  decoding->reterr);
}

static tfeed_status put_float(struct tfi_json_decoder *decoding)
{
    enum { TAG = TFI_FIELD_LIST_VALUE << 3 | TFI_WIRE_I32 };
    uint8_t field[1 + sizeof(float)] = {TAG};
    const uint8_t *start = decoding->json.at;
    const char *number;
    size_t len;
    bool is_string;
    float value;
    TFI_TRY(take_number(decoding, &number, &len, &is_string));
    if (!float_of(number, len, is_string, &value))
        return tfi_json_text_fail(&decoding->json, start, "invalid value for type float");
    memcpy(field + 1, &value, sizeof value);
    return tfi_byte_buffer_append(&decoding->output, field, sizeof field, decoding->reterr);
}

static tfeed_status put_base64(struct tfi_json_decoder *decoding)
{
    struct tfi_json_text *json = &decoding->json;
    struct tfi_byte_buffer *output = &decoding->output;
    const uint8_t *start_of_text = json->at;
    size_t start;
    size_t len;
    TFI_TRY(tfi_json_text_string(json));
    TFI_TRY(open_field(decoding, TFI_FIELD_LIST_VALUE, &start));
    TFI_TRY(tfi_byte_buffer_reserve(output, tfi_base64_room(json->string.len), decoding->reterr));
    if (!tfi_base64_decode(json->string.data, json->string.len, TFI_BASE64_PROTOBUF,
                           output->data + output->len, &len))
        return tfi_json_text_fail(json, start_of_text, "invalid value for type bytes, not base64");
    output->len += len;
    return close_field(decoding, &start);
}

static tfeed_status put_value(struct tfi_json_decoder *decoding, enum tfeed_feature_kind kind)
{
    if (tfi_json_text_take_null(&decoding->json))
        return TFEED_OK;
    switch (kind) {
    case TFEED_FEATURE_BYTES:
        return put_base64(decoding);
    case TFEED_FEATURE_FLOAT:
        return put_float(decoding);
    case TFEED_FEATURE_INT64:
        return put_int64(decoding);
    case TFEED_FEATURE_NONE:
        break;
    }
    return tfi_fail(decoding->reterr, TFEED_INTERNAL, "a list without a kind");
}

/* ----------------------------------------------------------------- messages */

static bool is_named(const struct tfi_json_decoder *decoding, const char *name)
{
    const struct tfi_byte_buffer *string = &decoding->json.string;
    return is_word((const char *)string->data, string->len, name);
}

/* A message as field `number`; nothing where it is null. */
static tfeed_status put_message(struct tfi_json_decoder *decoding, unsigned number, read_body body,
                                enum tfeed_feature_kind kind)
{
    size_t start;
    if (tfi_json_text_take_null(&decoding->json))
        return TFEED_OK;
    TFI_TRY(tfi_json_text_take(&decoding->json, '{', "Expected an object"));
    TFI_TRY(open_field(decoding, number, &start));
    TFI_TRY(body(decoding, kind));
    return close_field(decoding, &start);
}

static tfeed_status read_array(struct tfi_json_decoder *decoding, enum tfeed_feature_kind kind)
{
    bool is_first = true;
    for (bool more = true; more;) {
        TFI_TRY(tfi_json_text_next_element(&decoding->json, &is_first, &more));
        if (more)
            TFI_TRY(put_value(decoding, kind));
    }
    return TFEED_OK;
}

/* {"value": [ … ]}, or one value instead of the array. */
static tfeed_status read_list(struct tfi_json_decoder *decoding, enum tfeed_feature_kind kind)
{
    struct tfi_json_text *json = &decoding->json;
    bool is_first = true;
    for (bool more = true;;) {
        TFI_TRY(tfi_json_text_next_member(json, &is_first, &more));
        if (!more)
            return TFEED_OK;
        if (!is_named(decoding, "value"))
            return fail(decoding, "Cannot find field, value expected");
        if (tfi_json_text_peek(json) == '[') {
            json->at++;
            TFI_TRY(read_array(decoding, kind));
        } else {
            TFI_TRY(put_value(decoding, kind));
        }
    }
}

static enum tfeed_feature_kind named_kind(const struct tfi_json_decoder *decoding)
{
    static const struct {
        const char *name;
        enum tfeed_feature_kind kind;
    } names[] = {{"bytesList", TFEED_FEATURE_BYTES}, {"bytes_list", TFEED_FEATURE_BYTES},
                 {"floatList", TFEED_FEATURE_FLOAT}, {"float_list", TFEED_FEATURE_FLOAT},
                 {"int64List", TFEED_FEATURE_INT64}, {"int64_list", TFEED_FEATURE_INT64}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_named(decoding, names[i].name))
            return names[i].kind;
    return TFEED_FEATURE_NONE;
}

/* {"int64List": { … }}: at most one list. */
static tfeed_status read_feature(struct tfi_json_decoder *decoding, enum tfeed_feature_kind kind)
{
    bool is_first = true;
    for (bool more = true;;) {
        TFI_TRY(tfi_json_text_next_member(&decoding->json, &is_first, &more));
        if (!more)
            return TFEED_OK;
        const enum tfeed_feature_kind found = named_kind(decoding);
        if (found == TFEED_FEATURE_NONE)
            return fail(decoding, "Cannot find field, bytesList, floatList or int64List expected");
        if (tfi_json_text_take_null(&decoding->json))
            continue;
        if (kind != TFEED_FEATURE_NONE)
            return fail(decoding, "the feature's kind is already set");
        kind = found;
        TFI_TRY(put_message(decoding, (unsigned)kind, read_list, kind));
    }
}

/* --------------------------------------------------------------------- keys */

static int compare_keys(const void *a, const void *b, void *output)
{
    const struct key *left = a;
    const struct key *right = b;
    const uint8_t *data = output;
    if (left->len != right->len)
        return left->len < right->len ? -1 : 1;
    const int order = memcmp(data + left->offset, data + right->offset, left->len);
    return order != 0 ? order : (left->at > right->at) - (left->at < right->at);
}

/* Remembers a key of an entry that has ended. */
static tfeed_status keep_key(struct tfi_json_decoder *decoding, struct key key)
{
    if (decoding->n_keys == decoding->keys_capacity) {
        const size_t capacity = decoding->keys_capacity == 0 ? 16 : decoding->keys_capacity * 2;
        struct key *keys =
            tfi_realloc_array(decoding->output.allocator, decoding->keys, capacity, sizeof *keys);
        if (keys == NULL)
            return tfi_fail_memory(decoding->reterr, "the keys of an example");
        decoding->keys = keys;
        decoding->keys_capacity = capacity;
    }
    decoding->keys[decoding->n_keys++] = key;
    return TFEED_OK;
}

static tfeed_status check_keys(struct tfi_json_decoder *decoding)
{
    struct key *keys = decoding->keys;
    const uint8_t *data = decoding->output.data;
    if (decoding->n_keys > 1)
        qsort_r(keys, decoding->n_keys, sizeof *keys, compare_keys, decoding->output.data);
    for (size_t i = 1; i < decoding->n_keys; i++)
        if (keys[i].len == keys[i - 1].len &&
            memcmp(data + keys[i].offset, data + keys[i - 1].offset, keys[i].len) == 0)
            return tfi_json_text_fail(&decoding->json, keys[i].at,
                                      "Repeated map key, already set before this value");
    return TFEED_OK;
}

/* The entry of the member whose name has just been read. */
static tfeed_status put_entry(struct tfi_json_decoder *decoding)
{
    struct key key = {.len = decoding->json.string.len, .at = decoding->json.at};
    size_t start;
    TFI_TRY(open_field(decoding, TFI_FIELD_FEATURES_ENTRY, &start));
    TFI_TRY(put_bytes(decoding, TFI_FIELD_ENTRY_KEY, decoding->json.string.data, key.len));
    key.offset = decoding->output.len - key.len - start;
    TFI_TRY(put_message(decoding, TFI_FIELD_ENTRY_VALUE, read_feature, TFEED_FEATURE_NONE));
    TFI_TRY(close_field(decoding, &start));
    key.offset += start;
    return keep_key(decoding, key);
}

/* {"a": { … }, "b": { … }} */
static tfeed_status read_map(struct tfi_json_decoder *decoding)
{
    bool is_first = true;
    decoding->n_keys = 0;
    for (bool more = true;;) {
        TFI_TRY(tfi_json_text_next_member(&decoding->json, &is_first, &more));
        if (!more)
            return check_keys(decoding);
        TFI_TRY(put_entry(decoding));
    }
}

/* {"feature": { … }} */
static tfeed_status read_features(struct tfi_json_decoder *decoding, enum tfeed_feature_kind kind)
{
    bool is_first = true;
    (void)kind;
    for (bool more = true;;) {
        TFI_TRY(tfi_json_text_next_member(&decoding->json, &is_first, &more));
        if (!more)
            return TFEED_OK;
        if (!is_named(decoding, "feature"))
            return fail(decoding, "Cannot find field, feature expected");
        if (tfi_json_text_take_null(&decoding->json))
            continue;
        TFI_TRY(tfi_json_text_take(&decoding->json, '{', "Expected an object"));
        TFI_TRY(read_map(decoding));
    }
}

/* {"features": { … }} */
static tfeed_status read_example(struct tfi_json_decoder *decoding)
{
    bool is_first = true;
    TFI_TRY(tfi_json_text_take(&decoding->json, '{', "Root element must be a message"));
    for (bool more = true;;) {
        TFI_TRY(tfi_json_text_next_member(&decoding->json, &is_first, &more));
        if (!more)
            return tfi_json_text_end(&decoding->json);
        if (!is_named(decoding, "features"))
            return fail(decoding, "Cannot find field, features expected");
        TFI_TRY(
            put_message(decoding, TFI_FIELD_EXAMPLE_FEATURES, read_features, TFEED_FEATURE_NONE));
    }
}

/* --------------------------------------------------------------------- call */

struct tfi_json_decoder *tfi_json_decoder_new(const struct tfeed_allocator *allocator)
{
    struct tfi_json_decoder *decoding = tfi_alloc_zeroed(allocator, 1, sizeof *decoding);
    if (decoding == NULL)
        return NULL;
    decoding->allocator = allocator;
    decoding->json.string.allocator = allocator;
    decoding->output.allocator = allocator;
    return decoding;
}

void tfi_json_decoder_free(struct tfi_json_decoder *decoding)
{
    if (decoding == NULL)
        return;
    tfi_byte_buffer_clear(&decoding->json.string);
    tfi_byte_buffer_clear(&decoding->output);
    tfi_free(decoding->allocator, decoding->keys);
    tfi_free(decoding->allocator, decoding);
}

tfeed_status tfi_json_decoder_append(struct tfi_json_decoder *decoding,
                                     const struct tfeed_bytes *text, int64_t element,
                                     struct tfeed_error *reterr)
{
    decoding->reterr = reterr;
    decoding->json.reterr = reterr;
    TFI_TRY(tfi_json_text_start(&decoding->json, text, element));
    return read_example(decoding);
}

struct tfi_byte_buffer *tfi_json_decoder_output(struct tfi_json_decoder *decoding)
{
    return &decoding->output;
}

static tfeed_status decode_all(struct tfi_json_decoder *decoding,
                               const struct tfeed_tensor *strings, struct tfeed_tensor *tensor,
                               struct tfeed_error *reterr)
{
    const int64_t n = tfeed_tensor_n_elements(strings);
    for (int64_t i = 0; i < n; i++) {
        const size_t start = decoding->output.len;
        TFI_TRY(tfi_json_decoder_append(decoding, &tfeed_tensor_strings(strings)[i], i, reterr));
        tfeed_tensor_strings(tensor)[i].len = decoding->output.len - start;
    }
    return tfi_decode_join(tensor, &decoding->output, reterr);
}

tfeed_status tfeed_decode_json_example(const struct tfeed_tensor *strings,
                                       const struct tfeed_allocator *allocator,
                                       struct tfeed_tensor *ret_tensor, struct tfeed_error *reterr)
{
    struct tfeed_tensor tensor = {0};
    TFI_TRY(tfi_decode_check_strings(strings, reterr));
    TFI_TRY(tfeed_tensor_alloc(TFEED_STRING, &strings->shape, allocator, &tensor, reterr));
    struct tfi_json_decoder *decoding = tfi_json_decoder_new(allocator);
    const tfeed_status status = decoding != NULL ? decode_all(decoding, strings, &tensor, reterr)
                                                 : tfi_fail_memory(reterr, "a decoder");
    if (status == TFEED_OK)
        *ret_tensor = tensor;
    else
        tfeed_tensor_clear(&tensor);
    tfi_json_decoder_free(decoding);
    return status;
}
