/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tensor_internal.h - tensors from inside: a loop that keeps its tensors allocates nothing.
 */
#ifndef TFI_TENSOR_INTERNAL_H
#define TFI_TENSOR_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/tensor.h>

/* Bytes of the elements; NULL, or an empty tensor: 0. */
static inline uint64_t tfi_tensor_bytes(const struct tfeed_tensor *tensor)
{
    return tensor == NULL
               ? 0
               : (uint64_t)tfeed_tensor_n_elements(tensor) * tfeed_dtype_size(tensor->dtype);
}

/* Makes *tensor, which is empty or valid, a tensor of this dtype and shape that nobody else holds:
 * over the buffer it has where no other reference to that exists and it is large enough, else over
 * a new one. Numbers are undefined, strings empty. On failure *tensor is empty; the statuses are
 * those of tfeed_tensor_alloc. */
tfeed_status tfi_tensor_renew(struct tfeed_tensor *tensor, enum tfeed_dtype dtype,
                              const struct tfeed_shape *shape,
                              const struct tfeed_allocator *allocator, struct tfeed_error *reterr);

#endif
