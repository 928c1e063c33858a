/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * split.c - the records of a set, divided into named parts.
 *
 * How many records each part gets is settled from their number before the first is copied. Drawn at
 * random, a record goes to a part with the probability of the part's share in what is still to be
 * given out: every division into parts of these sizes is then equally likely (Knuth's selection
 * sampling), and nothing need be kept in memory.
 */
#include <tfeed/datasets.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tfeed/random.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "datasets/copy_private.h"

/* Deals records to parts. */
struct divider {
    uint64_t *n_left; /* [n_parts] records that are still to come to each */
    size_t n_parts;
    uint64_t n_all_left;
    size_t part; /* RANGES: of the last record */
    enum tfeed_dataset_draw draw;
    struct tfeed_random random;
};

/* ------------------------------------------------------------------- parts */

static tfeed_status fail_part(struct tfeed_error *reterr, const struct tfeed_dataset_part *part,
                              const char *what)
{
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "part '%s': %s", part->name, what);
}

static tfeed_status check_parts(const struct tfeed_dataset_part *parts, size_t n_parts,
                                struct tfeed_error *reterr)
{
    if (n_parts == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "there are no parts");
    for (size_t i = 0; i < n_parts; i++) {
        const struct tfeed_dataset_part *part = &parts[i];
        if (part->name[0] == '\0' || strchr(part->name, '/') != NULL)
            return fail_part(reterr, part, "the name of a file was expected");
        if (!(part->share <= 1))
            return fail_part(reterr, part, "its share is above 1");
        for (size_t j = 0; j < i; j++)
            if (strcmp(parts[j].name, part->name) == 0)
                return fail_part(reterr, part, "named twice");
    }
    return TFEED_OK;
}

/* What the shares of the first parts make of n records; a sum that is 1 but for rounding makes
 * all. */
static uint64_t share_of(double sum, uint64_t n)
{
    enum { PARTS_IN_1E9 = 1000000000 };
    if (sum * PARTS_IN_1E9 > PARTS_IN_1E9 - 1)
        return n;
    return (uint64_t)floor(sum * (double)n + 0.5);
}

/* Fills in divider->n_left. */
static tfeed_status size_parts(struct divider *divider, const struct tfeed_dataset_part *parts,
                               uint64_t n_records, struct tfeed_error *reterr)
{
    double sum = 0;
    uint64_t n_given = 0;
    size_t rest = divider->n_parts;
    for (size_t i = 0; i < divider->n_parts; i++) {
        uint64_t n = parts[i].n_records;
        if (parts[i].share >= 0) {
            n = share_of(sum + parts[i].share, n_records) - share_of(sum, n_records);
            sum += parts[i].share;
        } else if (n == TFEED_DATASET_REST && rest < divider->n_parts) {
            return fail_part(reterr, &parts[i], "only one part can have the rest");
        } else if (n == TFEED_DATASET_REST) {
            rest = i;
            n = 0;
        }
        if (n > n_records - n_given)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "part '%s' needs %" PRIu64 " record%s, %" PRIu64 " of %" PRIu64
                            " are left",
                            parts[i].name, n, n == 1 ? "" : "s", n_records - n_given, n_records);
        divider->n_left[i] = n;
        n_given += n;
    }
    if (sum > 1 + 1e-9)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the shares of the parts exceed 1");
    if (rest < divider->n_parts)
        divider->n_left[rest] = n_records - n_given;
    else if (n_given < n_records)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the parts have %" PRIu64 " of %" PRIu64 " records: one must have the rest",
                        n_given, n_records);
    divider->n_all_left = n_records;
    return TFEED_OK;
}

/* ----------------------------------------------------------------- dealing */

static size_t draw_part(struct divider *divider)
{
    const uint64_t high = tfeed_random_uint32(&divider->random);
    const uint64_t low = tfeed_random_uint32(&divider->random);
    uint64_t at = (high << 32 | low) % divider->n_all_left; /* the bias is below n / 2^64 */
    size_t part = 0;
    while (at >= divider->n_left[part])
        at -= divider->n_left[part++];
    return part;
}

/* The part of the next record. */
static size_t deal_next(void *dealer, size_t len)
{
    struct divider *divider = dealer;
    (void)len;
    if (divider->draw == TFEED_DRAW_RANDOM)
        divider->part = draw_part(divider);
    else
        while (divider->n_left[divider->part] == 0)
            divider->part++;
    divider->n_left[divider->part]--;
    divider->n_all_left--;
    return divider->part;
}

/* ----------------------------------------------------------------- outputs */

static tfeed_status count_only(void *state, const struct tfeed_record_view *views, size_t n,
                               struct tfeed_error *reterr)
{
    (void)state;
    (void)views;
    (void)n;
    (void)reterr;
    return TFEED_OK; /* the visit counts */
}

static tfeed_status add_output(struct tfi_copy *copy, const char *folder, const char *name,
                               struct tfeed_error *reterr)
{
    const struct tfeed_allocator *allocator = copy->inputs.options->allocator;
    const size_t path_bytes = strlen(folder) + strlen(name) + sizeof "/.tfrecords";
    char *path = tfi_alloc(allocator, path_bytes);
    if (path == NULL)
        return tfi_fail_memory(reterr, "the name of an output");
    (void)snprintf(path, path_bytes, "%s/%s.tfrecords", folder, name);
    const tfeed_status status = tfi_outputs_add(&copy->outputs, path, name, reterr);
    tfi_free(allocator, path);
    return status;
}

static tfeed_status divide(struct tfi_copy *copy, struct divider *divider,
                           const struct tfeed_dataset_part *parts, const char *folder,
                           struct tfeed_error *reterr)
{
    TFI_TRY(tfi_inputs_visit(&copy->inputs, TFI_VISIT_LENGTHS, count_only, NULL, reterr));
    TFI_TRY(size_parts(divider, parts, copy->inputs.n_records, reterr));
    for (size_t i = 0; i < divider->n_parts; i++)
        TFI_TRY(add_output(copy, folder, parts[i].name, reterr));
    copy->outputs.in_turn = divider->draw == TFEED_DRAW_RANGES;
    copy->deal = deal_next;
    copy->dealer = divider;
    copy->is_counted = true;
    copy->n_expected = copy->inputs.n_records;
    return tfi_copy_run(copy, reterr);
}

tfeed_status tfeed_dataset_split(const char *const *inputs, size_t n_inputs, const char *folder,
                                 const struct tfeed_dataset_part *parts, size_t n_parts,
                                 enum tfeed_dataset_draw draw, uint64_t seed,
                                 const struct tfeed_dataset_write_options *options,
                                 struct tfeed_dataset_write_report *ret_report,
                                 struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_options defaults;
    struct tfi_copy copy;
    tfi_copy_init(&copy, inputs, n_inputs, options, &defaults, ret_report);
    options = copy.inputs.options;
    TFI_TRY(tfi_inputs_check(&copy.inputs, false, reterr));
    TFI_TRY(check_parts(parts, n_parts, reterr));
    if (folder[0] == '\0') /* "" and a name behind it would be the root folder's */
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the output folder is empty");
    struct divider divider = {.n_parts = n_parts, .draw = draw};
    divider.n_left = tfi_alloc_zeroed(options->allocator, n_parts, sizeof *divider.n_left);
    if (divider.n_left == NULL)
        return tfi_fail_memory(reterr, "the parts of a set");
    /* the second word is not 0: the pair (0, 0) would be another one on each run */
    tfeed_random_init(&divider.random, (struct tfeed_seeds){.seed = seed, .seed2 = 1});
    bool made_folder;
    tfeed_status status =
        tfi_outputs_make_folder(options->file_system, folder, &made_folder, reterr);
    if (status == TFEED_OK)
        status = divide(&copy, &divider, parts, folder, reterr);
    tfi_free(options->allocator, divider.n_left);
    if (status != TFEED_OK && made_folder)
        (void)rmdir(folder); /* fails where an output appeared, and is then right to stay */
    return status;
}
