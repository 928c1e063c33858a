/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shard_names_private.h - the names of the files of a set that is made, and whether a set that is
 * read is whole.
 *
 *      "train.tfrecords"      train-00000-of-00008.tfrecords …
 *      "train@8.tfrecords"    the same, if there are 8
 *      "train.tfrecords.gz"   train-00000-of-00008.tfrecords.gz …
 */
#ifndef TFI_SHARD_NAMES_PRIVATE_H
#define TFI_SHARD_NAMES_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/files_internal.h"

/* How the files of a set are named. */
struct tfi_shard_names {
    const struct tfeed_allocator *allocator;
    char *stem; /* with the dash behind it */
    struct tfi_shard shard;
    bool says_number; /* out has an at sign; shard.n_shards is what it says */
};

/* Takes `out` apart. It is borrowed.
 * INVALID_ARGUMENT: it is empty or "-", or says a number that no set has. Clear it in any case. */
tfeed_status tfi_shard_names_init(struct tfi_shard_names *names, const char *out,
                                  const struct tfeed_allocator *allocator,
                                  struct tfeed_error *reterr);
void tfi_shard_names_clear(struct tfi_shard_names *names);

/* The number that `out` says, 0 where it says none. */
unsigned tfi_shard_names_said(const struct tfi_shard_names *names);

/* Says how many there are. INVALID_ARGUMENT: `out` says another number, or they are too many. */
tfeed_status tfi_shard_names_set_number(struct tfi_shard_names *names, uint64_t n_shards,
                                        struct tfeed_error *reterr);

/* The name of one of them, for tfi_free; NULL: no memory. */
char *tfi_shard_names_get(const struct tfi_shard_names *names, unsigned index);

/* Shard s of n takes the items from tfi_shard_begin(n_items, s, n) on. */
uint64_t tfi_shard_begin(uint64_t n_items, uint64_t shard, uint64_t n_shards);

/* NOT_FOUND: of a set several files, but not all, are among the names; reterr names one that is
 * missing. One file alone is taken to be meant. */
tfeed_status tfi_shards_check_whole(const char *const *names, size_t n_names,
                                    const struct tfeed_allocator *allocator,
                                    struct tfeed_error *reterr);

#endif
