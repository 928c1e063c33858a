/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_fit.c - runs of records checked against a schema by any number of threads.
 *
 * A checker serves one thread at a time. A thread takes an idle one for a run and puts it back, so
 * that there are as many as threads that check at the same time, and each keeps its buffers.
 */
#include "datasets/schema_fit_private.h"

#include <string.h>

#include <tfeed/schema.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/idle_internal.h"

struct checker {
    struct tfi_idle_link link;
    struct tfeed_schema_checker *examples; /* or */
    struct tfeed_sequence_parser *sequences;
};

struct tfi_schema_fit {
    const struct tfeed_dataset_verify_options *options;
    struct tfi_idle idle;
};

/* --- checkers -------------------------------------------------------------------------------- */

static void free_checker(struct checker *checker, const struct tfeed_allocator *allocator)
{
    tfeed_schema_checker_free(checker->examples);
    tfeed_sequence_parser_free(checker->sequences);
    tfi_free(allocator, checker);
}

static tfeed_status make_checker(const struct tfeed_dataset_verify_options *options,
                                 struct checker **ret_checker, struct tfeed_error *reterr)
{
    struct checker *checker = tfi_alloc_zeroed(options->allocator, 1, sizeof *checker);
    if (checker == NULL)
        return tfi_fail_memory(reterr, "a schema checker");
    const tfeed_status status =
        options->schema != NULL
            ? tfeed_schema_checker_new(options->schema, true, options->allocator,
                                       &checker->examples, reterr)
            : tfeed_sequence_parser_new(options->sequence_schema, 1, options->allocator,
                                        &checker->sequences, reterr);
    if (status != TFEED_OK) {
        free_checker(checker, options->allocator);
        return status;
    }
    *ret_checker = checker;
    return TFEED_OK;
}

static tfeed_status take_checker(struct tfi_schema_fit *fit, struct checker **ret_checker,
                                 struct tfeed_error *reterr)
{
    struct checker *checker = tfi_idle_take(&fit->idle);
    if (checker == NULL)
        return make_checker(fit->options, ret_checker, reterr);
    *ret_checker = checker;
    return TFEED_OK;
}

/* INVALID_ARGUMENT: it does not fit. */
static tfeed_status check_record(struct checker *checker, const struct tfeed_record_view *view,
                                 struct tfeed_error *reterr)
{
    /* without its block, whose place in a file the message would name as a byte of the payload */
    const struct tfeed_bytes record = {.data = view->data, .len = view->len};
    if (checker->examples != NULL)
        return tfeed_schema_checker_check(checker->examples, &record, reterr);
    return tfeed_sequence_parser_parse(checker->sequences, &record, 1, NULL, reterr);
}

/* --- the whole ------------------------------------------------------------------------------- */

tfeed_status tfi_schema_fit_new(const struct tfeed_dataset_verify_options *options,
                                struct tfi_schema_fit **ret_fit, struct tfeed_error *reterr)
{
    struct checker *first;
    *ret_fit = NULL;
    if (options->schema == NULL && options->sequence_schema == NULL)
        return TFEED_OK;
    if (options->schema != NULL && options->sequence_schema != NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "records are checked against one schema, not against two");
    if (options->headers_only)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a schema is about payloads, which are not read for headers only");
    TFI_TRY(make_checker(options, &first, reterr)); /* what is wrong with the schema is said here */
    struct tfi_schema_fit *fit = tfi_alloc_zeroed(options->allocator, 1, sizeof *fit);
    if (fit == NULL) {
        free_checker(first, options->allocator);
        return tfi_fail_memory(reterr, "a schema checker");
    }
    fit->options = options;
    tfi_idle_init(&fit->idle);
    tfi_idle_give(&fit->idle, &first->link);
    *ret_fit = fit;
    return TFEED_OK;
}

void tfi_schema_fit_free(struct tfi_schema_fit *fit)
{
    if (fit == NULL)
        return;
    for (struct checker *checker; (checker = tfi_idle_take(&fit->idle)) != NULL;)
        free_checker(checker, fit->options->allocator);
    tfi_idle_clear(&fit->idle);
    tfi_free(fit->options->allocator, fit);
}

void tfi_misfits_clear(struct tfi_misfits *misfits, const struct tfeed_allocator *allocator)
{
    tfi_free(allocator, misfits->at);
    *misfits = (struct tfi_misfits){0};
}

/* Counts a misfit, and lists it while there may be room for more in the report. */
static tfeed_status add_misfit(const struct tfeed_dataset_verify_options *options,
                               struct tfi_misfits *misfits, const struct tfeed_error *found,
                               uint64_t record, uint64_t offset, struct tfeed_error *reterr)
{
    misfits->n_all++;
    if (misfits->n == options->max_errors)
        return TFEED_OK;
    if (misfits->n == misfits->n_slots) {
        const size_t n_slots = misfits->n_slots == 0 ? 1 : 2 * misfits->n_slots;
        struct tfeed_dataset_fault *at =
            tfi_realloc_array(options->allocator, misfits->at, n_slots, sizeof *at);
        if (at == NULL)
            return tfi_fail_memory(reterr, "a list of faults");
        misfits->at = at;
        misfits->n_slots = n_slots;
    }
    struct tfeed_dataset_fault *fault = &misfits->at[misfits->n++];
    *fault = (struct tfeed_dataset_fault){
        .record = record, .offset = offset, .code = found->code, .end_offset = offset};
    memcpy(fault->message, found->message, sizeof fault->message);
    return TFEED_OK;
}

tfeed_status tfi_schema_fit_check(struct tfi_schema_fit *fit, const struct tfeed_record_view *views,
                                  size_t n, uint64_t record, struct tfi_misfits *misfits,
                                  struct tfeed_error *reterr)
{
    struct checker *checker;
    tfeed_status status = take_checker(fit, &checker, reterr);
    if (status != TFEED_OK)
        return status;
    for (size_t i = 0; status == TFEED_OK && i < n; i++) {
        struct tfeed_error found = TFEED_ERROR_INIT;
        status = check_record(checker, &views[i], &found);
        if (status == TFEED_INVALID_ARGUMENT)
            status = add_misfit(fit->options, misfits, &found, record + i, views[i].offset, reterr);
        else if (status != TFEED_OK)
            status = tfi_fail_again(reterr, &found);
    }
    tfi_idle_give(&fit->idle, &checker->link);
    return status;
}
