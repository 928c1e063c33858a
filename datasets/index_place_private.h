/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * index_place_private.h - where the index goes that an operation makes.
 */
#ifndef TFI_INDEX_PLACE_PRIVATE_H
#define TFI_INDEX_PLACE_PRIVATE_H

#include <tfeed/datasets.h>

#include "records/index_internal.h"

/* Zero it before; clear it whatever find said. The compression is filled in when it is known. */
struct tfi_index_place {
    struct tfi_index_target target;
    char *index_path; /* that target has, where it was made */
    const struct tfeed_allocator *allocator;
};

/* Where the index of `path` goes, and whether it may, before anything is read: ALREADY_EXISTS
 * or, of standard input, FAILED_PRECONDITION. */
tfeed_status tfi_index_place_find(struct tfi_index_place *place, const char *path,
                                  const struct tfeed_dataset_index_options *options,
                                  struct tfeed_error *reterr);
void tfi_index_place_clear(struct tfi_index_place *place);

#endif
