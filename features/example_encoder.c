/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_encoder.c - rows of columns as serialized Examples, one after the other in one buffer.
 *
 * What is encoded are the features that the columns were made of, as the records had them: a sparse
 * column is two or more lists, whatever its order is now.
 *
 * A feature whose rows take at most a known number of bytes is written from the template that the
 * parser recognises it by: a few words and the value, whatever its length. The others are measured
 * first, row by row. A record's own length stands in front of it; it gets as many bytes as that of
 * the record before took, and only a record for which that is wrong is moved.
 */
#include <tfeed/encode.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/columns_private.h"
#include "features/decode_private.h"
#include "features/example_writer_private.h"
#include "features/template_private.h"

/* A feature on its way into records. What an ordinary row needs comes first. */
struct encoded {
    const uint8_t *rows;   /* of the call, row 0; of a list the first value */
    const int64_t *splits; /* of the call, where the rows of a list are; else NULL */
    size_t row_bytes;
    struct tfi_template tmpl; /* len 0: measured */
    enum tfi_store store;
    const struct tfi_feature *feature;
    int place; /* in the schema; of its column, too, where all are of one shape */
};

struct tfeed_example_encoder {
    const struct tfeed_allocator *allocator;
    struct tfeed_schema *schema;
    int n_features;
    struct encoded *features; /* in the order of their names */
    size_t templated_bytes;   /* that the features with a template take at most */
    bool has_measured;
    size_t len_bytes; /* that the length of the last record took */
    uint8_t *data;
    size_t capacity;
};

/* ------------------------------------------------------------------ opening */

static int compare_names(const void *a, const void *b)
{
    /* by unsigned bytes, a prefix first */
    return strcmp(((const struct encoded *)a)->feature->name,
                  ((const struct encoded *)b)->feature->name);
}

/* The template, where it writes what the builder would: an empty list has no packed field. */
static void take_template(struct tfeed_example_encoder *encoder, struct encoded *encoded)
{
    const struct tfi_feature *feature = encoded->feature;
    struct tfi_template *tmpl = &encoded->tmpl;
    tfi_template_init(tmpl, feature);
    if (tmpl->payload_bytes > TFI_MESSAGE_MAX_BYTES ||
        (feature->n_elements == 0 && !tfi_feature_is_raw(feature)))
        tmpl->len = 0;
    if (tmpl->len == 0)
        encoder->has_measured = true;
    else
        encoder->templated_bytes +=
            tmpl->len + (tmpl->is_scalar ? TFI_VARINT_MAX_BYTES : tmpl->payload_bytes);
}

tfeed_status tfeed_example_encoder_new(struct tfeed_schema *schema,
                                       const struct tfeed_allocator *allocator,
                                       struct tfeed_example_encoder **ret_encoder,
                                       struct tfeed_error *reterr)
{
    if (schema->n_columns == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "a schema without features");
    for (int i = 0; i < schema->n_features; i++)
        TFI_TRY(
            tfi_check_encodable("feature", schema->features[i].name, &schema->features[i], reterr));
    struct tfeed_example_encoder *encoder = tfi_alloc_zeroed(allocator, 1, sizeof *encoder);
    if (encoder == NULL)
        return tfi_fail_memory(reterr, "an example encoder");
    encoder->allocator = allocator;
    encoder->schema = tfeed_schema_ref(schema);
    encoder->n_features = schema->n_features;
    encoder->len_bytes = 1;
    atomic_store_explicit(&schema->in_use, true, memory_order_relaxed);
    encoder->features =
        tfi_alloc_zeroed(allocator, (size_t)encoder->n_features, sizeof *encoder->features);
    if (encoder->features == NULL) {
        tfeed_example_encoder_free(encoder);
        return tfi_fail_memory(reterr, "an example encoder");
    }
    for (int i = 0; i < encoder->n_features; i++) {
        struct encoded *encoded = &encoder->features[i];
        encoded->feature = &schema->features[i];
        encoded->place = i;
        encoded->store = encoded->feature->store;
        encoded->row_bytes = encoded->feature->row_bytes;
        take_template(encoder, encoded);
    }
    qsort(encoder->features, (size_t)encoder->n_features, sizeof *encoder->features, compare_names);
    *ret_encoder = encoder;
    return TFEED_OK;
}

void tfeed_example_encoder_free(struct tfeed_example_encoder *encoder)
{
    if (encoder == NULL)
        return;
    tfeed_schema_unref(encoder->schema);
    tfi_free(encoder->allocator, encoder->features);
    tfi_free(encoder->allocator, encoder->data);
    tfi_free(encoder->allocator, encoder);
}

/* ------------------------------------------------------------------ one row */

/* The prefix for a payload of this length. */
static inline void write_template(const struct tfi_template *tmpl, uint8_t *at, size_t payload_len)
{
    for (unsigned i = 0; i < tmpl->n_words; i++)
        tfi_store_le64(at + tfi_template_place(tmpl->len, i),
                       tfi_template_word_of(&tmpl->words[i], payload_len));
}

static inline uint8_t *write_templated(const struct encoded *encoded, size_t row, uint8_t *at)
{
    const struct tfi_template *tmpl = &encoded->tmpl;
    const uint8_t *from = encoded->rows + row * encoded->row_bytes;
    uint8_t *payload = at + tmpl->len;
    size_t len = tmpl->payload_bytes;
    if (tmpl->is_scalar) {
        int64_t wide;
        int32_t narrow;
        if (encoded->store == TFI_STORE_INT64) {
            memcpy(&wide, from, sizeof wide);
        } else {
            memcpy(&narrow, from, sizeof narrow);
            wide = narrow;
        }
        len = tfi_varint_store(payload, (uint64_t)wide);
    } else {
        memcpy(payload, from, len);
    }
    write_template(tmpl, at, len);
    return payload + len;
}

/* The values of a row; `storage` holds raw bytes as one. */
static struct tfi_value_list list_of(const struct encoded *encoded, size_t row,
                                     struct tfeed_bytes *storage)
{
    const struct tfi_feature *feature = encoded->feature;
    struct tfi_value_list list = {.kind = feature->kind,
                                  .is_narrow = encoded->store == TFI_STORE_INT32};
    if (encoded->splits != NULL) {
        const size_t first = (size_t)encoded->splits[row];
        list.values = encoded->rows + first * tfeed_dtype_size(feature->dtype);
        list.n = (size_t)encoded->splits[row + 1] - first;
        return list;
    }
    list.values = encoded->rows + row * encoded->row_bytes;
    list.n = feature->n_values;
    if (tfi_feature_is_spelled(feature)) {
        *storage = (struct tfeed_bytes){list.values, encoded->row_bytes, NULL};
        list.values = storage;
    }
    return list;
}

/* The head and list of a measured feature; false when it alone is too long. */
static bool measure(const struct encoded *encoded, size_t row, struct tfeed_bytes *storage,
                    struct tfi_entry_head *ret_head, struct tfi_value_list *ret_list)
{
    const struct tfi_feature *feature = encoded->feature;
    *ret_list = list_of(encoded, row, storage);
    *ret_head =
        tfi_entry_head_of(feature->name, feature->name_len, feature->kind, ret_list->n == 0);
    return feature->name_len <= TFI_MESSAGE_MAX_BYTES && tfi_value_list_measure(ret_list);
}

static uint8_t *write_measured(const struct encoded *encoded, size_t row, uint8_t *at)
{
    struct tfeed_bytes storage;
    struct tfi_entry_head head;
    struct tfi_value_list list;
    (void)measure(encoded, row, &storage, &head, &list);
    const struct tfi_entry_sizes sizes = tfi_entry_sizes_of(&head, list.payload_len);
    at = tfi_value_list_write(tfi_entry_head_write(at, &head, &sizes), &list);
    if (encoded->store == TFI_STORE_DECODED && encoded->feature->decoded.big_endian)
        tfi_raw_turn(encoded->feature->dtype, at - encoded->row_bytes, encoded->row_bytes);
    return at;
}

/* The bytes that the entries of a row take at most; SIZE_MAX: more than a message may have. */
static size_t row_bytes(const struct tfeed_example_encoder *encoder, size_t row)
{
    size_t n_bytes = encoder->templated_bytes;
    for (int i = 0; encoder->has_measured && i < encoder->n_features; i++) {
        const struct encoded *encoded = &encoder->features[i];
        struct tfeed_bytes storage;
        struct tfi_entry_head head;
        struct tfi_value_list list;
        if (encoded->tmpl.len > 0)
            continue;
        if (!measure(encoded, row, &storage, &head, &list))
            return SIZE_MAX;
        n_bytes += tfi_entry_sizes_of(&head, list.payload_len).whole;
    }
    return n_bytes;
}

static uint8_t *write_entries(const struct tfeed_example_encoder *encoder, size_t row, uint8_t *at)
{
    const struct encoded *end = encoder->features + encoder->n_features;
    for (const struct encoded *encoded = encoder->features; encoded < end; encoded++)
        at = encoded->tmpl.len > 0 ? write_templated(encoded, row, at)
                                   : write_measured(encoded, row, at);
    return at;
}

/* Writes a row's record; the byte behind it. */
static uint8_t *write_record(struct tfeed_example_encoder *encoder, size_t row, uint8_t *at)
{
    uint8_t *entries = at + 1 + encoder->len_bytes;
    uint8_t *end = write_entries(encoder, row, entries);
    const size_t len = (size_t)(end - entries);
    const size_t len_bytes = tfi_varint_size(len);
    if (len_bytes != encoder->len_bytes) {
        encoder->len_bytes = len_bytes;
        memmove(at + 1 + len_bytes, entries, len);
    }
    return tfi_write_len_tag(at, TFI_FIELD_EXAMPLE_FEATURES, len) + len;
}

/* -------------------------------------------------------------------- a run */

static tfeed_status check_columns(const struct tfeed_example_encoder *encoder, size_t n,
                                  const struct tfeed_tensor *columns, int64_t first_row,
                                  struct tfeed_error *reterr)
{
    const int growing = tfi_schema_first_growing(encoder->schema);
    if (growing >= 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "column '%s' has rows of any length, which a tensor does not say",
                        encoder->schema->columns[growing].name);
    return tfi_schema_check_tensors(encoder->schema, n, columns, first_row, reterr);
}

/* Makes room for n_bytes more behind `len`. */
static tfeed_status reserve(struct tfeed_example_encoder *encoder, size_t len, size_t n_bytes,
                            struct tfeed_error *reterr)
{
    if (n_bytes <= encoder->capacity - len)
        return TFEED_OK;
    size_t capacity = 2 * encoder->capacity;
    if (n_bytes > PTRDIFF_MAX - len)
        return tfi_fail_memory(reterr, "serialized examples");
    if (capacity < len + n_bytes)
        capacity = len + n_bytes;
    uint8_t *data = tfi_realloc_array(encoder->allocator, encoder->data, capacity, 1);
    if (data == NULL)
        return tfi_fail_memory(reterr, "serialized examples");
    encoder->data = data;
    encoder->capacity = capacity;
    return TFEED_OK;
}

/* Encodes n rows of what the features point to; `first_row` is the number of the first. */
static tfeed_status encode_rows(struct tfeed_example_encoder *encoder, int64_t first_row, size_t n,
                                struct tfeed_bytes *ret_records, struct tfeed_error *reterr)
{
    size_t len = 0;
    for (size_t row = 0; row < n; row++) {
        const size_t n_bytes = row_bytes(encoder, row);
        if (n_bytes > TFI_MESSAGE_MAX_BYTES - TFI_MESSAGE_ROOM)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "row %" PRId64 ": an example holds at most %zu bytes, this one would "
                            "be longer",
                            first_row + (int64_t)row, TFI_MESSAGE_MAX_BYTES);
        TFI_TRY(reserve(encoder, len, TFI_MESSAGE_ROOM + n_bytes + TFI_WRITE_SLACK, reterr));
        uint8_t *record = encoder->data + len;
        ret_records[row].len = (size_t)(write_record(encoder, row, record) - record);
        len += ret_records[row].len;
    }
    const uint8_t *at = encoder->data; /* which has moved as it grew */
    for (size_t row = 0; row < n; row++) {
        ret_records[row] = (struct tfeed_bytes){at, ret_records[row].len, NULL};
        at += ret_records[row].len;
    }
    return TFEED_OK;
}

tfeed_status tfeed_example_encoder_encode(struct tfeed_example_encoder *encoder,
                                          const struct tfeed_tensor *columns, int64_t first_row,
                                          size_t n, struct tfeed_bytes *ret_records,
                                          struct tfeed_error *reterr)
{
    TFI_TRY(check_columns(encoder, n, columns, first_row, reterr));
    for (int i = 0; i < encoder->n_features; i++) {
        struct encoded *encoded = &encoder->features[i];
        encoded->rows =
            (const uint8_t *)columns[encoded->place].data + (size_t)first_row * encoded->row_bytes;
    }
    return encode_rows(encoder, first_row, n, ret_records, reterr);
}

tfeed_status tfeed_example_encoder_encode_batch(struct tfeed_example_encoder *encoder,
                                                const struct tfeed_columns *columns,
                                                struct tfeed_bytes *ret_records,
                                                struct tfeed_error *reterr)
{
    if (columns->schema != encoder->schema)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the columns are those of another schema");
    for (int i = 0; i < encoder->n_features; i++) {
        struct encoded *encoded = &encoder->features[i];
        const struct tfi_held *held = &columns->held[encoded->place];
        const bool is_list = encoded->store == TFI_STORE_LIST;
        encoded->rows = is_list ? held->list.values.data : held->rows.data;
        encoded->splits = is_list ? tfeed_tensor_int64s(&held->list.row_splits) : NULL;
    }
    return encode_rows(encoder, 0, (size_t)tfeed_columns_n_rows(columns), ret_records, reterr);
}
