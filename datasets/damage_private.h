/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * damage_private.h - a file read to its end past all damage, for those that report it.
 */
#ifndef TFI_DAMAGE_PRIVATE_H
#define TFI_DAMAGE_PRIVATE_H

#include <tfeed/datasets.h>

/* What else is done with good records, in order, on the caller's thread; with it only one thread
 * reads. `reader` knows the file's compression. */
struct tfi_dataset_sink {
    tfeed_status (*take)(void *user_data, const struct tfeed_record_reader *reader,
                         const struct tfeed_record_view *views, size_t n,
                         struct tfeed_error *reterr);
    void *user_data;
};

/* tfeed_dataset_verify, with a sink or NULL. */
tfeed_status tfi_dataset_examine(const char *path,
                                 const struct tfeed_dataset_verify_options *options,
                                 const struct tfi_dataset_sink *sink,
                                 struct tfeed_dataset_verify_report *report,
                                 struct tfeed_error *reterr);

#endif
