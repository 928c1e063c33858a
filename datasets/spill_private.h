/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * spill_private.h - bytes that do not fit in memory: a temporary file without a name, and tables
 * that lie in memory or, where they are too large, in such a file.
 *
 * The file is of the local file system whatever the data set's is. The kernel takes it away when it
 * is closed, however the process ends.
 */
#ifndef TFI_SPILL_PRIVATE_H
#define TFI_SPILL_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

struct tfi_spill {
    const char *folder; /* for messages; borrowed */
    int fd;             /* valid when is_open */
    bool is_open;
    uint8_t *map; /* NULL: not mapped */
    size_t map_bytes;
};

/* Zero it before opening; close it whatever open said. */
tfeed_status tfi_spill_open(struct tfi_spill *spill, const char *folder,
                            struct tfeed_error *reterr);

/* Writes all of `len` bytes at `offset`. RESOURCE_EXHAUSTED: the disk is full. */
tfeed_status tfi_spill_write(struct tfi_spill *spill, uint64_t offset, const void *data, size_t len,
                             struct tfeed_error *reterr);

/* Maps the first n_bytes (at least 1) to be read; they were written. */
tfeed_status tfi_spill_map(struct tfi_spill *spill, uint64_t n_bytes, struct tfeed_error *reterr);

/* Gives the disk back what lies there; it is not read any more. */
void tfi_spill_forget(struct tfi_spill *spill, uint64_t offset, uint64_t len);

void tfi_spill_close(struct tfi_spill *spill);

/* An array that may be large. */
struct tfi_table {
    void *data;
    const struct tfeed_allocator *allocator;
    struct tfi_spill spill; /* open: it lies there */
};

/* Zero it before; clear it whatever alloc said. Content undefined. */
tfeed_status tfi_table_alloc(struct tfi_table *table, uint64_t n, size_t size, bool on_disk,
                             const char *folder, const struct tfeed_allocator *allocator,
                             struct tfeed_error *reterr);
void tfi_table_clear(struct tfi_table *table);

#endif
