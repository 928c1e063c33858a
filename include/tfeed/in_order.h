/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * in_order.h - work on many items by several threads, whose results come in order.
 */
#ifndef TFEED_IN_ORDER_H
#define TFEED_IN_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Work on item i; several run at once, on any thread. */
typedef void (*tfeed_work_fn)(void *user_data, size_t i);

/** Takes what became of item i: on the caller's thread, in the order of i. False ends it all. */
typedef bool (*tfeed_done_fn)(void *user_data, size_t i);

/**
 * Does work(0) … work(n_items - 1) on several threads, and hands the results over in order: what a
 * program says about many files is the same for any number of threads.
 *
 * @param n_threads  1: everything on the caller's thread, one after the other. 0: as many as there
 *                   are processors for this process. No more than 2 * n_threads items are begun and
 *                   not yet handed over.
 * @return TFEED_OK                  done was called for every item, or said false: then what had
 *                                   begun was waited for, and the rest never begins
 *         TFEED_RESOURCE_EXHAUSTED  no memory, or not one thread could be started; nothing was done
 * Thread safety: fully concurrent.   Blocks: until all is done.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_in_order(size_t n_items, size_t n_threads,
                                                     tfeed_work_fn work, tfeed_done_fn done,
                                                     void *user_data, struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
