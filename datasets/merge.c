/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * merge.c - all records of many files in one.
 */
#include <tfeed/datasets.h>

#include "core/error_internal.h"
#include "datasets/copy_private.h"

tfeed_status tfeed_dataset_merge(const char *const *inputs, size_t n_inputs, const char *out,
                                 const struct tfeed_dataset_write_options *options,
                                 struct tfeed_dataset_write_report *ret_report,
                                 struct tfeed_error *reterr)
{
    struct tfeed_dataset_write_options defaults;
    struct tfi_copy copy;
    tfi_copy_init(&copy, inputs, n_inputs, options, &defaults, ret_report);
    TFI_TRY(tfi_inputs_check(&copy.inputs, true, reterr));
    if (out[0] == '\0')
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "the name of the output is empty");
    TFI_TRY(tfi_outputs_add(&copy.outputs, out, "", reterr));
    return tfi_copy_run(&copy, reterr);
}
