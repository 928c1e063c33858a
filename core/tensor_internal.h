/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tensor_internal.h - tensors from inside: a loop that keeps its tensors allocates nothing.
 */
#ifndef TFI_TENSOR_INTERNAL_H
#define TFI_TENSOR_INTERNAL_H

#include <tfeed/tensor.h>

/* Makes *tensor, which is empty or valid, a tensor of this dtype and shape that nobody else holds:
 * over the buffer it has where no other reference to that exists and it is large enough, else over
 * a new one. Numbers are undefined, strings empty. On failure *tensor is empty; the statuses are
 * those of tfeed_tensor_alloc. */
tfeed_status tfi_tensor_renew(struct tfeed_tensor *tensor, enum tfeed_dtype dtype,
                              const struct tfeed_shape *shape,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr);

#endif
