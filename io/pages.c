/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * pages.c - pages of mapped files, asked for ahead of their use.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/io_internal.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14; older kernels refuse it */
#endif

void tfi_pages_populate(const uint8_t *data, size_t len)
{
    const int kept_errno = errno;
    const uintptr_t page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t n_before = (uintptr_t)data % page_bytes;
    /* madvise wants the address of what it may not write */
    if (len > 0)
        (void)madvise((void *)((uintptr_t)data - n_before), len + n_before, MADV_POPULATE_READ);
    errno = kept_errno;
}
