/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_feed.c - records of TFRecord files as elements of a queue: a reader for each feed, all on
 * one queue of names. A chunk is a run of records, views into the file's blocks; several wait in
 * the queue's line while the next one is read.
 */
#include <string.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "pipeline/batcher_private.h"
#include "readers/readers_internal.h"

struct run {
    struct tfeed_tensor chunk; /* over records */
    struct tfeed_bytes records[TFI_RUN_RECORDS];
};

struct record_feed {
    const struct tfeed_allocator *allocator;
    struct tfeed_queue *names;
    struct tfeed_reader *reader;
    size_t n_given; /* chunks so far; number i is in runs[i % TFI_RUNS_IN_HAND] */
    size_t n_released;
    struct run runs[TFI_RUNS_IN_HAND];
};

static tfeed_status next_run(void *object, struct tfi_chunk *ret_chunk, struct tfeed_error *reterr)
{
    struct record_feed *feed = object;
    struct run *run = &feed->runs[feed->n_given % TFI_RUNS_IN_HAND];
    size_t n_read = 0;
    TFI_TRY(tfi_reader_read_run(feed->reader, feed->names, TFI_RUN_RECORDS, run->records, &n_read,
                                reterr));
    const struct tfeed_shape shape = tfeed_shape_vector((int64_t)n_read);
    run->chunk = tfeed_tensor_borrow(TFEED_STRING, &shape, run->records);
    feed->n_given++;
    *ret_chunk = (struct tfi_chunk){.components = &run->chunk};
    return TFEED_OK;
}

static void release_run(void *object)
{
    struct record_feed *feed = object;
    struct run *run = &feed->runs[feed->n_released++ % TFI_RUNS_IN_HAND];
    tfi_bytes_unref_n(run->records, (size_t)run->chunk.shape.dims[0]);
}

static void free_feed(void *object)
{
    struct record_feed *feed = object;
    tfeed_reader_unref(feed->reader);
    tfeed_queue_unref(feed->names);
    tfi_free(feed->allocator, feed);
}

static tfeed_status make_feed(const struct tfeed_allocator *allocator, struct tfeed_queue *names,
                              const struct tfeed_record_reader_options *reader_options,
                              struct tfi_feed *ret_feed, struct tfeed_error *reterr)
{
    static const struct tfi_feed_functions functions = {
        .name = "read", .next = next_run, .release = release_run, .free = free_feed};
    struct record_feed *feed = tfi_alloc_zeroed(allocator, 1, sizeof *feed);
    if (feed == NULL)
        return tfi_fail_memory(reterr, "a reader of records");
    feed->allocator = allocator;
    feed->names = tfeed_queue_ref(names);
    const tfeed_status status = tfeed_tfrecord_reader_new(reader_options, &feed->reader, reterr);
    if (status != TFEED_OK) {
        free_feed(feed);
        return status;
    }
    *ret_feed = (struct tfi_feed){.functions = &functions, .object = feed, .chunk = TFI_CHUNK_RUN};
    return TFEED_OK;
}

tfeed_status tfi_record_feeds_new(const struct tfeed_allocator *allocator,
                                  struct tfeed_queue *names,
                                  const struct tfeed_record_reader_options *reader_options,
                                  struct tfi_feed *feeds, size_t n, struct tfeed_error *reterr)
{
    if (names == NULL || tfeed_queue_n_components(names) != 1 ||
        tfeed_queue_dtype(names, 0) != TFEED_STRING)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "reading records needs a queue of names, whose elements are one string");
    memset(feeds, 0, n * sizeof *feeds);
    tfeed_status status = TFEED_OK;
    for (size_t i = 0; status == TFEED_OK && i < n; i++)
        status = make_feed(allocator, names, reader_options, &feeds[i], reterr);
    if (status != TFEED_OK)
        tfi_feeds_free(feeds, n);
    return status;
}
