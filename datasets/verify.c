/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * verify.c - read a file of records to its end, and say everything that is wrong with it.
 */
#include <tfeed/datasets.h>

#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/damage_private.h"
#include "datasets/datasets_private.h"
#include "datasets/index_place_private.h"
#include "datasets/schema_fit_private.h"
#include "records/record_frame_internal.h"
#include "records/records_internal.h"

enum { DEFAULT_MAX_ERRORS = 100 };

void tfeed_dataset_verify_options_init(struct tfeed_dataset_verify_options *options)
{
    *options =
        (struct tfeed_dataset_verify_options){.struct_size = sizeof *options,
                                              .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
                                              .max_errors = DEFAULT_MAX_ERRORS,
                                              .n_threads = 1};
}

void tfeed_dataset_verify_report_clear(struct tfeed_dataset_verify_report *report)
{
    tfi_free(report->allocator, report->faults);
    *report = (struct tfeed_dataset_verify_report){0};
}

/* A file being examined. */
struct examination {
    const struct tfeed_dataset_verify_options *options;
    const struct tfi_dataset_sink *sink; /* NULL: nobody wants the records */
    struct tfeed_dataset_verify_report *report;
    struct tfeed_record_reader *reader;
    struct tfi_index_builder *index; /* NULL: none is wanted, or there is a fault */
    struct tfi_schema_fit *fit;      /* NULL: no schema */
    const char *path;
    bool begins_wrong; /* what should be the first length is none */
};

/* What is known of a part of the file before it is merged. */
struct part {
    uint64_t n_records;
    uint64_t *lengths; /* [n_records], for the index */
    size_t n_slots;
    struct tfi_misfits misfits; /* their records count from the part's first */
};

/* Counts a fault, and lists it while there is room for more. */
static tfeed_status add_fault(struct examination *examination, const struct tfeed_error *found,
                              uint64_t end_offset, struct tfeed_error *reterr)
{
    struct tfeed_dataset_verify_report *report = examination->report;
    report->n_errors++;
    if (report->n_faults == examination->options->max_errors)
        return TFEED_OK;
    const size_t n = report->n_faults;
    if ((n & (n - 1)) == 0) { /* full at each power of two */
        struct tfeed_dataset_fault *faults = tfi_realloc_array(report->allocator, report->faults,
                                                               n == 0 ? 1 : 2 * n, sizeof *faults);
        if (faults == NULL)
            return tfi_fail_memory(reterr, "a list of faults");
        report->faults = faults;
    }
    struct tfeed_dataset_fault *fault = &report->faults[report->n_faults++];
    *fault = (struct tfeed_dataset_fault){.record = found->record,
                                          .offset = found->offset,
                                          .code = found->code,
                                          .end_offset = end_offset};
    memcpy(fault->message, found->message, sizeof fault->message);
    return TFEED_OK;
}

/* What damage looks like that has more than one explanation. */
static const char *find_hint(const struct tfeed_record_reader *reader, enum tfi_record_fault fault,
                             uint64_t n_lost_bytes)
{
    const bool is_compressed = tfeed_record_reader_compression(reader) != TFEED_COMPRESSION_NONE;
    if (fault == TFI_RECORD_TRAILING_BYTES && n_lost_bytes > 0 && !is_compressed)
        return "zeros where records should be: a file made larger before it was written, or what a "
               "crash of the machine left";
    if (fault == TFI_RECORD_TRUNCATED && n_lost_bytes > 0 && is_compressed)
        return "the compressed stream stops inside a record: a copy that was cut, or a writer that "
               "died while it wrote";
    if (fault == TFI_RECORD_TRUNCATED && is_compressed)
        return "every record is whole, only the end of the compressed stream is missing: a writer "
               "that flushed and was never closed, or a copy that lacks the last bytes";
    return NULL;
}

static tfeed_status tell_progress(const struct examination *examination, struct tfeed_error *reterr)
{
    const struct tfeed_dataset_verify_options *options = examination->options;
    return tfi_dataset_progress(options->progress, options->user_data,
                                examination->report->n_records, UINT64_MAX,
                                examination->report->n_bytes, reterr);
}

static void drop_index(struct examination *examination)
{
    tfi_index_builder_free(examination->index);
    examination->index = NULL;
}

/* Takes down why the reader stopped, and brings it behind that. OUT_OF_RANGE: there is no way. */
static tfeed_status take_fault(void *user_data, struct tfeed_record_reader *reader,
                               const struct tfeed_error *found, struct tfeed_error *reterr)
{
    struct examination *examination = user_data;
    struct tfeed_dataset_verify_report *report = examination->report;
    const enum tfi_record_fault fault = tfi_record_reader_fault(reader);
    struct tfeed_record_loss loss = {.end_offset = TFEED_NOWHERE};
    const bool is_first = report->n_errors == report->n_misfits; /* of damage */
    if (is_first) {
        report->cause = tfi_record_fault_cause(fault);
        examination->begins_wrong = fault == TFI_RECORD_LENGTH_FAULT && found->offset == 0;
    }
    drop_index(examination);
    const tfeed_status status = tfeed_record_reader_resync(reader, &loss, reterr);
    if (status != TFEED_OK && status != TFEED_FAILED_PRECONDITION)
        return status;
    if (status == TFEED_OK) {
        report->n_lost_bytes += loss.end_offset - loss.offset;
        if (is_first)
            report->hint = find_hint(reader, fault, loss.end_offset - loss.offset);
    }
    TFI_TRY(add_fault(examination, found, loss.end_offset, reterr));
    if (status != TFEED_OK)
        return TFEED_OUT_OF_RANGE;
    report->n_bytes = loss.end_offset;
    return tell_progress(examination, reterr);
}

/* --- the index ------------------------------------------------------------------------------- */

static tfeed_status note_lengths(const struct examination *examination, struct part *part,
                                 const struct tfeed_record_view *views, size_t n,
                                 struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = examination->options->allocator;
    if (n > part->n_slots - part->n_records) {
        size_t n_slots = part->n_slots == 0 ? TFI_DATASET_RUN_RECORDS : 2 * part->n_slots;
        uint64_t *lengths = tfi_realloc_array(allocator, part->lengths, n_slots, sizeof *lengths);
        if (lengths == NULL)
            return tfi_fail_memory(reterr, "an index");
        part->lengths = lengths;
        part->n_slots = n_slots;
    }
    for (size_t i = 0; i < n; i++)
        part->lengths[part->n_records + i] = views[i].len;
    return TFEED_OK;
}

/* The part begins where what was merged before ends. */
static tfeed_status add_to_index(const struct examination *examination, const struct part *part,
                                 struct tfeed_error *reterr)
{
    uint64_t offset = examination->report->n_bytes;
    for (uint64_t i = 0; i < part->n_records; i++) {
        TFI_TRY(tfi_index_builder_add(examination->index, offset, part->lengths[i], reterr));
        offset += part->lengths[i] + TFI_RECORD_OVERHEAD_BYTES;
    }
    return TFEED_OK;
}

static void clear_part(void *user_data, void *state)
{
    const struct examination *examination = user_data;
    struct part *part = state;
    tfi_free(examination->options->allocator, part->lengths);
    tfi_misfits_clear(&part->misfits, examination->options->allocator);
}

/* --- the records ----------------------------------------------------------------------------- */

static tfeed_status take_run(void *user_data, void *state, const struct tfeed_record_view *views,
                             size_t n, struct tfeed_error *reterr)
{
    const struct examination *examination = user_data;
    const struct tfi_dataset_sink *sink = examination->sink;
    struct part *part = state;
    if (examination->options->index != NULL && sink == NULL)
        TFI_TRY(note_lengths(examination, part, views, n, reterr));
    if (examination->fit != NULL)
        TFI_TRY(tfi_schema_fit_check(examination->fit, views, n, part->n_records, &part->misfits,
                                     reterr));
    part->n_records += n;
    if (sink == NULL)
        return TFEED_OK;
    return sink->take(sink->user_data, examination->reader, views, n, reterr);
}

/* Takes down what does not fit in a part whose first record has number `record`. */
static tfeed_status take_misfits(struct examination *examination, const struct tfi_misfits *misfits,
                                 uint64_t record, struct tfeed_error *reterr)
{
    if (misfits->n_all == 0)
        return TFEED_OK;
    drop_index(examination);
    for (size_t i = 0; i < misfits->n; i++) {
        const struct tfeed_dataset_fault *fault = &misfits->at[i];
        struct tfeed_error found;
        (void)tfi_fail_at(&found, fault->code, examination->path, record + fault->record,
                          fault->offset, "does not fit the schema: %s", fault->message);
        TFI_TRY(add_fault(examination, &found, fault->end_offset, reterr));
    }
    examination->report->n_errors += misfits->n_all - misfits->n;
    examination->report->n_misfits += misfits->n_all;
    return TFEED_OK;
}

static tfeed_status merge_part(void *user_data, void *state, uint64_t record, uint64_t end_offset,
                               struct tfeed_error *reterr)
{
    struct examination *examination = user_data;
    const struct part *part = state;
    if (examination->index != NULL)
        TFI_TRY(add_to_index(examination, part, reterr));
    TFI_TRY(take_misfits(examination, &part->misfits, record, reterr));
    examination->report->n_records += part->n_records - part->misfits.n_all;
    examination->report->n_bytes = end_offset;
    return tell_progress(examination, reterr);
}

static void set_reader_options(const struct tfeed_dataset_verify_options *options,
                               struct tfeed_record_reader_options *reader)
{
    tfeed_record_reader_options_init(reader);
    reader->compression = options->compression;
    reader->tail = options->tail;
    reader->map = options->map;
    reader->max_record_bytes = options->max_record_bytes;
    reader->file_system = options->file_system;
    reader->allocator = options->allocator;
}

/* As tfi_dataset_examine; an index of all records goes into *index, unless there is a fault: then
 * it is freed. */
static tfeed_status examine(const char *path, const struct tfeed_dataset_verify_options *options,
                            const struct tfi_dataset_sink *sink, struct tfi_index_builder **index,
                            struct tfeed_dataset_verify_report *report, struct tfeed_error *reterr)
{
    struct examination examination = {
        .options = options, .sink = sink, .report = report, .index = *index, .path = path};
    struct tfeed_record_reader_options reader_options;
    set_reader_options(options, &reader_options);
    if (sink == NULL)
        TFI_TRY(tfi_schema_fit_new(options, &examination.fit, reterr));
    const struct tfi_record_scan scan = {
        .path = path,
        .options = &reader_options,
        .n_threads = sink != NULL ? 1 : tfi_dataset_threads(options->n_threads),
        .headers_only = sink == NULL && options->headers_only,
        .state_bytes = sizeof(struct part),
        .user_data = &examination,
        .take = take_run,
        .merge = merge_part,
        .clear = clear_part,
        .damaged = take_fault,
    };
    const tfeed_status status = tfi_record_scan_file(&scan, &examination.reader, reterr);
    if (examination.reader != NULL) {
        report->n_bytes = tfeed_record_reader_offset(examination.reader);
        report->compression = tfeed_record_reader_compression(examination.reader);
    }
    tfeed_record_reader_close(examination.reader);
    tfi_schema_fit_free(examination.fit);
    report->is_ok = status == TFEED_OK && report->n_errors == 0;
    if (examination.begins_wrong && report->n_records == 0 && report->n_errors == 1)
        report->hint = "not a TFRecord file, or nothing is left of one: no record was found in it";
    *index = examination.index;
    return status;
}

tfeed_status tfi_dataset_examine(const char *path,
                                 const struct tfeed_dataset_verify_options *options,
                                 const struct tfi_dataset_sink *sink,
                                 struct tfeed_dataset_verify_report *report,
                                 struct tfeed_error *reterr)
{
    struct tfi_index_builder *no_index = NULL;
    return examine(path, options, sink, &no_index, report, reterr);
}

static tfeed_status verify_with_index(const char *path,
                                      const struct tfeed_dataset_verify_options *options,
                                      struct tfi_index_place *place,
                                      struct tfi_index_builder **index,
                                      struct tfeed_dataset_verify_report *report,
                                      struct tfeed_error *reterr)
{
    struct tfeed_dataset_index_options where = *options->index;
    if (where.key_feature != NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "an index with a key is not made while verifying");
    where.file_system = options->file_system;
    where.allocator = options->allocator;
    TFI_TRY(tfi_index_place_find(place, path, &where, reterr));
    TFI_TRY(tfi_index_builder_new(options->allocator, index, reterr));
    TFI_TRY(examine(path, options, NULL, index, report, reterr));
    if (!report->is_ok)
        return TFEED_OK;
    place->target.compression = report->compression;
    TFI_TRY(tfi_index_builder_write(*index, &place->target, reterr));
    report->has_index = true;
    return TFEED_OK;
}

tfeed_status tfeed_dataset_verify(const char *path,
                                  const struct tfeed_dataset_verify_options *options,
                                  struct tfeed_dataset_verify_report *ret_report,
                                  struct tfeed_error *reterr)
{
    struct tfeed_dataset_verify_options defaults;
    struct tfi_index_place place = {.index_path = NULL};
    struct tfi_index_builder *index = NULL;
    tfeed_dataset_verify_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    *ret_report = (struct tfeed_dataset_verify_report){.allocator = options->allocator};
    if (options->index == NULL)
        return tfi_dataset_examine(path, options, NULL, ret_report, reterr);
    const tfeed_status status =
        verify_with_index(path, options, &place, &index, ret_report, reterr);
    tfi_index_builder_free(index);
    tfi_index_place_clear(&place);
    return status;
}
