/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * error_internal.h - how a failure is reported: one call that fills the caller's error and returns
 * its code, so that every failing branch is `return tfi_fail(…)`.
 *
 * All of them cut what is too long, replace control characters and bytes that are not UTF-8 by '?',
 * keep errno and accept reterr == NULL.
 */
#ifndef TFI_ERROR_INTERNAL_H
#define TFI_ERROR_INTERNAL_H

#include <stdint.h>

#include <tfeed/status.h>

#include "core/shared_internal.h"

#define TFI_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))

/* Returns from the enclosing function when expr is not OK. */
#define TFI_TRY(expr)                                                                              \
    do {                                                                                           \
        tfeed_status tfi_try_status = (expr);                                                      \
        if (tfi_try_status != TFEED_OK)                                                            \
            return tfi_try_status;                                                                 \
    } while (0)

/* A failure that has no file. */
TFI_SHARED tfeed_status tfi_fail(struct tfeed_error *reterr, tfeed_status code, const char *format,
                                 ...) TFI_PRINTF(3, 4);

/* A failure in a file: the message becomes "path: record R at byte O: …", "path: byte O: …" or
 * "path: …", as far as record and offset are known (TFEED_NOWHERE: not). */
TFI_SHARED tfeed_status tfi_fail_at(struct tfeed_error *reterr, tfeed_status code, const char *path,
                                    uint64_t record, uint64_t offset, const char *format, ...)
    TFI_PRINTF(6, 7);

/* A failed system call on a file: the code follows sys_errno (ENOENT: NOT_FOUND, ENOSPC:
 * RESOURCE_EXHAUSTED, …), the message is "path: what: reason". */
tfeed_status tfi_fail_errno(struct tfeed_error *reterr, int sys_errno, const char *path,
                            const char *what);

/* No memory: RESOURCE_EXHAUSTED, "no memory for <what>". */
TFI_SHARED tfeed_status tfi_fail_memory(struct tfeed_error *reterr, const char *what);

/* The code that an errno stands for. */
tfeed_status tfi_status_from_errno(int sys_errno);

/* Copies an error that was kept; returns its code. */
TFI_SHARED tfeed_status tfi_fail_again(struct tfeed_error *reterr, const struct tfeed_error *kept);

/* Makes a text fit to be shown on a terminal, in place and at the same length: every byte of a
 * control character, and every byte that is not UTF-8, becomes '?'. */
void tfi_mask_text(char *text);

#endif
