/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * source_fixture.h - what tests of sources and batchers share: a source that counts, in every form
 * that a component can have, and a program around a batcher.
 *
 * For stress programs too: a helper that fails ends the program.
 */
#ifndef SOURCE_FIXTURE_H
#define SOURCE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>

enum { COUNT_MAX_COMPONENTS = 6, COUNT_MAX_COLUMNS = 12 };

/* What a component of element k is. */
enum count_part {
    COUNT_NUMBER,    /* int32: k */
    COUNT_TEXT,      /* string: "k" in digits */
    COUNT_VECTOR,    /* int32 [k % 4]: k, k, … */
    COUNT_SPARSE,    /* one value, k, at [k % 4] of [4] */
    COUNT_TEXTS,     /* sparse strings: "k" at [0], "" at [1], of [k % 3 + 2] */
    COUNT_LENGTH,    /* int64: k % 4 */
    COUNT_BUCKET,    /* int32: k % 3 */
    COUNT_KEEP,      /* bool: whether k is even */
    COUNT_KEEP_ROWS, /* bool [n_rows]: the same for each row */
    COUNT_KEEP_ALL   /* bool scalar of a chunk of rows: whether the first k is even */
};

/* Counts from `next` to `end`; gives single elements, or chunks of n_rows. */
struct count_source {
    int32_t next;
    int32_t end;
    int32_t n_rows;  /* 0: single elements */
    int32_t fail_at; /* -1: never */
    const enum count_part *parts;
    size_t n_parts;
    int n_frees;
    const struct tfeed_allocator *allocator;
    enum tfeed_dtype dtypes[COUNT_MAX_COMPONENTS];
    struct tfeed_shape shapes[COUNT_MAX_COMPONENTS];
    bool is_sparse[COUNT_MAX_COMPONENTS];
};

#define COUNT_TRY(expression)                                                                      \
    do {                                                                                           \
        const tfeed_status count_status = (expression);                                            \
        if (count_status != TFEED_OK)                                                              \
            return count_status;                                                                   \
    } while (0)

static inline tfeed_status count_put_text(struct tfeed_tensor *tensor, int64_t i, int32_t k,
                                          struct tfeed_error *reterr)
{
    char text[16];
    const int len = snprintf(text, sizeof text, "%d", (int)k);
    return tfeed_tensor_set_string(tensor, i, text, (size_t)len, reterr);
}

/* One value for each row, or two with texts; sparse[3] of n rows, or of one element (n < 0). */
static inline tfeed_status count_make_sparse(const struct count_source *source, bool texts,
                                             int32_t k, int32_t n, struct tfeed_tensor *sparse,
                                             struct tfeed_error *reterr)
{
    const int32_t n_elements = n < 0 ? 1 : n;
    const int64_t rank = n < 0 ? 1 : 2;
    const int64_t n_each = texts ? 2 : 1;
    const struct tfeed_shape indices = tfeed_shape_matrix(n_elements * n_each, rank);
    const struct tfeed_shape values = tfeed_shape_vector(n_elements * n_each);
    const struct tfeed_shape dense_shape = tfeed_shape_vector(rank);
    COUNT_TRY(tfeed_tensor_alloc(TFEED_INT64, &indices, source->allocator,
                                 &sparse[TFEED_SPARSE_INDICES], reterr));
    COUNT_TRY(tfeed_tensor_alloc(texts ? TFEED_STRING : TFEED_INT32, &values, source->allocator,
                                 &sparse[TFEED_SPARSE_VALUES], reterr));
    COUNT_TRY(tfeed_tensor_alloc(TFEED_INT64, &dense_shape, source->allocator,
                                 &sparse[TFEED_SPARSE_DENSE_SHAPE], reterr));
    int64_t *index = tfeed_tensor_int64s(&sparse[TFEED_SPARSE_INDICES]);
    for (int64_t i = 0; i < n_elements * n_each; i++) {
        const int32_t its = k + (int32_t)(i / n_each);
        if (rank == 2)
            *index++ = i / n_each;
        *index++ = texts ? i % n_each : its % 4;
        if (!texts)
            tfeed_tensor_int32s(&sparse[TFEED_SPARSE_VALUES])[i] = its;
        else if (i % n_each == 0)
            COUNT_TRY(count_put_text(&sparse[TFEED_SPARSE_VALUES], i, its, reterr));
    }
    int64_t *extents = tfeed_tensor_int64s(&sparse[TFEED_SPARSE_DENSE_SHAPE]);
    extents[0] = n_elements;
    extents[rank - 1] = texts ? (n < 0 ? k % 3 + 2 : 4) : 4;
    return TFEED_OK;
}

static inline tfeed_status count_make_part(const struct count_source *source, enum count_part part,
                                           int32_t k, int32_t n, struct tfeed_tensor *tensors,
                                           struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape rows = n < 0 ? scalar : tfeed_shape_vector(n);
    const struct tfeed_shape vector = tfeed_shape_vector(k % 4);
    const int32_t n_elements = n < 0 ? 1 : n;
    switch (part) {
    case COUNT_NUMBER:
    case COUNT_BUCKET:
        COUNT_TRY(tfeed_tensor_alloc(TFEED_INT32, &rows, source->allocator, tensors, reterr));
        for (int32_t i = 0; i < n_elements; i++)
            tfeed_tensor_int32s(tensors)[i] = part == COUNT_BUCKET ? (k + i) % 3 : k + i;
        return TFEED_OK;
    case COUNT_TEXT:
        COUNT_TRY(tfeed_tensor_alloc(TFEED_STRING, &rows, source->allocator, tensors, reterr));
        for (int32_t i = 0; i < n_elements; i++)
            COUNT_TRY(count_put_text(tensors, i, k + i, reterr));
        return TFEED_OK;
    case COUNT_VECTOR:
        COUNT_TRY(tfeed_tensor_alloc(TFEED_INT32, &vector, source->allocator, tensors, reterr));
        for (int64_t i = 0; i < k % 4; i++)
            tfeed_tensor_int32s(tensors)[i] = k;
        return TFEED_OK;
    case COUNT_SPARSE:
    case COUNT_TEXTS:
        return count_make_sparse(source, part == COUNT_TEXTS, k, n, tensors, reterr);
    case COUNT_LENGTH:
        COUNT_TRY(tfeed_tensor_alloc(TFEED_INT64, &scalar, source->allocator, tensors, reterr));
        tfeed_tensor_int64s(tensors)[0] = k % 4;
        return TFEED_OK;
    case COUNT_KEEP:
    case COUNT_KEEP_ALL:
    case COUNT_KEEP_ROWS:
        COUNT_TRY(tfeed_tensor_alloc(TFEED_BOOL, part == COUNT_KEEP_ROWS ? &rows : &scalar,
                                     source->allocator, tensors, reterr));
        for (int32_t i = 0; i < (part == COUNT_KEEP_ROWS ? n_elements : 1); i++)
            ((bool *)tensors->data)[i] = (k + i) % 2 == 0;
        return TFEED_OK;
    }
    return TFEED_INTERNAL;
}

static inline tfeed_status count_produce(void *user_data, struct tfeed_tensor *ret_tensors,
                                         struct tfeed_error *reterr)
{
    struct count_source *its = user_data;
    if (its->next == its->fail_at) {
        if (reterr != NULL)
            reterr->code = TFEED_DATA_LOSS;
        return TFEED_DATA_LOSS;
    }
    if (its->next >= its->end)
        return TFEED_OUT_OF_RANGE;
    int32_t n = its->n_rows > 0 ? its->n_rows : -1;
    if (n > its->end - its->next)
        n = its->end - its->next;
    for (size_t i = 0; i < its->n_parts; i++) {
        COUNT_TRY(count_make_part(its, its->parts[i], its->next, n, ret_tensors, reterr));
        ret_tensors += its->is_sparse[i] ? TFEED_SPARSE_N_TENSORS : 1;
    }
    its->next += n < 0 ? 1 : n;
    return TFEED_OK;
}

static inline void count_free(void *user_data)
{
    ((struct count_source *)user_data)->n_frees++;
}

/* A source over `its`, which counts to n. parts[n_parts] must outlive it. */
static inline struct tfeed_batch_source count_to(struct count_source *its, int32_t n,
                                                 const enum count_part *parts, size_t n_parts)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    *its = (struct count_source){.end = n, .fail_at = -1, .parts = parts, .n_parts = n_parts};
    for (size_t i = 0; i < n_parts; i++) {
        its->is_sparse[i] = parts[i] == COUNT_SPARSE || parts[i] == COUNT_TEXTS;
        its->dtypes[i] = parts[i] == COUNT_TEXT || parts[i] == COUNT_TEXTS ? TFEED_STRING
                         : parts[i] == COUNT_LENGTH                        ? TFEED_INT64
                         : parts[i] >= COUNT_KEEP                          ? TFEED_BOOL
                                                                           : TFEED_INT32;
        its->shapes[i] =
            parts[i] == COUNT_VECTOR || parts[i] == COUNT_KEEP_ROWS || its->is_sparse[i]
                ? tfeed_shape_vector(TFEED_DIM_UNKNOWN)
                : scalar;
    }
    return (struct tfeed_batch_source){.produce = count_produce,
                                       .user_data = its,
                                       .free = count_free,
                                       .dtypes = its->dtypes,
                                       .shapes = its->shapes,
                                       .n_components = n_parts,
                                       .is_sparse = its->is_sparse};
}

/* --- a program ----------------------------------------------------------------------------- */

/* A context and a coordinator, and the batcher that runs under them. */
struct count_program {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct tfeed_batcher *batcher;
    struct tfeed_tensor columns[COUNT_MAX_COLUMNS];
};

static inline tfeed_status count_program_init(struct count_program *program,
                                              const struct tfeed_allocator *allocator)
{
    struct tfeed_context_options context_options;
    struct tfeed_coordinator_options coordinator_options;
    *program = (struct count_program){.context = NULL};
    tfeed_context_options_init(&context_options);
    context_options.allocator = allocator;
    tfeed_coordinator_options_init(&coordinator_options);
    coordinator_options.allocator = allocator;
    COUNT_TRY(tfeed_context_new(&context_options, &program->context, NULL));
    return tfeed_coordinator_new(&coordinator_options, &program->coordinator, NULL);
}

static inline tfeed_status count_start(struct count_program *program)
{
    return tfeed_start_queue_runners(program->context, program->coordinator, NULL);
}

static inline tfeed_status count_next(struct count_program *program)
{
    return tfeed_batcher_next(program->batcher, program->columns, NULL);
}

/* The rows of column i. */
static inline int64_t count_n_rows(const struct count_program *program, size_t i)
{
    return program->columns[i].shape.dims[0];
}

static inline int32_t count_number(const struct count_program *program, size_t i, int64_t row)
{
    return tfeed_tensor_int32s(&program->columns[i])[row];
}

/* Stops, joins and frees everything; what the join gave. */
static inline tfeed_status count_end(struct count_program *program, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    if (program->coordinator != NULL) {
        (void)!tfeed_coordinator_request_stop(program->coordinator, NULL, NULL);
        status = tfeed_coordinator_join(program->coordinator, NULL, reterr);
    }
    for (size_t i = 0; i < COUNT_MAX_COLUMNS; i++)
        tfeed_tensor_clear(&program->columns[i]);
    tfeed_batcher_unref(program->batcher);
    tfeed_coordinator_free(program->coordinator);
    if (tfeed_context_close(program->context, NULL) != TFEED_OK)
        abort();
    *program = (struct count_program){.context = NULL};
    return status;
}

#endif
