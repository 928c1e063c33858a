/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * example_tree.h - a whole Example or SequenceExample as a tree, and back. Part of libtfeed-state.
 *
 *    bytes ──▶ unpack ──▶ features    name → values
 *                         lists       name → steps, each of them values
 *    bytes ◀── pack   ◀── the same, or a tree that the program has made
 *
 * For a program that looks at a few messages, changes them, or makes them by hand; protobuf-c does
 * the work. The parsers of features.h and sequence.h, which read straight into columns, and their
 * builders are many times faster.
 */
#ifndef TFEED_EXAMPLE_TREE_H
#define TFEED_EXAMPLE_TREE_H

#include <stddef.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>
#include <tfeed/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The values of a feature, or of a step. */
struct tfeed_tree_values {
    enum tfeed_dtype dtype; /**< TFEED_INT64, TFEED_FLOAT, TFEED_STRING; TFEED_DTYPE_INVALID: no
                                 list, not even an empty one */
    size_t n;
    union {
        const int64_t *int64s;
        const float *floats;
        const struct tfeed_bytes *strings; /**< their blocks are NULL, and not looked at */
    };
};

/** A feature. */
struct tfeed_tree_feature {
    struct tfeed_bytes name; /**< any bytes, no NUL behind them */
    struct tfeed_tree_values values;
};

/** A list of a SequenceExample. */
struct tfeed_tree_list {
    struct tfeed_bytes name;
    size_t n_steps;
    const struct tfeed_tree_values *steps; /**< [n_steps] */
};

/**
 * A message. A SequenceExample's features are its context; an Example is one without lists. What
 * the pointers lead to is read only: to change it, let them lead elsewhere before packing.
 *
 * Thread safety: distinct objects.
 */
struct tfeed_tree {
    size_t n_features;
    struct tfeed_tree_feature *features; /**< [n_features], in the order of the message */
    size_t n_lists;
    struct tfeed_tree_list *lists; /**< [n_lists], likewise */
};

/** The limit of tfeed_tree_unpack unless told: 1 GiB. */
#define TFEED_TREE_MAX_BYTES ((size_t)1 << 30)

/**
 * Reads a serialized Example or SequenceExample.
 *
 * Everything in it stands in the tree in its own order, a name that comes again too: the last
 * occurrence that has a list is the one that counts. Lists in pieces are joined; of several lists
 * in one feature the last is kept. Unknown fields are left out.
 *
 * @param data       copied; any bytes, none is trusted
 * @param max_bytes  of memory for the message, which is many times len where values are small; the
 *                   tree's arrays take at most as much again. 0: TFEED_TREE_MAX_BYTES
 * @param allocator  NULL: malloc
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    no such message; or an entry with two names or two values, as
 *                                   the parsers refuse it
 *         TFEED_RESOURCE_EXHAUSTED  it takes more than max_bytes, or there is no memory
 *
 * Ownership:     the tree and all it leads to end with tfeed_tree_free.
 * Thread safety: distinct objects.   Blocks: no.
 * Source:        doc/example-format.md
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_tree_unpack(const void *data, size_t len,
                                                        size_t max_bytes,
                                                        const struct tfeed_allocator *allocator,
                                                        struct tfeed_tree **ret_tree,
                                                        struct tfeed_error *reterr);

/** Ends a tree that tfeed_tree_unpack has made, and only such a one; NULL does nothing. */
TFEED_API void tfeed_tree_free(struct tfeed_tree *tree);

/**
 * Writes a tree, from wherever it comes: features and lists in their order, numbers packed.
 *
 * Without lists these are the bytes of an Example. In the defined form of doc/example-format.md
 * they are when the names are in byte order, each once.
 *
 * @param tree        borrowed
 * @param allocator   NULL: malloc
 * @param ret_record  the bytes in a block of their own
 *
 * @return TFEED_OK
 *         TFEED_INVALID_ARGUMENT    values of another dtype; or the message exceeds protobuf's
 *                                   limit of 2 GiB - 1
 *         TFEED_RESOURCE_EXHAUSTED  no memory
 *
 * Ownership:     tfeed_block_unref(ret_record->block) ends the bytes.
 * Thread safety: distinct objects.   Blocks: no.
 * Complexity:    two passes; memory held while it runs: the bytes, and some 100 for each feature
 *                and step.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_tree_pack(const struct tfeed_tree *tree,
                                                      const struct tfeed_allocator *allocator,
                                                      struct tfeed_bytes *ret_record,
                                                      struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
