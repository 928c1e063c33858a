/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * fixed_length_work.c - the reader of records of one length: a place is a record's number.
 *
 *    ┌ header ┬ record 0 ─────┬─ …                ┬ footer ┐
 *    └────────┴──┬ record 1 ──┴──┬─ …             ┴────────┘
 *             └─ hop ─┘                hop < record: records overlap; hop > record: gaps
 *
 * A record counts only where the footer still has room behind it. Records are views of the file's
 * blocks.
 */
#include <inttypes.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "readers/reader_private.h"
#include "readers/unit_file_private.h"

struct fixed_length_work {
    struct tfeed_reader_options options;
    struct tfeed_fixed_length lengths; /* checked; hop_bytes is never 0 */

    struct tfi_unit_file file; /* of the unit in progress */
    uint64_t n_records;        /* before the front */
    uint64_t to_skip;          /* bytes between the front and the next record */
};

static void end_file(void *object)
{
    struct fixed_length_work *work = object;
    tfi_unit_file_close(&work->file);
}

/* A file shorter than the header cannot be begun: OUT_OF_RANGE, as in TensorFlow. */
static tfeed_status begin_file(void *object, const struct tfeed_bytes *unit,
                               struct tfeed_error *reterr)
{
    struct fixed_length_work *work = object;
    work->n_records = 0;
    work->to_skip = (uint64_t)work->lengths.header_bytes;
    TFI_TRY(tfi_unit_file_open(&work->file, (const char *)unit->data, &work->options, reterr));
    const tfeed_status status = tfi_unit_file_skip(&work->file, &work->to_skip, reterr);
    if (status != TFEED_OK)
        end_file(work);
    return status;
}

/* The next record, if it and a footer are there. */
static bool take_record(struct fixed_length_work *work, struct tfeed_bytes *record)
{
    const struct tfeed_fixed_length *lengths = &work->lengths;
    const size_t n_there = tfi_unit_file_n_there(&work->file);
    const size_t n_needed = (size_t)(lengths->record_bytes + lengths->footer_bytes);
    if (work->to_skip > n_there || n_there - (size_t)work->to_skip < n_needed)
        return false;
    work->file.used += (size_t)work->to_skip;
    work->to_skip = (uint64_t)lengths->hop_bytes;
    work->n_records++;
    *record = (struct tfeed_bytes){
        .data = tfi_unit_file_front(&work->file),
        .len = (size_t)lengths->record_bytes,
        .block = tfi_unit_file_block(&work->file),
    };
    return true;
}

/* Lengths come from the program, and may be more than any file holds: that is its end. */
static tfeed_status bring_record(struct fixed_length_work *work, struct tfeed_error *reterr)
{
    const size_t n = (size_t)(work->lengths.record_bytes + work->lengths.footer_bytes);
    struct tfi_unit_file *file = &work->file;
    TFI_TRY(tfi_unit_file_skip(file, &work->to_skip, reterr));
    if (!tfi_stream_may_hold(&file->stream, (uint64_t)file->used + n))
        return tfi_fail(reterr, TFEED_OUT_OF_RANGE, "no more records");
    return tfi_unit_file_need(file, n, reterr);
}

static tfeed_status read_records(void *object, size_t max_records, struct tfi_reader_run *run,
                                 struct tfeed_error *reterr)
{
    struct fixed_length_work *work = object;
    size_t n_bytes = 0, n = 0;
    if (!take_record(work, &run->values[0])) {
        TFI_TRY(bring_record(work, reterr));
        (void)take_record(work, &run->values[0]); /* it is there */
    }
    do {
        n_bytes += run->values[n].len;
        run->places[n++] = work->n_records - 1;
    } while (n < max_records && n_bytes < TFI_UNIT_RUN_BYTES && take_record(work, &run->values[n]));
    tfi_bytes_ref_n(run->values, n);
    run->n_records = n;
    return TFEED_OK;
}

static void free_work(void *object)
{
    struct fixed_length_work *work = object;
    tfi_free(work->options.allocator, work);
}

/* --- making -------------------------------------------------------------------------------- */

static tfeed_status check_length(const char *name, int64_t n, struct tfeed_error *reterr)
{
    if (n < 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s must be >= 0 not %" PRId64, name, n);
    return TFEED_OK;
}

static tfeed_status check_lengths(const struct tfeed_fixed_length *lengths,
                                  struct tfeed_error *reterr)
{
    TFI_TRY(check_length("header_bytes", lengths->header_bytes, reterr));
    TFI_TRY(check_length("record_bytes", lengths->record_bytes, reterr));
    TFI_TRY(check_length("footer_bytes", lengths->footer_bytes, reterr));
    TFI_TRY(check_length("hop_bytes", lengths->hop_bytes, reterr));
    if (lengths->record_bytes == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "record_bytes must be > 0: records of no bytes would never end");
    if (lengths->record_bytes > INT64_MAX - lengths->footer_bytes)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "record_bytes %" PRId64 " and footer_bytes %" PRId64
                        " are more than can be counted",
                        lengths->record_bytes, lengths->footer_bytes);
    return TFEED_OK;
}

tfeed_status tfeed_fixed_length_reader_new(const struct tfeed_fixed_length *lengths,
                                           const struct tfeed_reader_options *options,
                                           struct tfeed_reader **ret_reader,
                                           struct tfeed_error *reterr)
{
    static const struct tfi_reader_functions functions = {
        .name = "FixedLengthRecordReader",
        .begin = begin_file,
        .read = read_records,
        .end = end_file,
        .free = free_work,
    };
    struct tfeed_reader_options resolved;
    TFI_TRY(tfi_reader_options_resolve(options, &resolved, reterr));
    TFI_TRY(check_lengths(lengths, reterr));
    struct fixed_length_work *work = tfi_alloc_zeroed(resolved.allocator, 1, sizeof *work);
    if (work == NULL)
        return tfi_fail_memory(reterr, "a reader");
    work->options = resolved;
    work->lengths = *lengths;
    if (lengths->hop_bytes == 0)
        work->lengths.hop_bytes = lengths->record_bytes;
    return tfi_reader_new(&functions, work, resolved.allocator, ret_reader, reterr);
}
