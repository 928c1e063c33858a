/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * budget.c - a number of bytes that several parts of a pipeline share.
 *
 * Invariants
 *   (1) used is the sum of what has been charged and not released. tfi_budget_try_charge never
 *       takes it over the limit.
 *   (2) high_water is at least every value that used has had when no charge is under way.
 * Memory order: relaxed throughout. The numbers order nothing: what was charged for is handed from
 * thread to thread by other means.
 */
#include "core/budget_internal.h"

#include <assert.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"

enum { DEFAULT_PART = 4 };
#define DEFAULT_MAX_BYTES (UINT64_C(1) << 30)

struct tfi_budget {
    _Atomic size_t n_refs;
    const struct tfeed_allocator *allocator;
    uint64_t limit_bytes;
    _Atomic uint64_t used;       /* (1) */
    _Atomic uint64_t high_water; /* (2) */
    _Atomic uint64_t n_exceeded;
};

uint64_t tfi_budget_default_bytes(void)
{
    struct tfi_machine machine;
    tfi_machine_look("", &machine);
    const uint64_t part = machine.memory_bytes / DEFAULT_PART;
    return part < DEFAULT_MAX_BYTES ? part : DEFAULT_MAX_BYTES;
}

tfeed_status tfi_budget_new(uint64_t limit_bytes, const struct tfeed_allocator *allocator,
                            struct tfi_budget **ret_budget, struct tfeed_error *reterr)
{
    struct tfi_budget *budget = tfi_alloc_zeroed(allocator, 1, sizeof *budget);
    if (budget == NULL)
        return tfi_fail_memory(reterr, "a byte budget");
    atomic_init(&budget->n_refs, 1);
    atomic_init(&budget->used, 0);
    atomic_init(&budget->high_water, 0);
    atomic_init(&budget->n_exceeded, 0);
    budget->allocator = allocator;
    budget->limit_bytes = limit_bytes > 0 ? limit_bytes : tfi_budget_default_bytes();
    *ret_budget = budget;
    return TFEED_OK;
}

struct tfi_budget *tfi_budget_ref(struct tfi_budget *budget)
{
    /* relaxed: the caller has a reference already */
    atomic_fetch_add_explicit(&budget->n_refs, 1, memory_order_relaxed);
    return budget;
}

void tfi_budget_unref(struct tfi_budget *budget)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (budget != NULL && atomic_fetch_sub_explicit(&budget->n_refs, 1, memory_order_acq_rel) == 1)
        tfi_free(budget->allocator, budget);
}

static void raise_high_water(struct tfi_budget *budget, uint64_t used)
{
    uint64_t high = atomic_load_explicit(&budget->high_water, memory_order_relaxed);
    while (high < used &&
           !atomic_compare_exchange_weak_explicit(&budget->high_water, &high, used,
                                                  memory_order_relaxed, memory_order_relaxed))
        ;
}

bool tfi_budget_try_charge(struct tfi_budget *budget, uint64_t n_bytes)
{
    uint64_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    do {
        if (used > budget->limit_bytes || n_bytes > budget->limit_bytes - used)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&budget->used, &used, used + n_bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    raise_high_water(budget, used + n_bytes);
    return true;
}

void tfi_budget_charge(struct tfi_budget *budget, uint64_t n_bytes)
{
    const uint64_t used =
        atomic_fetch_add_explicit(&budget->used, n_bytes, memory_order_relaxed) + n_bytes;
    raise_high_water(budget, used);
    if (used > budget->limit_bytes)
        atomic_fetch_add_explicit(&budget->n_exceeded, 1, memory_order_relaxed);
}

void tfi_budget_release(struct tfi_budget *budget, uint64_t n_bytes)
{
    const uint64_t before = atomic_fetch_sub_explicit(&budget->used, n_bytes, memory_order_relaxed);
    assert(before >= n_bytes); /* (1) */
    (void)before;
}

uint64_t tfi_budget_limit(const struct tfi_budget *budget)
{
    return budget->limit_bytes;
}

uint64_t tfi_budget_used(const struct tfi_budget *budget)
{
    return atomic_load_explicit(&budget->used, memory_order_relaxed);
}

uint64_t tfi_budget_high_water(const struct tfi_budget *budget)
{
    return atomic_load_explicit(&budget->high_water, memory_order_relaxed);
}

uint64_t tfi_budget_n_exceeded(const struct tfi_budget *budget)
{
    return atomic_load_explicit(&budget->n_exceeded, memory_order_relaxed);
}
