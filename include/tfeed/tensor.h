/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * tensor.h - dtypes, shapes, byte strings on counted blocks, and tensors.
 *
 * A tensor is dtype + shape + counted buffer. Numbers lie contiguous, row-major, 64-byte aligned.
 * A string element is a view that holds its block alive, so that a record travels from the bytes of
 * its file through queues into the parser without being copied:
 *
 *    tensor string[3]          blocks (counted)
 *    ┌ data ─ len ─ block ┐
 *    │   ●     812    ●───┼──▶ part-00000, mapped
 *    │   ●      97    ●───┼──▶ part-00000
 *    │   ●      97    ●───┼──▶ part-00007
 *    └────────────────────┘
 */
#ifndef TFEED_TENSOR_H
#define TFEED_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** X(NAME, TensorFlow's DataType number, element size in bytes, TensorFlow's name). */
#define TFEED_DTYPE_LIST(X)                                                                        \
    X(FLOAT, 1, 4, "float32")                                                                      \
    X(DOUBLE, 2, 8, "float64")                                                                     \
    X(INT32, 3, 4, "int32")                                                                        \
    X(UINT8, 4, 1, "uint8")                                                                        \
    X(INT16, 5, 2, "int16")                                                                        \
    X(INT8, 6, 1, "int8")                                                                          \
    X(STRING, 7, sizeof(struct tfeed_bytes), "string")                                             \
    X(COMPLEX64, 8, 8, "complex64")                                                                \
    X(INT64, 9, 8, "int64")                                                                        \
    X(BOOL, 10, 1, "bool")                                                                         \
    X(UINT16, 17, 2, "uint16")                                                                     \
    X(COMPLEX128, 18, 16, "complex128")                                                            \
    X(HALF, 19, 2, "float16")                                                                      \
    X(UINT32, 22, 4, "uint32")                                                                     \
    X(UINT64, 23, 8, "uint64")

/** The type of a tensor's elements; numbers are those of TensorFlow's DataType. */
enum tfeed_dtype {
    TFEED_DTYPE_INVALID = 0,
#define TFEED_DTYPE_ENUM(name, number, size, text) TFEED_##name = (number),
    TFEED_DTYPE_LIST(TFEED_DTYPE_ENUM)
#undef TFEED_DTYPE_ENUM
    };

/** Bytes of one element in memory, 0 for what is no dtype. */
TFEED_API size_t tfeed_dtype_size(enum tfeed_dtype dtype);

/** TensorFlow's name, "float32"; "invalid" for what is no dtype. Static. */
TFEED_API const char *tfeed_dtype_name(enum tfeed_dtype dtype);

/** float16 bits to float, exactly. */
TFEED_API float tfeed_half_to_float(uint16_t half);

/** float to float16 bits, rounding to nearest even, overflow to infinity; NaN stays NaN. */
TFEED_API uint16_t tfeed_float_to_half(float value);

enum { TFEED_MAX_DIMS = 8 };

/** A dimension that is not known until run time. */
#define TFEED_DIM_UNKNOWN (-1)

/** The n_dims of a shape whose rank is not known; no tensor has it. */
#define TFEED_RANK_UNKNOWN (-1)

/** Extents of a tensor, outermost first; n_dims 0 is a scalar. A plain value. */
struct tfeed_shape {
    int32_t n_dims;
    int64_t dims[TFEED_MAX_DIMS];
};

/** A scalar's shape; further shapes: tfeed_shape_of. */
#define TFEED_SHAPE_SCALAR                                                                         \
    {                                                                                              \
        0,                                                                                         \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/** A shape of one dimension. */
TFEED_API struct tfeed_shape tfeed_shape_vector(int64_t n);

/** A shape of two dimensions. */
TFEED_API struct tfeed_shape tfeed_shape_matrix(int64_t n_rows, int64_t n_cols);

/** `shape` with `n` put in front as the new dimension 0; n_dims must be below TFEED_MAX_DIMS. */
TFEED_API struct tfeed_shape tfeed_shape_batch(int64_t n, struct tfeed_shape shape);

/** True when ranks and all extents are equal (unknown equals unknown only). */
TFEED_API bool tfeed_shape_equal(const struct tfeed_shape *a, const struct tfeed_shape *b);

/**
 * The number of elements of a fully known shape.
 *
 * @return TFEED_OK                ret_n is set; 1 for a scalar, 0 when an extent is 0
 *         TFEED_INVALID_ARGUMENT  an extent is unknown or negative, the rank is out of range, or
 *                                 the product exceeds INT64_MAX
 * Thread safety: immutable.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shape_n_elements(const struct tfeed_shape *shape,
                                                             int64_t *ret_n);

enum { TFEED_SHAPE_TEXT_BYTES = 8 * 21 + 4 };

/** Writes "[2,3,?]" and returns text. */
TFEED_API char *tfeed_shape_format(const struct tfeed_shape *shape,
                                   char text[TFEED_SHAPE_TEXT_BYTES]);

/**
 * A counted span of memory that holds the bytes of many strings or records.
 *
 * Thread safety: fully concurrent (the count is atomic, the bytes do not change).
 */
struct tfeed_block;

/**
 * Wraps memory that the caller made, data[len], for views to hold.
 *
 * @param free  runs when the last reference goes, on whichever thread that is; must not call tfeed.
 *              NULL: memory that outlives every view.
 *
 * @return TFEED_OK                  one reference belongs to the caller
 *         TFEED_RESOURCE_EXHAUSTED  no memory; `free` has not been called
 * Ownership: passes to the block on success.   Thread safety: fully concurrent.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_block_new(const void *data, size_t len,
                                                      void (*free)(void *user_data),
                                                      void *user_data,
                                                      struct tfeed_block **ret_block,
                                                      struct tfeed_error *reterr);

/** One more reference; returns block. NULL is passed through. */
TFEED_API struct tfeed_block *tfeed_block_ref(struct tfeed_block *block);

/** Ends one reference; NULL does nothing. */
TFEED_API void tfeed_block_unref(struct tfeed_block *block);

/**
 * A byte string: a view that holds its block. block NULL means memory that outlives every user
 * (a literal, or bytes borrowed for one call).
 */
struct tfeed_bytes {
    const uint8_t *data;
    size_t len;
    struct tfeed_block *block;
};

/** A counted buffer behind a tensor. */
struct tfeed_buffer;

/**
 * An array of one dtype; a plain value whose buffer is counted.
 *
 * A copy made by assignment is borrowed; tfeed_tensor_ref makes a counted one. buffer NULL: the
 * memory belongs to somebody else (tfeed_tensor_borrow). A zeroed tensor is empty and may be
 * cleared.
 *
 * Shapes: data[shape.dims[0]][shape.dims[1]]…, row-major; strings: struct tfeed_bytes elements.
 * Ownership: tfeed_tensor_clear ends one reference. Elements of a string tensor belong to the
 *            buffer: the last clear unrefs their blocks. Over borrowed memory they are its owner's.
 * Thread safety: distinct objects; buffers may be shared by threads that only read.
 */
struct tfeed_tensor {
    enum tfeed_dtype dtype;
    struct tfeed_shape shape;
    void *data;
    struct tfeed_buffer *buffer;
};

/**
 * Makes a tensor with a buffer of its own: numbers undefined, strings empty.
 *
 * @return TFEED_OK                 ret_tensor holds one reference
 *         TFEED_INVALID_ARGUMENT   dtype or shape is not a complete one
 *         TFEED_RESOURCE_EXHAUSTED no memory
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_tensor_alloc(enum tfeed_dtype dtype,
                                                         const struct tfeed_shape *shape,
                                                         const struct tfeed_allocator *allocator,
                                                         struct tfeed_tensor *ret_tensor,
                                                         struct tfeed_error *reterr);

/** A tensor over the caller's memory, which must outlive it and every borrowed copy. */
TFEED_API struct tfeed_tensor tfeed_tensor_borrow(enum tfeed_dtype dtype,
                                                  const struct tfeed_shape *shape, void *data);

/** A string scalar over a NUL-terminated text that outlives it: the usual way to enqueue a name. */
TFEED_API struct tfeed_tensor tfeed_tensor_borrow_string(struct tfeed_bytes *storage,
                                                         const char *text);

/** A second reference to the same elements; a borrowed tensor stays borrowed. */
TFEED_API struct tfeed_tensor tfeed_tensor_ref(const struct tfeed_tensor *tensor);

/** Ends one reference and zeroes the tensor. NULL and zeroed tensors do nothing. */
TFEED_API void tfeed_tensor_clear(struct tfeed_tensor *tensor);

/** The number of elements of a tensor made by the functions above. */
TFEED_API int64_t tfeed_tensor_n_elements(const struct tfeed_tensor *tensor);

/**
 * Puts a copy of `len` bytes into string element `i`, with a block of its own.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT (no string tensor, or no such element),
 *         TFEED_RESOURCE_EXHAUSTED
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_tensor_set_string(struct tfeed_tensor *tensor,
                                                              int64_t i, const void *data,
                                                              size_t len,
                                                              struct tfeed_error *reterr);

static inline float *tfeed_tensor_floats(const struct tfeed_tensor *tensor)
{
    return (float *)tensor->data;
}
static inline int32_t *tfeed_tensor_int32s(const struct tfeed_tensor *tensor)
{
    return (int32_t *)tensor->data;
}
static inline int64_t *tfeed_tensor_int64s(const struct tfeed_tensor *tensor)
{
    return (int64_t *)tensor->data;
}
static inline uint8_t *tfeed_tensor_uint8s(const struct tfeed_tensor *tensor)
{
    return (uint8_t *)tensor->data;
}
static inline struct tfeed_bytes *tfeed_tensor_strings(const struct tfeed_tensor *tensor)
{
    return (struct tfeed_bytes *)tensor->data;
}

#ifdef __cplusplus
}
#endif
#endif
