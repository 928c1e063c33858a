/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * spill.c - bytes that do not fit in memory.
 */
#include "datasets/spill_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

static tfeed_status fail(const struct tfi_spill *spill, int sys_errno, const char *what,
                         struct tfeed_error *reterr)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s a temporary file", what);
    return tfi_fail_errno(reterr, sys_errno, spill->folder, text);
}

/* Where the file system has no files without a name: one that loses it at once. */
static int open_and_unlink(const char *folder)
{
    static const char name[] = "/.tfeed-XXXXXX";
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s%s", folder, name) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

tfeed_status tfi_spill_open(struct tfi_spill *spill, const char *folder, struct tfeed_error *reterr)
{
    *spill = (struct tfi_spill){.folder = folder};
    spill->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (spill->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        spill->fd = open_and_unlink(folder);
    if (spill->fd < 0)
        return fail(spill, errno, "create", reterr);
    spill->is_open = true;
    return TFEED_OK;
}

tfeed_status tfi_spill_write(struct tfi_spill *spill, uint64_t offset, const void *data, size_t len,
                             struct tfeed_error *reterr)
{
    const uint8_t *next = data;
    while (len > 0) {
        const ssize_t n = pwrite(spill->fd, next, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(spill, errno, "write", reterr);
        next += n;
        offset += (uint64_t)n;
        len -= (size_t)n;
    }
    return TFEED_OK;
}

static tfeed_status map(struct tfi_spill *spill, uint64_t n_bytes, int protection,
                        struct tfeed_error *reterr)
{
    void *address = mmap(NULL, (size_t)n_bytes, protection, MAP_SHARED, spill->fd, 0);
    if (address == MAP_FAILED)
        return fail(spill, errno, "map", reterr);
    spill->map = address;
    spill->map_bytes = (size_t)n_bytes;
    return TFEED_OK;
}

tfeed_status tfi_spill_map(struct tfi_spill *spill, uint64_t n_bytes, struct tfeed_error *reterr)
{
    return map(spill, n_bytes, PROT_READ, reterr);
}

/* Where holes cannot be made the room is given back at the end. */
void tfi_spill_forget(struct tfi_spill *spill, uint64_t offset, uint64_t len)
{
    const int kept_errno = errno;
    (void)fallocate(spill->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                    (off_t)len);
    errno = kept_errno;
}

void tfi_spill_close(struct tfi_spill *spill)
{
    const int kept_errno = errno;
    if (spill->map != NULL)
        (void)munmap(spill->map, spill->map_bytes);
    if (spill->is_open)
        (void)close(spill->fd);
    *spill = (struct tfi_spill){0};
    errno = kept_errno;
}

/* ------------------------------------------------------------------ tables */

/* The room is taken on the disk before it is written to through the map: there a full disk would be
 * a fault. */
static tfeed_status alloc_on_disk(struct tfi_table *table, uint64_t n_bytes, const char *folder,
                                  struct tfeed_error *reterr)
{
    TFI_TRY(tfi_spill_open(&table->spill, folder, reterr));
    const int failed = posix_fallocate(table->spill.fd, 0, (off_t)n_bytes);
    if (failed != 0)
        return fail(&table->spill, failed, "make room for", reterr);
    TFI_TRY(map(&table->spill, n_bytes, PROT_READ | PROT_WRITE, reterr));
    table->data = table->spill.map;
    return TFEED_OK;
}

tfeed_status tfi_table_alloc(struct tfi_table *table, uint64_t n, size_t size, bool on_disk,
                             const char *folder, const struct tfeed_allocator *allocator,
                             struct tfeed_error *reterr)
{
    *table = (struct tfi_table){.allocator = allocator};
    if (on_disk && n > 0)
        return alloc_on_disk(table, n * size, folder, reterr);
    table->data = tfi_alloc_array(allocator, (size_t)n, size);
    return table->data == NULL ? tfi_fail_memory(reterr, "a table of records") : TFEED_OK;
}

void tfi_table_clear(struct tfi_table *table)
{
    if (table->spill.is_open)
        tfi_spill_close(&table->spill);
    else
        tfi_free(table->allocator, table->data);
    *table = (struct tfi_table){0};
}
