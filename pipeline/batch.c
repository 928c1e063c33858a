/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * batch.c - batch, batch_join, shuffle_batch, shuffle_batch_join, the maybe_ forms, and buckets:
 * all of them are one batcher over sources, of different kinds.
 */
#include <inttypes.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/context_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"

/* What a call asks for. */
struct request {
    struct tfeed_context *context;
    const struct tfi_batcher_kind *kind;
    const struct tfeed_batch_options *options;
    const struct tfeed_bucket_options *buckets; /* NULL: none */
    const struct tfeed_batch_source *sources;
    size_t n_sources;
};

/* What is made of it, on the way to a batcher. */
struct build {
    const struct tfeed_allocator *allocator;
    struct tfi_source **sources; /* [n_sources] */
    struct tfi_layout *layout;
    struct tfi_feed *feeds; /* [n_feeds] */
    size_t n_feeds;
    enum tfeed_dtype *dtypes; /* [n_slots] in the queue */
    struct tfeed_shape *shapes;
    struct tfi_column *columns; /* [n_columns] */
    size_t n_columns;
};

/* --- columns ------------------------------------------------------------------------------- */

static void describe_sparse(const struct tfi_component *slot, struct tfi_column *columns)
{
    const int64_t rank = slot->shape.n_dims < 0 ? TFEED_DIM_UNKNOWN : slot->shape.n_dims + 1;
    columns[TFEED_SPARSE_INDICES] =
        (struct tfi_column){TFEED_INT64, tfeed_shape_matrix(TFEED_DIM_UNKNOWN, rank), slot->name};
    columns[TFEED_SPARSE_VALUES] =
        (struct tfi_column){slot->dtype, tfeed_shape_vector(TFEED_DIM_UNKNOWN), slot->name};
    columns[TFEED_SPARSE_DENSE_SHAPE] =
        (struct tfi_column){TFEED_INT64, tfeed_shape_vector(rank), slot->name};
}

static size_t count_columns(const struct request *request, const struct tfi_layout *layout)
{
    size_t n = request->kind->bucketing == TFI_BUCKETS_BY_NUMBER ? 1 : 0;
    for (size_t i = 0; i < layout->n_slots; i++)
        n += tfi_component_n_tensors(&layout->slots[i]);
    return n;
}

/* What goes into the queue, and what comes out of the batcher. */
static tfeed_status describe(const struct request *request, struct build *build,
                             struct tfeed_error *reterr)
{
    const struct tfeed_shape scalar = TFEED_SHAPE_SCALAR;
    const struct tfi_layout *layout = build->layout;
    const int64_t n_rows = tfi_static_n_rows(request->options, request->buckets);
    build->n_columns = count_columns(request, layout);
    build->dtypes = tfi_alloc_array(build->allocator, layout->n_slots, sizeof *build->dtypes);
    build->shapes = tfi_alloc_array(build->allocator, layout->n_slots, sizeof *build->shapes);
    build->columns = tfi_alloc_array(build->allocator, build->n_columns, sizeof *build->columns);
    if (build->dtypes == NULL || build->shapes == NULL || build->columns == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    struct tfi_column *column = build->columns;
    if (request->kind->bucketing == TFI_BUCKETS_BY_NUMBER)
        *column++ = (struct tfi_column){.dtype = TFEED_INT32, .shape = scalar};
    for (size_t i = 0; i < layout->n_slots; i++) {
        const struct tfi_component *slot = &layout->slots[i];
        build->dtypes[i] = slot->is_sparse ? TFEED_STRING : slot->dtype;
        build->shapes[i] = slot->is_sparse ? scalar : slot->shape;
        if (slot->is_sparse)
            describe_sparse(slot, column);
        else
            *column = (struct tfi_column){slot->dtype, tfeed_shape_batch(n_rows, slot->shape),
                                          slot->name};
        column += tfi_component_n_tensors(slot);
    }
    return TFEED_OK;
}

/* --- making -------------------------------------------------------------------------------- */

static tfeed_status make_sources(const struct request *request, struct build *build,
                                 struct tfeed_error *reterr)
{
    build->sources = tfi_alloc_zeroed(build->allocator, request->n_sources, sizeof *build->sources);
    if (build->sources == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    for (size_t i = 0; i < request->n_sources; i++)
        TFI_TRY(tfi_source_new(build->allocator, &request->sources[i], &build->sources[i], reterr));
    return TFEED_OK;
}

/* A join has a feed for each source, anything else n_threads feeds for the one. */
static tfeed_status make_feeds(const struct request *request, struct build *build,
                               struct tfeed_error *reterr)
{
    const bool is_join = request->n_sources > 1;
    const size_t n_feeds = is_join ? request->n_sources : tfi_n_feeds(request->options);
    build->feeds = tfi_alloc_zeroed(build->allocator, n_feeds, sizeof *build->feeds);
    if (build->feeds == NULL)
        return tfi_fail_memory(reterr, "a batcher");
    build->n_feeds = n_feeds;
    for (size_t i = 0; i < n_feeds; i++)
        TFI_TRY(tfi_element_feed_new(build->layout, build->sources[is_join ? i : 0],
                                     &build->feeds[i], reterr));
    return TFEED_OK;
}

static tfeed_status make_batcher(const struct request *request, struct build *build,
                                 struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    TFI_TRY(make_sources(request, build, reterr));
    TFI_TRY(tfi_layout_new(build->allocator, request->kind, request->options, request->buckets,
                           build->sources[0], &build->layout, reterr));
    TFI_TRY(describe(request, build, reterr));
    TFI_TRY(make_feeds(request, build, reterr));
    const struct tfi_batcher_plan plan = {
        .context = request->context,
        .kind = request->kind,
        .options = request->options,
        .buckets = request->buckets,
        .n_queues = request->buckets != NULL ? build->layout->n_buckets : 1,
        .dtypes = build->dtypes,
        .shapes = build->shapes,
        .n_components = build->layout->n_slots,
        .columns = build->columns,
        .n_columns = build->n_columns,
        .layout = build->layout,
        .feeds = build->feeds,
        .n_feeds = build->n_feeds,
    };
    return tfi_batcher_new(&plan, ret_batcher, reterr);
}

/* Ends what the batcher does not hold. */
static void clear_build(const struct request *request, struct build *build)
{
    if (build->feeds != NULL)
        tfi_feeds_free(build->feeds, build->n_feeds);
    if (build->sources != NULL)
        for (size_t i = 0; i < request->n_sources; i++)
            tfi_source_unref(build->sources[i]);
    tfi_layout_unref(build->layout);
    tfi_free(build->allocator, build->columns);
    tfi_free(build->allocator, build->shapes);
    tfi_free(build->allocator, build->dtypes);
    tfi_free(build->allocator, build->feeds);
    tfi_free(build->allocator, build->sources);
}

static tfeed_status make(const struct request *request, struct tfeed_batcher **ret_batcher,
                         struct tfeed_error *reterr)
{
    struct build build = {.allocator = tfi_context_allocator(request->context)};
    const tfeed_status status = make_batcher(request, &build, ret_batcher, reterr);
    if (status == TFEED_OK) /* no thread runs yet: runners were only added */
        for (size_t i = 0; i < request->n_sources; i++)
            tfi_source_take(build.sources[i], &request->sources[i]);
    clear_build(request, &build);
    return status;
}

/* --- batch, shuffle_batch, and their joins ------------------------------------------------- */

static tfeed_status batch(struct tfeed_context *context, const struct tfi_batcher_kind *kind,
                          const struct tfeed_batch_source *sources, size_t n_sources,
                          const struct tfeed_batch_options *options,
                          struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_batch_options_check(context, kind, options, reterr));
    if (sources == NULL || n_sources == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "Expected at least one source in %s().",
                        kind->name);
    if (options->deterministic && n_sources > 1)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a deterministic %s takes one source, not %zu", kind->name, n_sources);
    const struct request request = {.context = context,
                                    .kind = kind,
                                    .options = options,
                                    .sources = sources,
                                    .n_sources = n_sources};
    return make(&request, ret_batcher, reterr);
}

tfeed_status tfeed_fifo_batch(struct tfeed_context *context,
                              const struct tfeed_batch_source *source,
                              const struct tfeed_batch_options *options,
                              struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "batch"};
    return batch(context, &kind, source, 1, options, ret_batcher, reterr);
}

tfeed_status tfeed_maybe_fifo_batch(struct tfeed_context *context,
                                    const struct tfeed_batch_source *source,
                                    const struct tfeed_batch_options *options,
                                    struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "maybe_batch", .has_keep_input = true};
    return batch(context, &kind, source, 1, options, ret_batcher, reterr);
}

tfeed_status tfeed_fifo_batch_join(struct tfeed_context *context,
                                   const struct tfeed_batch_source *sources, size_t n_sources,
                                   const struct tfeed_batch_options *options,
                                   struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "batch_join"};
    return batch(context, &kind, sources, n_sources, options, ret_batcher, reterr);
}

tfeed_status tfeed_maybe_fifo_batch_join(struct tfeed_context *context,
                                         const struct tfeed_batch_source *sources, size_t n_sources,
                                         const struct tfeed_batch_options *options,
                                         struct tfeed_batcher **ret_batcher,
                                         struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "maybe_batch_join",
                                                 .has_keep_input = true};
    return batch(context, &kind, sources, n_sources, options, ret_batcher, reterr);
}

tfeed_status tfeed_shuffle_batch(struct tfeed_context *context,
                                 const struct tfeed_batch_source *source,
                                 const struct tfeed_batch_options *options,
                                 struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "shuffle_batch", .shuffles = true};
    return batch(context, &kind, source, 1, options, ret_batcher, reterr);
}

tfeed_status tfeed_maybe_shuffle_batch(struct tfeed_context *context,
                                       const struct tfeed_batch_source *source,
                                       const struct tfeed_batch_options *options,
                                       struct tfeed_batcher **ret_batcher,
                                       struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {
        .name = "maybe_shuffle_batch", .shuffles = true, .has_keep_input = true};
    return batch(context, &kind, source, 1, options, ret_batcher, reterr);
}

tfeed_status tfeed_shuffle_batch_join(struct tfeed_context *context,
                                      const struct tfeed_batch_source *sources, size_t n_sources,
                                      const struct tfeed_batch_options *options,
                                      struct tfeed_batcher **ret_batcher,
                                      struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {.name = "shuffle_batch_join", .shuffles = true};
    return batch(context, &kind, sources, n_sources, options, ret_batcher, reterr);
}

tfeed_status tfeed_maybe_shuffle_batch_join(struct tfeed_context *context,
                                            const struct tfeed_batch_source *sources,
                                            size_t n_sources,
                                            const struct tfeed_batch_options *options,
                                            struct tfeed_batcher **ret_batcher,
                                            struct tfeed_error *reterr)
{
    static const struct tfi_batcher_kind kind = {
        .name = "maybe_shuffle_batch_join", .shuffles = true, .has_keep_input = true};
    return batch(context, &kind, sources, n_sources, options, ret_batcher, reterr);
}

/* --- buckets ------------------------------------------------------------------------------- */

void tfeed_bucket_options_init(struct tfeed_bucket_options *options)
{
    *options = (struct tfeed_bucket_options){.struct_size = sizeof *options};
    tfeed_batch_options_init(&options->batch);
}

static tfeed_status check_boundaries(const struct tfeed_bucket_options *options,
                                     struct tfeed_error *reterr)
{
    if (options->boundaries == NULL || options->n_boundaries == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "bucket_boundaries must not be empty");
    for (size_t i = 1; i < options->n_boundaries; i++)
        if (options->boundaries[i] <= options->boundaries[i - 1])
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "Buckets must contain sequential increasing lengths, but saw: %" PRId64
                            " before %" PRId64,
                            options->boundaries[i - 1], options->boundaries[i]);
    return TFEED_OK;
}

static tfeed_status check_lists(const struct tfeed_bucket_options *options, size_t n_buckets,
                                struct tfeed_error *reterr)
{
    if (options->batch_sizes != NULL && options->n_batch_sizes != n_buckets)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "batch_sizes must have an element for each of the %zu buckets, not %zu",
                        n_buckets, options->n_batch_sizes);
    if (options->capacities != NULL && options->n_capacities != n_buckets)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "capacities must have an element for each of the %zu buckets, not %zu",
                        n_buckets, options->n_capacities);
    for (size_t i = 0; options->batch_sizes != NULL && i < n_buckets; i++)
        if (options->batch_sizes[i] < 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "batch_size must be 0 or more, not %" PRId64, options->batch_sizes[i]);
    return TFEED_OK;
}

static tfeed_status check_buckets(const struct tfeed_bucket_options *options,
                                  const struct tfi_batcher_kind *kind, struct tfeed_error *reterr)
{
    enum { MAX_BUCKETS = 1024 }; /* there is a thread for each */
    if (options->batch.enqueue_many || options->batch.deterministic ||
        options->batch.n_prefetch != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s has no enqueue_many, deterministic or n_prefetch", kind->name);
    const bool by_length = kind->bucketing == TFI_BUCKETS_BY_LENGTH;
    if (by_length)
        TFI_TRY(check_boundaries(options, reterr));
    const size_t n_buckets = by_length ? options->n_boundaries + 1 : options->n_buckets;
    if (n_buckets < 1 || n_buckets > MAX_BUCKETS)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "there must be 1 to %d buckets, not %zu",
                        MAX_BUCKETS, n_buckets);
    return check_lists(options, n_buckets, reterr);
}

static tfeed_status bucket(struct tfeed_context *context, struct tfi_batcher_kind *kind,
                           const struct tfeed_batch_source *source,
                           const struct tfeed_bucket_options *options,
                           struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    if (options == NULL || options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "bucket options have struct_size %zu, expected %zu: call "
                        "tfeed_bucket_options_init first",
                        options != NULL ? options->struct_size : 0, sizeof *options);
    kind->has_keep_input = options->keep_input;
    struct tfeed_batch_options batch_options = options->batch;
    if (options->batch_sizes != NULL && batch_options.batch_size < 0)
        batch_options.batch_size = 0; /* is not used */
    TFI_TRY(tfi_batch_options_check(context, kind, &batch_options, reterr));
    TFI_TRY(check_buckets(options, kind, reterr));
    const struct request request = {.context = context,
                                    .kind = kind,
                                    .options = &batch_options,
                                    .buckets = options,
                                    .sources = source,
                                    .n_sources = 1};
    return make(&request, ret_batcher, reterr);
}

tfeed_status tfeed_bucket(struct tfeed_context *context, const struct tfeed_batch_source *source,
                          const struct tfeed_bucket_options *options,
                          struct tfeed_batcher **ret_batcher, struct tfeed_error *reterr)
{
    struct tfi_batcher_kind kind = {.name = "bucket", .bucketing = TFI_BUCKETS_BY_NUMBER};
    return bucket(context, &kind, source, options, ret_batcher, reterr);
}

tfeed_status tfeed_bucket_by_sequence_length(struct tfeed_context *context,
                                             const struct tfeed_batch_source *source,
                                             const struct tfeed_bucket_options *options,
                                             struct tfeed_batcher **ret_batcher,
                                             struct tfeed_error *reterr)
{
    struct tfi_batcher_kind kind = {.name = "bucket_by_sequence_length",
                                    .bucketing = TFI_BUCKETS_BY_LENGTH};
    return bucket(context, &kind, source, options, ret_batcher, reterr);
}
