/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * replay_batching.c - batch and its kin against TensorFlow's: every batch, what is known of its
 * columns beforehand, the end, what the join gives, and what is refused.
 *
 * A case is run under real queue runners. Its source is put together from parts, which are named as
 * the golden file describes the elements of its stream.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/coordinator.h>
#include <tfeed/pipeline.h>

#include "tests/golden/replay.h"

static const char batching_file[] = "input/batching/batching.json";

enum { MAX_PARTS = 4, MAX_COLUMNS = 8, MAX_BUCKETS = 16, MAX_BATCHES = 1000 };

#define TRY(expression)                                                                            \
    do {                                                                                           \
        const tfeed_status try_status = (expression);                                              \
        if (try_status != TFEED_OK)                                                                \
            return try_status;                                                                     \
    } while (0)

/* --- sources ------------------------------------------------------------------------------- */

/* Of element k: what a component is. */
enum part {
    PART_NONE,
    PART_K,
    PART_TWICE_K,
    PART_WORD,
    PART_VALUES, /* 10k, 10k + 1, …: `length` of them */
    PART_LENGTH,
    PART_ROWS,       /* 3k, 3k + 1, 3k + 2 */
    PART_K_IS_EVEN,  /* keep_input */
    PART_ROW_IS_ODD, /* keep_input for each of the rows */
    PART_SPARSE,
    PART_UNFED, /* a vector that cannot be evaluated */
    PART_UNKNOWN_RANK,
    PART_FLOAT,
    PART_PAIR, /* of a join: [1, 2] beside [1] */
    PART_KEEP_MATRIX,
    PART_KEEP_UNKNOWN
};

struct stream {
    const json_t *json;
    int64_t n_elements;
    int64_t next;
    const enum part *parts; /* ends with PART_NONE */
};

static int64_t integer_of(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static int64_t length_of(const struct stream *stream, int64_t k)
{
    return json_integer_value(json_array_get(json_object_get(stream->json, "lengths"), (size_t)k));
}

/* `n` int32 numbers first, first + step, …; n < 0: a scalar. */
static tfeed_status make_numbers(int64_t first, int64_t step, int64_t n,
                                 struct tfeed_tensor *ret_tensor)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = n < 0 ? scalar : tfeed_shape_vector(n);
    TRY(tfeed_tensor_alloc(TFEED_INT32, &shape, NULL, ret_tensor, NULL));
    for (int64_t i = 0; i < (n < 0 ? 1 : n); i++)
        tfeed_tensor_int32s(ret_tensor)[i] = (int32_t)(first + i * step);
    return TFEED_OK;
}

static tfeed_status make_word(const struct stream *stream, int64_t k,
                              struct tfeed_tensor *ret_tensor)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const json_t *word = json_array_get(json_object_get(stream->json, "words"), (size_t)k);
    TRY(tfeed_tensor_alloc(TFEED_STRING, &scalar, NULL, ret_tensor, NULL));
    return tfeed_tensor_set_string(ret_tensor, 0, json_string_value(word), json_string_length(word),
                                   NULL);
}

/* n flags: whether first + i is odd; n < 0: a scalar, whether first is even. */
static tfeed_status make_flags(int64_t first, int64_t n, struct tfeed_tensor *ret_tensor)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape shape = n < 0 ? scalar : tfeed_shape_vector(n);
    TRY(tfeed_tensor_alloc(TFEED_BOOL, &shape, NULL, ret_tensor, NULL));
    for (int64_t i = 0; i < (n < 0 ? 1 : n); i++)
        ((bool *)ret_tensor->data)[i] = n < 0 ? first % 2 == 0 : (first + i) % 2 == 1;
    return TFEED_OK;
}

/* Indices [0], [k + 1]; values k, 10k; dense_shape [k + 3]. */
static tfeed_status make_sparse(int64_t k, struct tfeed_tensor *ret_tensors)
{
    const struct tfeed_shape indices = tfeed_shape_matrix(2, 1);
    const struct tfeed_shape one = tfeed_shape_vector(1);
    TRY(tfeed_tensor_alloc(TFEED_INT64, &indices, NULL, &ret_tensors[TFEED_SPARSE_INDICES], NULL));
    TRY(make_numbers(k, 9 * k, 2, &ret_tensors[TFEED_SPARSE_VALUES]));
    TRY(tfeed_tensor_alloc(TFEED_INT64, &one, NULL, &ret_tensors[TFEED_SPARSE_DENSE_SHAPE], NULL));
    tfeed_tensor_int64s(&ret_tensors[TFEED_SPARSE_INDICES])[0] = 0;
    tfeed_tensor_int64s(&ret_tensors[TFEED_SPARSE_INDICES])[1] = k + 1;
    tfeed_tensor_int64s(&ret_tensors[TFEED_SPARSE_DENSE_SHAPE])[0] = k + 3;
    return TFEED_OK;
}

static tfeed_status make_part(const struct stream *stream, enum part part, int64_t k,
                              struct tfeed_tensor *ret_tensors)
{
    switch (part) {
    case PART_K:
        return make_numbers(k, 0, -1, ret_tensors);
    case PART_TWICE_K:
        return make_numbers(2 * k, 0, -1, ret_tensors);
    case PART_WORD:
        return make_word(stream, k, ret_tensors);
    case PART_VALUES:
        return make_numbers(10 * k, 1, length_of(stream, k), ret_tensors);
    case PART_LENGTH:
        return make_numbers(length_of(stream, k), 0, -1, ret_tensors);
    case PART_ROWS:
        return make_numbers(3 * k, 1, 3, ret_tensors);
    case PART_K_IS_EVEN:
        return make_flags(k, -1, ret_tensors);
    case PART_ROW_IS_ODD:
        return make_flags(3 * k, 3, ret_tensors);
    case PART_SPARSE:
        return make_sparse(k, ret_tensors);
    case PART_NONE:
    case PART_UNFED:
    case PART_UNKNOWN_RANK:
    case PART_FLOAT:
    case PART_PAIR:
    case PART_KEEP_MATRIX:
    case PART_KEEP_UNKNOWN:
        break; /* cannot be evaluated */
    }
    return TFEED_INVALID_ARGUMENT;
}

static tfeed_status produce(void *user_data, struct tfeed_tensor *ret_tensors,
                            struct tfeed_error *reterr)
{
    struct stream *stream = user_data;
    tfeed_status status = stream->next == stream->n_elements ? TFEED_OUT_OF_RANGE : TFEED_OK;
    for (size_t i = 0; status == TFEED_OK && stream->parts[i] != PART_NONE; i++) {
        status = make_part(stream, stream->parts[i], stream->next, ret_tensors);
        ret_tensors += stream->parts[i] == PART_SPARSE ? TFEED_SPARSE_N_TENSORS : 1;
    }
    stream->next++;
    if (status != TFEED_OK && reterr != NULL)
        reterr->code = status;
    return status;
}

static enum tfeed_dtype dtype_of(enum part part)
{
    if (part == PART_K_IS_EVEN || part == PART_ROW_IS_ODD || part == PART_KEEP_MATRIX ||
        part == PART_KEEP_UNKNOWN)
        return TFEED_BOOL;
    return part == PART_WORD ? TFEED_STRING : part == PART_FLOAT ? TFEED_FLOAT : TFEED_INT32;
}

static struct tfeed_shape shape_of(enum part part)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    if (part == PART_VALUES || part == PART_UNFED || part == PART_ROW_IS_ODD || part == PART_SPARSE)
        return tfeed_shape_vector(TFEED_DIM_UNKNOWN);
    if (part == PART_UNKNOWN_RANK || part == PART_KEEP_UNKNOWN)
        return (struct tfeed_shape){.n_dims = TFEED_RANK_UNKNOWN};
    if (part == PART_KEEP_MATRIX)
        return tfeed_shape_matrix(1, 1);
    return part == PART_PAIR ? tfeed_shape_vector(2) : scalar;
}

/* The arrays that describe a source, beside it. */
struct described {
    struct stream stream;
    enum tfeed_dtype dtypes[MAX_PARTS];
    struct tfeed_shape shapes[MAX_PARTS];
    bool is_sparse[MAX_PARTS];
    struct tfeed_batch_source source;
};

static void describe(struct described *its, const json_t *stream, int64_t n_elements,
                     const enum part *parts, const char *const *names)
{
    size_t n = 0;
    *its = (struct described){.stream = {.json = stream, .n_elements = n_elements, .parts = parts}};
    for (; parts[n] != PART_NONE; n++) {
        its->dtypes[n] = dtype_of(parts[n]);
        its->shapes[n] = shape_of(parts[n]);
        its->is_sparse[n] = parts[n] == PART_SPARSE;
    }
    its->source = (struct tfeed_batch_source){.produce = produce,
                                              .user_data = &its->stream,
                                              .dtypes = its->dtypes,
                                              .shapes = its->shapes,
                                              .n_components = n,
                                              .names = names,
                                              .is_sparse = its->is_sparse};
}

/* --- cases --------------------------------------------------------------------------------- */

enum form { FORM_BATCH, FORM_MAYBE_BATCH, FORM_JOIN, FORM_SHUFFLE, FORM_BUCKET };

struct form_case {
    const char *name;
    enum form form;
    enum part parts[MAX_PARTS];
    enum part other_parts[MAX_PARTS]; /* of the second source of a join */
    const char *names[MAX_PARTS];
    const char *other_names[MAX_PARTS];
    bool enqueue_many;
    bool dynamic_pad;
    bool allow_smaller;
    int64_t batch_size; /* where the case has no "args" */
    int64_t capacity;
    int64_t min_after_dequeue;
};

static const struct form_case form_cases[] = {
    {.name = "batch", .parts = {PART_K, PART_WORD}},
    {.name = "batch dynamic_pad", .parts = {PART_K, PART_WORD, PART_VALUES}, .dynamic_pad = true},
    {.name = "batch capacity 1", .parts = {PART_K}},
    {.name = "batch exact multiple", .parts = {PART_K}},
    {.name = "batch larger than data", .parts = {PART_K}},
    {.name = "batch single thread filter",
     .form = FORM_MAYBE_BATCH,
     .parts = {PART_K, PART_K_IS_EVEN}},
    {.name = "batch one tensor, not a list", .parts = {PART_K}},
    {.name = "batch dict", .parts = {PART_K, PART_TWICE_K}, .names = {"b", "a"}},
    {.name = "batch dict of one", .parts = {PART_K}, .names = {"only"}},
    {.name = "batch enqueue_many", .parts = {PART_ROWS}, .enqueue_many = true},
    {.name = "batch enqueue_many smaller",
     .parts = {PART_ROWS},
     .enqueue_many = true,
     .allow_smaller = true},
    {.name = "maybe_batch rows",
     .form = FORM_MAYBE_BATCH,
     .parts = {PART_ROWS, PART_ROW_IS_ODD},
     .enqueue_many = true,
     .allow_smaller = true},
    {.name = "batch_join of one", .form = FORM_JOIN, .parts = {PART_K}, .allow_smaller = true},
    {.name = "shuffle_batch, graph seeded only by op", .form = FORM_SHUFFLE, .parts = {PART_K}},
    {.name = "shuffle_batch", .form = FORM_SHUFFLE, .parts = {PART_K}},
    {.name = "batch of sparse", .parts = {PART_SPARSE}, .allow_smaller = true},
    {.name = "bucket_by_sequence_length", .form = FORM_BUCKET, .parts = {PART_LENGTH, PART_K}},
    {.name = "refused? empty list", .batch_size = 3},
    {.name = "refused? unknown rank", .parts = {PART_UNKNOWN_RANK}, .batch_size = 3},
    {.name = "refused? unknown dim without dynamic_pad", .parts = {PART_UNFED}, .batch_size = 3},
    {.name = "refused? unknown dim with dynamic_pad",
     .parts = {PART_UNFED},
     .dynamic_pad = true,
     .batch_size = 3},
    {.name = "refused? shuffle capacity = min",
     .form = FORM_SHUFFLE,
     .parts = {PART_K},
     .batch_size = 3,
     .capacity = 10,
     .min_after_dequeue = 10},
    {.name = "refused? shuffle capacity < min",
     .form = FORM_SHUFFLE,
     .parts = {PART_K},
     .batch_size = 3,
     .capacity = 10,
     .min_after_dequeue = 11},
    {.name = "refused? shuffle unknown dim",
     .form = FORM_SHUFFLE,
     .parts = {PART_UNFED},
     .batch_size = 3,
     .capacity = 10,
     .min_after_dequeue = 5},
    {.name = "refused? join of different dtypes",
     .form = FORM_JOIN,
     .parts = {PART_K},
     .other_parts = {PART_FLOAT},
     .batch_size = 3},
    {.name = "refused? join of different shapes",
     .form = FORM_JOIN,
     .parts = {PART_K},
     .other_parts = {PART_PAIR},
     .batch_size = 3},
    {.name = "refused? join of different shapes, padded",
     .form = FORM_JOIN,
     .parts = {PART_K},
     .other_parts = {PART_PAIR},
     .dynamic_pad = true,
     .batch_size = 3},
    {.name = "refused? join of different key sets",
     .form = FORM_JOIN,
     .parts = {PART_K},
     .other_parts = {PART_K},
     .names = {"a"},
     .other_names = {"b"},
     .batch_size = 3},
    {.name = "refused? keep_input vector without enqueue_many",
     .form = FORM_MAYBE_BATCH,
     .parts = {PART_K, PART_ROW_IS_ODD},
     .batch_size = 3},
    {.name = "refused? keep_input matrix",
     .form = FORM_MAYBE_BATCH,
     .parts = {PART_K, PART_KEEP_MATRIX},
     .enqueue_many = true,
     .batch_size = 3},
    {.name = "refused? keep_input unknown rank",
     .form = FORM_MAYBE_BATCH,
     .parts = {PART_K, PART_KEEP_UNKNOWN},
     .enqueue_many = true,
     .batch_size = 3},
    {.name = "refused? batch_size 0", .parts = {PART_K}},
    {.name = "refused? negative batch_size", .parts = {PART_K}, .batch_size = -1},
};

/* What a case gives batches with: a batcher, or a source that is evaluated. */
struct subject {
    struct tfeed_context *context;
    struct tfeed_coordinator *coordinator;
    struct described sources[2];
    struct tfeed_batcher *batcher;
    struct tfeed_batch_source source;
};

static void set_options(struct tfeed_batch_options *options, const struct form_case *form,
                        const json_t *args)
{
    tfeed_batch_options_init(options);
    options->batch_size = integer_of(args, "batch_size", form->batch_size);
    options->capacity = integer_of(args, "capacity", form->capacity);
    options->min_after_dequeue = integer_of(args, "min_after_dequeue", form->min_after_dequeue);
    options->seed = integer_of(args, "seed", TFEED_SEED_UNSET);
    options->enqueue_many = form->enqueue_many;
    options->dynamic_pad = form->dynamic_pad || json_is_true(json_object_get(args, "dynamic_pad"));
    options->allow_smaller_final_batch =
        form->allow_smaller || json_is_true(json_object_get(args, "allow_smaller_final_batch"));
}

/* The integers of a list; false where one is none. */
static bool integers_of(const json_t *list, int64_t numbers[MAX_BUCKETS], size_t *ret_n)
{
    bool are_integers = true;
    *ret_n = json_array_size(list) < MAX_BUCKETS ? json_array_size(list) : MAX_BUCKETS;
    for (size_t i = 0; i < *ret_n; i++) {
        are_integers = are_integers && json_is_integer(json_array_get(list, i));
        numbers[i] = json_integer_value(json_array_get(list, i));
    }
    return are_integers;
}

static tfeed_status make_bucket(struct subject *subject, const struct form_case *form,
                                const json_t *args)
{
    struct tfeed_bucket_options options;
    int64_t boundaries[MAX_BUCKETS];
    int64_t batch_sizes[MAX_BUCKETS];
    tfeed_bucket_options_init(&options);
    set_options(&options.batch, form, args);
    if (!integers_of(json_object_get(args, "bucket_boundaries"), boundaries, &options.n_boundaries))
        return TFEED_INVALID_ARGUMENT; /* the type of the argument refuses it */
    options.boundaries = boundaries;
    if (json_is_array(json_object_get(args, "batch_size"))) {
        options.batch_sizes = batch_sizes;
        (void)integers_of(json_object_get(args, "batch_size"), batch_sizes, &options.n_batch_sizes);
    }
    return tfeed_bucket_by_sequence_length(subject->context, &subject->sources[0].source, &options,
                                           &subject->batcher, NULL);
}

static tfeed_status make_form(struct subject *subject, const struct form_case *form,
                              const json_t *args, const json_t *stream)
{
    static const enum part padded_bucket[] = {PART_LENGTH, PART_K, PART_VALUES, PART_NONE};
    const bool pads = json_is_true(json_object_get(args, "dynamic_pad"));
    const enum part *parts = form->form == FORM_BUCKET && pads ? padded_bucket : form->parts;
    const int64_t n = integer_of(args, "count", integer_of(stream, "count", 0));
    const bool is_dict = form->names[0] != NULL;
    struct tfeed_batch_options options;
    set_options(&options, form, args);
    describe(&subject->sources[0], stream, n, parts, is_dict ? form->names : NULL);
    describe(&subject->sources[1], stream, n, form->other_parts,
             is_dict ? form->other_names : NULL);
    const struct tfeed_batch_source pair[] = {subject->sources[0].source,
                                              subject->sources[1].source};
    const size_t n_entries = form->other_parts[0] == PART_NONE ? 1 : 2;
    switch (form->form) {
    case FORM_BATCH:
        return tfeed_fifo_batch(subject->context, pair, &options, &subject->batcher, NULL);
    case FORM_MAYBE_BATCH:
        return tfeed_maybe_fifo_batch(subject->context, pair, &options, &subject->batcher, NULL);
    case FORM_JOIN:
        return tfeed_fifo_batch_join(subject->context, pair, n_entries, &options, &subject->batcher,
                                     NULL);
    case FORM_SHUFFLE:
        return tfeed_shuffle_batch(subject->context, pair, &options, &subject->batcher, NULL);
    case FORM_BUCKET:
        break;
    }
    return make_bucket(subject, form, args);
}

/* --- cases that are no batcher ------------------------------------------------------------- */

/* A string producer's input that has no rows when it is evaluated. */
static tfeed_status produce_nothing(void *user_data, struct tfeed_tensor *ret_tensors,
                                    struct tfeed_error *reterr)
{
    (void)user_data;
    const struct tfeed_shape none = tfeed_shape_vector(0);
    return tfeed_tensor_alloc(TFEED_STRING, &none, NULL, ret_tensors, reterr);
}

/* What stands for a counter of epochs that was not initialised: an evaluation that fails. */
static tfeed_status produce_unready(void *user_data, struct tfeed_tensor *ret_tensors,
                                    struct tfeed_error *reterr)
{
    (void)user_data;
    (void)ret_tensors;
    if (reterr != NULL)
        reterr->code = TFEED_FAILED_PRECONDITION;
    return TFEED_FAILED_PRECONDITION;
}

/* The elements of a producer over strings that `function` gives; `shape` of one. */
static tfeed_status make_string_producer(struct subject *subject, tfeed_produce_fn function,
                                         struct tfeed_shape shape)
{
    static const enum tfeed_dtype dtype = TFEED_STRING;
    const struct tfeed_batch_source source = {
        .produce = function, .dtypes = &dtype, .shapes = &shape, .n_components = 1};
    struct tfeed_queue *queue = NULL;
    TRY(tfeed_source_input_producer(subject->context, &source, NULL, &queue, NULL));
    const tfeed_status status =
        tfeed_batch_source_queue(subject->context, queue, 0, &subject->source, NULL);
    tfeed_queue_unref(queue);
    return status;
}

static tfeed_status make_other(struct subject *subject, const char *name)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfeed_shape unknown = {.n_dims = TFEED_RANK_UNKNOWN};
    struct tfeed_producer_options options;
    struct tfeed_queue *queue = NULL;
    int32_t number = 3;
    const struct tfeed_tensor constant = tfeed_tensor_borrow(TFEED_INT32, &scalar, &number);
    tfeed_producer_options_init(&options);
    options.n_epochs = 0;
    if (strcmp(name, "refused? enqueue_many of scalar") == 0)
        return tfeed_batch_source_constant(subject->context, &constant, 1, true, &subject->source,
                                           NULL);
    if (strcmp(name, "refused? num_epochs 0") == 0)
        return tfeed_range_input_producer(subject->context, 3, &options, &queue, NULL);
    if (strcmp(name, "refused? slice producer of nothing") == 0)
        return tfeed_slice_input_producer(subject->context, NULL, 0, NULL, &subject->source, NULL);
    if (strcmp(name, "refused? string producer of nothing") == 0)
        return tfeed_string_input_producer(subject->context, NULL, 0, NULL, &queue, NULL);
    if (strcmp(name, "refused? string producer of run-time nothing") == 0)
        return make_string_producer(subject, produce_nothing, scalar);
    if (strcmp(name, "refused? input producer without known shape") == 0)
        return make_string_producer(subject, produce_nothing, unknown);
    if (strcmp(name, "epoch counter not initialised") == 0)
        return make_string_producer(subject, produce_unready, scalar);
    return TFEED_UNIMPLEMENTED;
}

/* --- comparing ----------------------------------------------------------------------------- */

static tfeed_status kind_of(const json_t *outcome)
{
    return replay_status_from_kind(json_string_value(json_object_get(outcome, "error")));
}

/* The parts of a value in the order of columns: of a list, of a dictionary by its keys (sorted, as
 * Python wrote them), of a sparse tensor. Adds to parts and keys; returns how many there are. */
static size_t flatten(const json_t *value, const char *key, const json_t *parts[MAX_COLUMNS],
                      const char *keys[MAX_COLUMNS], size_t n)
{
    const json_t *list = json_object_get(value, "list");
    const json_t *sparse = json_object_get(value, "sparse");
    const char *name;
    json_t *part;
    if (n >= MAX_COLUMNS)
        return n;
    if (json_is_array(list)) {
        for (size_t i = 0; i < json_array_size(list); i++)
            n = flatten(json_array_get(list, i), key, parts, keys, n);
        return n;
    }
    if (json_is_object(json_object_get(value, "dict"))) {
        json_object_foreach(json_object_get(value, "dict"), name, part) n =
            flatten(part, name, parts, keys, n);
        return n;
    }
    if (json_is_object(sparse) && n + TFEED_SPARSE_N_TENSORS <= MAX_COLUMNS) {
        parts[n] = json_object_get(sparse, "indices");
        parts[n + 1] = json_object_get(sparse, "values");
        parts[n + 2] = json_object_get(sparse, "dense_shape");
        keys[n] = keys[n + 1] = keys[n + 2] = key;
        return n + TFEED_SPARSE_N_TENSORS;
    }
    parts[n] = value;
    keys[n] = key;
    return n + 1;
}

static bool name_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool batch_equal(const struct subject *subject, const struct tfeed_tensor *columns,
                        const json_t *expected)
{
    const json_t *parts[MAX_COLUMNS];
    const char *keys[MAX_COLUMNS];
    const size_t n = flatten(expected, NULL, parts, keys, 0);
    if (subject->batcher != NULL && n != tfeed_batcher_n_columns(subject->batcher))
        return false;
    bool equal = true;
    for (size_t i = 0; equal && i < n; i++) {
        struct tfeed_tensor tensor = {.dtype = TFEED_DTYPE_INVALID};
        equal = replay_tensor(parts[i], &tensor) && replay_tensor_equal(&tensor, &columns[i]) &&
                name_equal(tfeed_batcher_column_name(subject->batcher, i), keys[i]);
        tfeed_tensor_clear(&tensor);
    }
    return equal;
}

/* The next expected batch: in order, or the next one of the bucket that this one is of. */
static const json_t *next_expected(const json_t *batches, const json_t *boundaries,
                                   const struct tfeed_tensor *columns, bool *is_seen)
{
    for (size_t i = 0; i < json_array_size(batches); i++) {
        const json_t *lengths =
            json_array_get(json_object_get(json_array_get(batches, i), "list"), 0);
        const int64_t expected =
            json_integer_value(json_array_get(json_object_get(lengths, "data"), 0));
        bool is_same = true;
        for (size_t b = 0; b < json_array_size(boundaries); b++) {
            const int64_t boundary = json_integer_value(json_array_get(boundaries, b));
            is_same = is_same &&
                      (expected < boundary) == (tfeed_tensor_int32s(&columns[0])[0] < boundary);
        }
        if (is_seen[i] || !is_same)
            continue;
        is_seen[i] = true;
        return json_array_get(batches, i);
    }
    return NULL;
}

static tfeed_status take(const struct subject *subject, struct tfeed_tensor *columns)
{
    if (subject->batcher != NULL)
        return tfeed_batcher_next(subject->batcher, columns, NULL);
    return subject->source.produce(subject->source.user_data, columns, NULL);
}

static bool compare_batches(struct replay *replay, const char *name, const struct subject *subject,
                            const json_t *row)
{
    const json_t *outcome = json_object_get(row, "outcome");
    const json_t *batches = json_object_get(outcome, "batches");
    const json_t *end = json_object_get(json_is_object(outcome) ? outcome : row,
                                        json_is_object(outcome) ? "end" : "consumer");
    const json_t *boundaries = json_object_get(json_object_get(row, "args"), "bucket_boundaries");
    const size_t n_expected = json_array_size(batches);
    struct tfeed_tensor columns[MAX_COLUMNS] = {{.dtype = TFEED_DTYPE_INVALID}};
    bool is_seen[MAX_BATCHES] = {false};
    bool equal = n_expected <= MAX_BATCHES;
    size_t n = 0;
    tfeed_status status = TFEED_OK;
    while (equal && (n < n_expected || json_is_object(end)) &&
           (status = take(subject, columns)) == TFEED_OK) {
        equal = n < n_expected &&
                batch_equal(subject, columns, next_expected(batches, boundaries, columns, is_seen));
        if (!equal)
            replay_fail(replay, batching_file, name, "batch %zu is another", n);
        n++;
    }
    for (size_t i = 0; i < MAX_COLUMNS; i++)
        tfeed_tensor_clear(&columns[i]);
    if (equal && (n != n_expected || status != kind_of(end))) {
        replay_fail(replay, batching_file, name, "expected %zu batches and %s, got %zu and %s",
                    n_expected, tfeed_status_name(kind_of(end)), n, tfeed_status_name(status));
        return false;
    }
    return equal;
}

static bool shape_equal(const struct tfeed_shape *shape, const json_t *expected)
{
    bool equal = shape->n_dims == (int32_t)json_array_size(expected);
    for (size_t i = 0; equal && i < json_array_size(expected); i++) {
        const json_t *extent = json_array_get(expected, i);
        equal = shape->dims[i] ==
                (json_is_null(extent) ? TFEED_DIM_UNKNOWN : json_integer_value(extent));
    }
    return equal;
}

/* Of a sparse tensor the file has the shape of its values. */
static bool statics_equal(const struct tfeed_batcher *batcher, json_t *expected)
{
    size_t column = 0;
    const char *name;
    json_t *part;
    if (json_is_object(expected)) {
        json_object_foreach(expected, name, part)
        {
            const struct tfeed_shape shape = tfeed_batcher_column_shape(batcher, column++);
            if (!shape_equal(&shape, part))
                return false;
        }
        return column == tfeed_batcher_n_columns(batcher);
    }
    for (size_t i = 0; i < json_array_size(expected); i++) {
        const json_t *sparse = json_object_get(json_array_get(expected, i), "sparse");
        const struct tfeed_shape shape = tfeed_batcher_column_shape(
            batcher, sparse != NULL ? column + TFEED_SPARSE_VALUES : column);
        if (!shape_equal(&shape, sparse != NULL ? sparse : json_array_get(expected, i)))
            return false;
        column += sparse != NULL ? TFEED_SPARSE_N_TENSORS : 1;
    }
    return column == tfeed_batcher_n_columns(batcher);
}

/* --- running ------------------------------------------------------------------------------- */

static const struct form_case *find_form(const char *name)
{
    for (size_t i = 0; i < sizeof form_cases / sizeof form_cases[0]; i++)
        if (strcmp(form_cases[i].name, name) == 0)
            return &form_cases[i];
    return NULL;
}

static tfeed_status start(struct subject *subject, const json_t *row, const json_t *stream)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const struct form_case *form = find_form(name);
    TRY(tfeed_context_new(NULL, &subject->context, NULL));
    TRY(tfeed_coordinator_new(NULL, &subject->coordinator, NULL));
    TRY(form != NULL ? make_form(subject, form, json_object_get(row, "args"), stream)
                     : make_other(subject, name));
    return tfeed_start_queue_runners(subject->context, subject->coordinator, NULL);
}

/* What the join gives. */
static tfeed_status end(struct subject *subject)
{
    (void)tfeed_coordinator_request_stop(subject->coordinator, NULL, NULL);
    const tfeed_status status = tfeed_coordinator_join(subject->coordinator, NULL, NULL);
    tfeed_batcher_unref(subject->batcher);
    tfeed_batch_source_clear(&subject->source);
    const tfeed_status closed = tfeed_context_close(subject->context, NULL);
    tfeed_coordinator_free(subject->coordinator);
    return status != TFEED_OK ? status : closed;
}

static void replay_case(struct replay *replay, const json_t *row, const json_t *stream)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const json_t *outcome = json_object_get(row, "outcome");
    const json_t *raises = json_object_get(json_is_object(outcome) ? outcome : row, "join_raises");
    json_t *statics = json_object_get(outcome, "static_shapes");
    struct subject subject = {.context = NULL};
    const tfeed_status made = start(&subject, row, stream);
    bool ok = made == kind_of(outcome);
    if (!ok)
        replay_fail(replay, batching_file, name, "making it: expected %s, got %s",
                    tfeed_status_name(kind_of(outcome)), tfeed_status_name(made));
    if (ok && subject.batcher != NULL && !(ok = statics_equal(subject.batcher, statics)))
        replay_fail(replay, batching_file, name, "the shapes that are known differ");
    ok = ok && (made != TFEED_OK || compare_batches(replay, name, &subject, row));
    const tfeed_status joined = end(&subject);
    if (ok && joined != kind_of(raises))
        replay_fail(replay, batching_file, name, "the join: expected %s, got %s",
                    tfeed_status_name(kind_of(raises)), tfeed_status_name(joined));
    else if (ok)
        replay_pass(replay);
}

/* Evaluates a, a, a, b, b, c, which are limited to 2 and 1 and not at all. */
static void replay_limit_epochs(struct replay *replay, const json_t *row)
{
    static const int64_t limits[] = {2, 1, TFEED_EPOCHS_ENDLESS};
    static const size_t evaluated[] = {0, 0, 0, 1, 1, 2};
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const json_t *sequence = json_object_get(row, "sequence");
    int32_t values[] = {5, 6, 7};
    struct tfeed_batch_source sources[3];
    bool equal = json_array_size(sequence) == sizeof evaluated / sizeof evaluated[0];
    for (size_t i = 0; i < 3; i++) {
        const struct tfeed_tensor value = tfeed_tensor_borrow(TFEED_INT32, &scalar, &values[i]);
        if (tfeed_batch_source_constant(NULL, &value, 1, false, &sources[i], NULL) != TFEED_OK ||
            tfeed_limit_epochs(NULL, &sources[i], limits[i], &sources[i], NULL) != TFEED_OK)
            abort();
    }
    for (size_t i = 0; equal && i < json_array_size(sequence); i++) {
        const json_t *expected = json_array_get(sequence, i);
        const struct tfeed_batch_source *source = &sources[evaluated[i]];
        struct tfeed_tensor value = {.dtype = TFEED_DTYPE_INVALID};
        const tfeed_status status = source->produce(source->user_data, &value, NULL);
        equal =
            status == kind_of(expected) &&
            (status != TFEED_OK || tfeed_tensor_int32s(&value)[0] == json_integer_value(expected));
        tfeed_tensor_clear(&value);
    }
    for (size_t i = 0; i < 3; i++)
        tfeed_batch_source_clear(&sources[i]);
    if (equal)
        replay_pass(replay);
    else
        replay_fail(replay, batching_file, "limit_epochs", "the sequence is another");
}

int main(int argc, char **argv)
{
    struct replay replay;
    if (!replay_start(&replay, argc, argv))
        return REPLAY_USAGE;
    json_t *root = replay_open(&replay, batching_file);
    const json_t *cases = json_object_get(root, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *row = json_array_get(cases, i);
        if (strcmp(json_string_value(json_object_get(row, "name")), "limit_epochs") == 0)
            replay_limit_epochs(&replay, row);
        else
            replay_case(&replay, row, json_object_get(root, "stream"));
    }
    json_decref(root);
    return replay_finish(&replay);
}
