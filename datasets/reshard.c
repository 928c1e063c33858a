/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reshard.c - the records of a set, in order, in other files.
 *
 * The number of files stands in their names, so it must be known before the first one is opened:
 * the lengths of all records are gone through first, by the same cutter that later deals them.
 */
#include <tfeed/datasets.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/copy_private.h"
#include "datasets/shard_names_private.h"
#include "records/record_frame_internal.h"

/* Deals records to files one after the other. */
struct cutter {
    enum tfeed_dataset_cut cut;
    uint64_t n;
    uint64_t n_total; /* records; SHARDS: known before the second pass */
    uint64_t record;  /* the next one's number */
    uint64_t file;    /* that the last one went to */
    uint64_t n_bytes; /* in that file */
};

/* The file of the next record. */
static size_t cut_next(void *dealer, size_t len)
{
    struct cutter *cutter = dealer;
    const uint64_t record = cutter->record++;
    const uint64_t n_frame_bytes = (uint64_t)len + TFI_RECORD_OVERHEAD_BYTES;
    switch (cutter->cut) {
    case TFEED_CUT_SHARDS:
        while (record < cutter->n_total &&
               record >= tfi_shard_begin(cutter->n_total, cutter->file + 1, cutter->n))
            cutter->file++;
        break;
    case TFEED_CUT_RECORDS:
        cutter->file = record / cutter->n;
        break;
    case TFEED_CUT_BYTES:
        if (cutter->n_bytes > 0 &&
            (cutter->n_bytes >= cutter->n || n_frame_bytes > cutter->n - cutter->n_bytes)) {
            cutter->file++;
            cutter->n_bytes = 0;
        }
        cutter->n_bytes += n_frame_bytes;
        break;
    case TFEED_CUT_ROUND_ROBIN:
        cutter->file = record % cutter->n;
        break;
    }
    return (size_t)cutter->file;
}

static tfeed_status count_run(void *state, const struct tfeed_record_view *views, size_t n,
                              struct tfeed_error *reterr)
{
    struct cutter *cutter = state;
    (void)reterr;
    if (cutter->cut == TFEED_CUT_SHARDS)
        cutter->record += n;
    else
        for (size_t i = 0; i < n; i++)
            (void)cut_next(cutter, views[i].len);
    return TFEED_OK;
}

/* How many files there will be. Leaves the cutter at its start. */
static tfeed_status count_files(struct tfi_copy *copy, struct cutter *cutter, uint64_t *ret_n_files,
                                struct tfeed_error *reterr)
{
    *ret_n_files = cutter->n;
    if (cutter->cut == TFEED_CUT_ROUND_ROBIN)
        return TFEED_OK;
    TFI_TRY(tfi_inputs_visit(&copy->inputs, TFI_VISIT_LENGTHS, count_run, cutter, reterr));
    if (cutter->cut != TFEED_CUT_SHARDS)
        *ret_n_files = cutter->file + 1; /* of no records, one file */
    *cutter = (struct cutter){.cut = cutter->cut, .n = cutter->n, .n_total = cutter->record};
    return TFEED_OK;
}

static tfeed_status add_outputs(struct tfi_copy *copy, struct tfi_shard_names *names,
                                uint64_t n_files, struct tfeed_error *reterr)
{
    TFI_TRY(tfi_shard_names_set_number(names, n_files, reterr));
    for (unsigned i = 0; i < names->shard.n_shards; i++) {
        char *name = tfi_shard_names_get(names, i);
        if (name == NULL)
            return tfi_fail_memory(reterr, "the name of an output");
        const tfeed_status status = tfi_outputs_add(&copy->outputs, name, "", reterr);
        tfi_free(names->allocator, name);
        TFI_TRY(status);
    }
    return TFEED_OK;
}

static tfeed_status reshard(struct tfi_copy *copy, struct cutter *cutter,
                            struct tfi_shard_names *names, struct tfeed_error *reterr)
{
    uint64_t n_files;
    TFI_TRY(count_files(copy, cutter, &n_files, reterr));
    TFI_TRY(add_outputs(copy, names, n_files, reterr));
    copy->outputs.in_turn = cutter->cut != TFEED_CUT_ROUND_ROBIN;
    copy->deal = cut_next;
    copy->dealer = cutter;
    copy->is_counted = cutter->cut != TFEED_CUT_ROUND_ROBIN;
    copy->n_expected = cutter->n_total;
    return tfi_copy_run(copy, reterr);
}

tfeed_status tfeed_dataset_reshard(const char *const *inputs, size_t n_inputs, const char *out,
                                   enum tfeed_dataset_cut cut, uint64_t n,
                                   const struct tfeed_dataset_write_options *options,
                                   struct tfeed_dataset_write_report *ret_report,
                                   struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_options defaults;
    struct tfi_shard_names names;
    struct tfi_copy copy;
    struct cutter cutter = {.cut = cut, .n = n};
    const bool n_is_files = cut == TFEED_CUT_SHARDS || cut == TFEED_CUT_ROUND_ROBIN;
    tfi_copy_init(&copy, inputs, n_inputs, options, &defaults, ret_report);
    TFI_TRY(tfi_inputs_check(&copy.inputs, cut == TFEED_CUT_ROUND_ROBIN, reterr));
    if ((unsigned)cut > TFEED_CUT_ROUND_ROBIN)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "unknown cut %d", (int)cut);
    if (n == 0 && !n_is_files)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "files of 0 %s",
                        cut == TFEED_CUT_RECORDS ? "records" : "bytes");
    tfeed_status status = tfi_shard_names_init(&names, out, copy.inputs.options->allocator, reterr);
    if (status == TFEED_OK && n_is_files) { /* before all lengths are gone through */
        cutter.n = n == 0 ? tfi_shard_names_said(&names) : n;
        if (cutter.n == 0)
            status = tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                              "how many files? neither a cut nor the name of the output "
                              "(train@8.tfrecords) says it");
    }
    if (status == TFEED_OK && n_is_files) {
        status = tfi_shard_names_set_number(&names, cutter.n, reterr);
    }
    if (status == TFEED_OK)
        status = reshard(&copy, &cutter, &names, reterr);
    tfi_shard_names_clear(&names);
    return status;
}
