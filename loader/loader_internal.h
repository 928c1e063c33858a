/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader_internal.h - what modules above loader ask it beyond its public functions.
 */
#ifndef TFI_LOADER_INTERNAL_H
#define TFI_LOADER_INTERNAL_H

#include <stdint.h>

/* The order in which TFEED_ORDER_GLOBAL gives the records of a set of n in an epoch: order[i] is
 * the number of the record at place i. */
void tfi_loader_global_order(uint64_t seed, uint64_t epoch, uint32_t *order, uint32_t n);

#endif
