/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shard_internal.h - shard detection over any environment.
 */
#ifndef TFI_SHARD_INTERNAL_H
#define TFI_SHARD_INTERNAL_H

#include <tfeed/shard.h>

/* As getenv; NULL where the variable is not set. */
typedef const char *(*tfi_getenv_fn)(void *user_data, const char *name);

/* tfeed_shard_detect over what `getenv` says. */
tfeed_status tfi_shard_detect(tfi_getenv_fn getenv_fn, void *user_data,
                              struct tfeed_shard *ret_shard, struct tfeed_error *reterr);

#endif
