/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * idx.h - idx files: arrays of bytes of any rank, the form in which MNIST and its relatives come.
 *
 *   ┌ 0 0 ┬ type ┬ rank ┬ extents: rank × u32 big-endian ┬ elements, row-major ┐
 *   └─────┴──────┴──────┴────────────────────────────────┴─────────────────────┘
 *
 * An item is what one step of the outermost dimension holds: an image of a [60000,28,28] file, a
 * label of a [60000] one. Only unsigned bytes (type 8) are read: nobody distributes data sets of
 * the others.
 */
#ifndef TFEED_IDX_H
#define TFEED_IDX_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/io.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most bytes an item may hold unless told: longer ones are RESOURCE_EXHAUSTED. */
#define TFEED_IDX_DEFAULT_LIMIT_BYTES (UINT64_C(256) << 20)

/** An open idx file, read from front to back. */
struct tfeed_idx;

struct tfeed_idx_options {
    size_t struct_size;
    uint64_t max_item_bytes;                     /**< TFEED_IDX_DEFAULT_LIMIT_BYTES */
    const struct tfeed_file_system *file_system; /**< NULL: local files */
    const struct tfeed_allocator *allocator;
};

TFEED_API void tfeed_idx_options_init(struct tfeed_idx_options *options);

/**
 * Opens an idx file, plain or gzip (recognised by content), and reads its header.
 *
 * The size that the header announces is compared with that of the file before anything is allocated
 * by it. Inside gzip it shows while reading: memory grows as bytes come, up to the limit for an
 * item.
 *
 * @param options  NULL: the defaults
 * @return TFEED_OK
 *         TFEED_NOT_FOUND, TFEED_PERMISSION_DENIED, …  what the file system says
 *         TFEED_INVALID_ARGUMENT    not an idx file, elements of another type, or a rank above
 *                                   TFEED_MAX_DIMS
 *         TFEED_DATA_LOSS           the file is shorter than its header says
 *         TFEED_RESOURCE_EXHAUSTED  items of more than max_item_bytes, or no memory
 * Ownership: tfeed_idx_close ends *ret_idx.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_idx_open(const char *path,
                                                     const struct tfeed_idx_options *options,
                                                     struct tfeed_idx **ret_idx,
                                                     struct tfeed_error *reterr);

/** NULL does nothing. */
TFEED_API void tfeed_idx_close(struct tfeed_idx *idx);

/** All extents, [60000,28,28]. */
TFEED_API struct tfeed_shape tfeed_idx_shape(const struct tfeed_idx *idx);

/** The outermost extent. */
TFEED_API uint64_t tfeed_idx_n_items(const struct tfeed_idx *idx);

/** The product of the others; 1 for labels. */
TFEED_API size_t tfeed_idx_item_bytes(const struct tfeed_idx *idx);

/**
 * Reads the next item where it lies.
 *
 * @param ret_item    tfeed_idx_item_bytes bytes, valid until the next call on idx
 * @param ret_offset  where it stands in the (uncompressed) file; may be NULL
 * @return TFEED_OK
 *         TFEED_OUT_OF_RANGE  all items were read and the file ends there; again at each call
 *         TFEED_DATA_LOSS     the file is cut, goes on behind its last item, or does not inflate
 *         what reading the file says
 * Thread safety: owner thread only.   Blocks: on I/O.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_idx_next(struct tfeed_idx *idx,
                                                     const uint8_t **ret_item, uint64_t *ret_offset,
                                                     struct tfeed_error *reterr);

/**
 * Copies up to n further items.
 *
 * Shapes: items[n][item_bytes]
 * @param ret_n  how many there were, 1 … n
 * @return as tfeed_idx_next; OUT_OF_RANGE when there was none (n 0: TFEED_OK and none). An error
 *         behind some good items is reported by the next call.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_idx_read(struct tfeed_idx *idx, uint8_t *items,
                                                     size_t n, size_t *ret_n,
                                                     struct tfeed_error *reterr);

/** Passes over up to n items without looking at them. */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_idx_skip(struct tfeed_idx *idx, uint64_t n,
                                                     struct tfeed_error *reterr);

/**
 * Labels as rows of a matrix: 1 in the label's column, 0 elsewhere; a label that has no column
 * gives a row of zeros, as TensorFlow's OneHot.
 *
 * Shapes: matrix[n][n_classes], row-major.
 */
TFEED_API void tfeed_one_hot(const uint8_t *labels, size_t n, size_t n_classes, float *matrix);

#ifdef __cplusplus
}
#endif
#endif
