/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * datasets_private.h - what the operations on whole data sets share.
 */
#ifndef TFI_DATASETS_PRIVATE_H
#define TFI_DATASETS_PRIVATE_H

#include <tfeed/datasets.h>

#include "core/error_internal.h"
#include "core/machine_internal.h"

/* Records between two looks at the progress function: an operation stops within one run. */
enum { TFI_DATASET_RUN_RECORDS = 128 };

/* Whether a file can be read again: it is no pipe, terminal or standard input. True also where it
 * cannot be looked at: opening says what is wrong. files NULL: local ones. */
bool tfi_dataset_comes_twice(const struct tfeed_file_system *files, const char *path);

/* What an option n_threads says: 0 is one for each processor. */
static inline uint32_t tfi_dataset_threads(uint32_t n_threads)
{
    return n_threads > 0 ? n_threads : (uint32_t)tfi_n_processors();
}

/* CANCELLED when the progress function says so. */
static inline tfeed_status tfi_dataset_progress(tfeed_dataset_progress progress, void *user_data,
                                                uint64_t n_records, uint64_t n_total,
                                                uint64_t n_bytes, struct tfeed_error *reterr)
{
    if (progress == NULL || progress(user_data, n_records, n_total, n_bytes))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_CANCELLED, "stopped");
}

#endif
