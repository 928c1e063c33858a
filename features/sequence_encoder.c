/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * sequence_encoder.c - the rows of a parsed batch as serialized SequenceExamples.
 *
 * The context of a row is the record that an Example of the same features would be: an Example's
 * features and a SequenceExample's context have the same field number. Behind it come the lists, as
 * the builder writes them.
 */
#include <tfeed/encode.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "features/decode_private.h"
#include "features/example_writer_private.h"
#include "features/sequence_private.h"

struct tfeed_sequence_encoder {
    const struct tfeed_allocator *allocator;
    struct tfeed_sequence_schema *schema;
    struct tfeed_example_encoder *context; /* NULL: nothing of it is wanted */
    struct tfeed_bytes *contexts;          /* [context_capacity], of the rows */
    size_t context_capacity;
    struct tfeed_sequence_builder *builder; /* of the lists of a row; its context stays empty */
    int *places;                            /* of the parser's lists that are written, a key once */
    int n_places;
    uint8_t *turned; /* a step of big-endian bytes; NULL: there are none */
    uint8_t *data;
    size_t len;
    size_t capacity;
};

/* ------------------------------------------------------------------ opening */

/* What a parser of the schema has in this place: a list, or one of partitions. */
static const struct tfi_sequence_list *list_at(const struct tfeed_sequence_schema *schema,
                                               int place)
{
    return place < schema->lists.n ? &schema->lists.at[place]
                                   : &schema->parts.at[place - schema->lists.n];
}

static void choose_places(struct tfeed_sequence_encoder *encoder)
{
    const struct tfeed_sequence_schema *schema = encoder->schema;
    for (int i = 0; i < schema->lists.n + schema->parts.n; i++) {
        bool is_there = false;
        for (int k = 0; k < encoder->n_places && !is_there; k++)
            is_there =
                strcmp(list_at(schema, encoder->places[k])->key, list_at(schema, i)->key) == 0;
        if (!is_there)
            encoder->places[encoder->n_places++] = i;
    }
}

/* Refuses lists that cannot be encoded; makes room for the longest step that must be turned. */
static tfeed_status open_steps(struct tfeed_sequence_encoder *encoder, struct tfeed_error *reterr)
{
    const struct tfi_sequence_lists *lists = &encoder->schema->lists;
    size_t n_turned = 0;
    for (int i = 0; i < lists->n; i++) {
        const struct tfi_feature *step = &lists->at[i].step;
        if (!lists->at[i].is_decoded)
            continue;
        TFI_TRY(tfi_check_encodable("list", lists->at[i].name, step, reterr));
        if (step->decoded.big_endian && n_turned < step->row_bytes)
            n_turned = step->row_bytes;
    }
    if (n_turned > 0 && (encoder->turned = tfi_alloc(encoder->allocator, n_turned)) == NULL)
        return tfi_fail_memory(reterr, "a sequence encoder");
    return TFEED_OK;
}

static tfeed_status open_parts(struct tfeed_sequence_encoder *encoder, struct tfeed_error *reterr)
{
    const struct tfeed_sequence_schema *schema = encoder->schema;
    const size_t n_lists = (size_t)schema->lists.n + (size_t)schema->parts.n;
    encoder->places = tfi_alloc_zeroed(encoder->allocator, n_lists + 1, sizeof *encoder->places);
    if (encoder->places == NULL)
        return tfi_fail_memory(reterr, "a sequence encoder");
    choose_places(encoder);
    TFI_TRY(open_steps(encoder, reterr));
    TFI_TRY(tfeed_sequence_builder_new(encoder->allocator, &encoder->builder, reterr));
    if (schema->context == NULL || tfeed_schema_n_columns(schema->context) == 0)
        return TFEED_OK;
    return tfeed_example_encoder_new(schema->context, encoder->allocator, &encoder->context,
                                     reterr);
}

tfeed_status tfeed_sequence_encoder_new(struct tfeed_sequence_schema *schema,
                                        const struct tfeed_allocator *allocator,
                                        struct tfeed_sequence_encoder **ret_encoder,
                                        struct tfeed_error *reterr)
{
    struct tfeed_sequence_encoder *encoder = tfi_alloc_zeroed(allocator, 1, sizeof *encoder);
    if (encoder == NULL)
        return tfi_fail_memory(reterr, "a sequence encoder");
    encoder->allocator = allocator;
    encoder->schema = tfeed_sequence_schema_ref(schema);
    atomic_store_explicit(&schema->in_use, true, memory_order_relaxed);
    const tfeed_status status = open_parts(encoder, reterr);
    if (status != TFEED_OK) {
        tfeed_sequence_encoder_free(encoder);
        return status;
    }
    *ret_encoder = encoder;
    return TFEED_OK;
}

void tfeed_sequence_encoder_free(struct tfeed_sequence_encoder *encoder)
{
    if (encoder == NULL)
        return;
    tfeed_example_encoder_free(encoder->context);
    tfeed_sequence_builder_free(encoder->builder);
    tfeed_sequence_schema_unref(encoder->schema);
    tfi_free(encoder->allocator, encoder->contexts);
    tfi_free(encoder->allocator, encoder->places);
    tfi_free(encoder->allocator, encoder->turned);
    tfi_free(encoder->allocator, encoder->data);
    tfi_free(encoder->allocator, encoder);
}

/* ------------------------------------------------------------------ one row */

/* The elements of a step as the raw bytes that they were decoded from. */
static tfeed_status add_raw_step(struct tfeed_sequence_encoder *encoder,
                                 const struct tfi_batch_list *list, int64_t step,
                                 struct tfeed_error *reterr)
{
    const struct tfi_feature *feature = &list->spec->step;
    const uint8_t *elements =
        (const uint8_t *)list->steps.values.data + (size_t)step * feature->row_bytes;
    struct tfeed_bytes bytes = {elements, feature->row_bytes, NULL};
    if (feature->decoded.big_endian) {
        memcpy(encoder->turned, elements, feature->row_bytes);
        tfi_raw_turn(feature->dtype, encoder->turned, feature->row_bytes);
        bytes.data = encoder->turned;
    }
    return tfeed_sequence_builder_step_bytes(encoder->builder, &bytes, 1, reterr);
}

static tfeed_status add_step(struct tfeed_sequence_encoder *encoder,
                             const struct tfi_batch_list *list, int64_t step,
                             struct tfeed_error *reterr)
{
    struct tfeed_sequence_builder *builder = encoder->builder;
    const struct tfi_list *steps = &list->steps;
    if (list->spec->is_decoded)
        return add_raw_step(encoder, list, step, reterr);
    const int64_t *splits = tfeed_tensor_int64s(&steps->row_splits) + step;
    const size_t first = (size_t)splits[0];
    const size_t n = (size_t)(splits[1] - splits[0]);
    if (steps->dtype == TFEED_INT64)
        return tfeed_sequence_builder_step_int64(
            builder, tfeed_tensor_int64s(&steps->values) + first, n, reterr);
    if (steps->dtype == TFEED_FLOAT)
        return tfeed_sequence_builder_step_float(
            builder, tfeed_tensor_floats(&steps->values) + first, n, reterr);
    return tfeed_sequence_builder_step_bytes(builder, tfeed_tensor_strings(&steps->values) + first,
                                             n, reterr);
}

/* The lists of a row as a SequenceExample without a context. */
static tfeed_status build_lists(struct tfeed_sequence_encoder *encoder,
                                const struct tfeed_sequence_parser *batch, int64_t row,
                                struct tfeed_bytes *ret_built, struct tfeed_error *reterr)
{
    struct tfeed_sequence_builder *builder = encoder->builder;
    tfeed_sequence_builder_clear(builder);
    for (int i = 0; i < encoder->n_places; i++) {
        const struct tfi_batch_list *list = &batch->lists[encoder->places[i]];
        TFI_TRY(tfeed_sequence_builder_begin_list(builder, list->spec->key, reterr));
        for (int64_t step = list->step_splits[row]; step < list->step_splits[row + 1]; step++)
            TFI_TRY(add_step(encoder, list, step, reterr));
        TFI_TRY(tfeed_sequence_builder_end_list(builder, reterr));
    }
    return tfeed_sequence_builder_finish(builder, &ret_built->data, &ret_built->len, reterr);
}

static tfeed_status append(struct tfeed_sequence_encoder *encoder, const struct tfeed_bytes *bytes,
                           struct tfeed_error *reterr)
{
    const size_t len = encoder->len + bytes->len;
    if (len > encoder->capacity) {
        const size_t capacity = len > 2 * encoder->capacity ? len : 2 * encoder->capacity;
        uint8_t *data = tfi_realloc_array(encoder->allocator, encoder->data, capacity, 1);
        if (data == NULL)
            return tfi_fail_memory(reterr, "serialized sequence examples");
        encoder->data = data;
        encoder->capacity = capacity;
    }
    memcpy(encoder->data + encoder->len, bytes->data, bytes->len);
    encoder->len = len;
    return TFEED_OK;
}

/* Appends the record of a row. */
static tfeed_status encode_row(struct tfeed_sequence_encoder *encoder,
                               const struct tfeed_sequence_parser *batch, int64_t row,
                               struct tfeed_error *reterr)
{
    enum { EMPTY_CONTEXT_BYTES = 2 }; /* as the builder writes it: its tag, and a length of 0 */
    struct tfeed_bytes built = {0};
    TFI_TRY(build_lists(encoder, batch, row, &built, reterr));
    if (encoder->context == NULL)
        return append(encoder, &built, reterr);
    const struct tfeed_bytes *context = &encoder->contexts[row];
    built.data += EMPTY_CONTEXT_BYTES;
    built.len -= EMPTY_CONTEXT_BYTES;
    if (built.len > TFI_MESSAGE_MAX_BYTES - context->len)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "row %" PRId64 ": a sequence example holds at most %zu bytes, this one "
                        "would be longer",
                        row, TFI_MESSAGE_MAX_BYTES);
    TFI_TRY(append(encoder, context, reterr));
    return append(encoder, &built, reterr);
}

/* -------------------------------------------------------------------- a run */

/* The contexts of all rows. */
static tfeed_status encode_contexts(struct tfeed_sequence_encoder *encoder,
                                    const struct tfeed_sequence_parser *batch,
                                    struct tfeed_error *reterr)
{
    const size_t n_rows = (size_t)batch->n_rows;
    if (encoder->context == NULL)
        return TFEED_OK;
    if (n_rows > encoder->context_capacity) {
        struct tfeed_bytes *contexts =
            tfi_realloc_array(encoder->allocator, encoder->contexts, n_rows, sizeof *contexts);
        if (contexts == NULL)
            return tfi_fail_memory(reterr, "serialized contexts");
        encoder->contexts = contexts;
        encoder->context_capacity = n_rows;
    }
    return tfeed_example_encoder_encode_batch(encoder->context, batch->context, encoder->contexts,
                                              reterr);
}

tfeed_status tfeed_sequence_encoder_encode_batch(struct tfeed_sequence_encoder *encoder,
                                                 const struct tfeed_sequence_parser *batch,
                                                 struct tfeed_bytes *ret_records,
                                                 struct tfeed_error *reterr)
{
    if (batch->schema != encoder->schema)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the batch is one of another schema");
    TFI_TRY(encode_contexts(encoder, batch, reterr));
    encoder->len = 0;
    for (int64_t row = 0; row < batch->n_rows; row++) {
        const size_t before = encoder->len;
        TFI_TRY(encode_row(encoder, batch, row, reterr));
        ret_records[row].len = encoder->len - before;
    }
    const uint8_t *at = encoder->data; /* which has moved as it grew */
    for (int64_t row = 0; row < batch->n_rows; row++) {
        ret_records[row] = (struct tfeed_bytes){at, ret_records[row].len, NULL};
        at += ret_records[row].len;
    }
    return TFEED_OK;
}
