/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * local_output_private.h - the outputs of the local file system, for its table in local_file.c.
 */
#ifndef TFI_LOCAL_OUTPUT_PRIVATE_H
#define TFI_LOCAL_OUTPUT_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/io.h>

tfeed_status tfi_local_open_output(void *user_data, const char *path, uint32_t flags,
                                   const struct tfeed_allocator *allocator, void **ret_output,
                                   struct tfeed_error *reterr);
tfeed_status tfi_local_write(void *output, const void *data, size_t len,
                             struct tfeed_error *reterr);
tfeed_status tfi_local_flush(void *output, struct tfeed_error *reterr);
tfeed_status tfi_local_commit(void *output, struct tfeed_error *reterr);
void tfi_local_discard(void *output);
tfeed_status tfi_local_cut(void *output, uint64_t size, struct tfeed_error *reterr);

#endif
