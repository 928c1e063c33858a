/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * budget_internal.h - a number of bytes that several parts of a pipeline share.
 *
 * Whoever is about to hold memory charges it, and releases it afterwards; the budget counts and
 * never allocates for others. Who may not be held back (a consumer waits for what is being read)
 * charges beyond the limit, which is counted.
 *
 * Thread safety: fully concurrent. A charge or release is one atomic operation.
 */
#ifndef TFI_BUDGET_INTERNAL_H
#define TFI_BUDGET_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tfeed/allocator.h>
#include <tfeed/status.h>

struct tfi_budget;

/* What "no limit given" stands for: a quarter of the memory that may still be taken, at most
 * 1 GiB. */
uint64_t tfi_budget_default_bytes(void);

/* limit_bytes 0 stands for tfi_budget_default_bytes(). Counted: the caller holds one reference. */
tfeed_status tfi_budget_new(uint64_t limit_bytes, const struct tfeed_allocator *allocator,
                            struct tfi_budget **ret_budget, struct tfeed_error *reterr);
struct tfi_budget *tfi_budget_ref(struct tfi_budget *budget);
void tfi_budget_unref(struct tfi_budget *budget);

/* Charges n_bytes if they fit. */
bool tfi_budget_try_charge(struct tfi_budget *budget, uint64_t n_bytes);
/* Charges n_bytes, also beyond the limit. */
void tfi_budget_charge(struct tfi_budget *budget, uint64_t n_bytes);
/* Gives back what was charged, in any pieces. */
void tfi_budget_release(struct tfi_budget *budget, uint64_t n_bytes);

uint64_t tfi_budget_limit(const struct tfi_budget *budget);
uint64_t tfi_budget_used(const struct tfi_budget *budget);
/* The most that was charged at once. */
uint64_t tfi_budget_high_water(const struct tfi_budget *budget);
/* How many charges went beyond the limit. */
uint64_t tfi_budget_n_exceeded(const struct tfi_budget *budget);

#endif
