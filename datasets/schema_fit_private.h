/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_fit_private.h - runs of records checked against a schema by any number of threads.
 */
#ifndef TFI_SCHEMA_FIT_PRIVATE_H
#define TFI_SCHEMA_FIT_PRIVATE_H

#include <tfeed/datasets.h>

/* Records that do not fit, as far as they are listed, in order. Zeroed at its start. */
struct tfi_misfits {
    struct tfeed_dataset_fault *at; /* the message says nothing of the place */
    size_t n;
    size_t n_slots;
    uint64_t n_all;
};

void tfi_misfits_clear(struct tfi_misfits *misfits, const struct tfeed_allocator *allocator);

/* What records are checked against, and checkers that no thread uses just now. */
struct tfi_schema_fit;

/* Of the schema that the options name; NULL where they name none. INVALID_ARGUMENT: two schemas, an
 * empty one, or payloads that are not read. */
tfeed_status tfi_schema_fit_new(const struct tfeed_dataset_verify_options *options,
                                struct tfi_schema_fit **ret_fit, struct tfeed_error *reterr);

/* NULL does nothing. */
void tfi_schema_fit_free(struct tfi_schema_fit *fit);

/* Checks a run; `record` is the number that its first record gets. Thread safety: fully
 * concurrent, of distinct misfits. */
tfeed_status tfi_schema_fit_check(struct tfi_schema_fit *fit, const struct tfeed_record_view *views,
                                  size_t n, uint64_t record, struct tfi_misfits *misfits,
                                  struct tfeed_error *reterr);

#endif
