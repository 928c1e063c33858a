/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order.c - what the orders share.
 */
#include "loader/order_private.h"

#include "core/error_internal.h"

tfeed_status plan_check_stop(const struct order_plan *plan, struct tfeed_error *reterr)
{
    return atomic_load_explicit(plan->stop, memory_order_relaxed)
               ? tfi_fail(reterr, TFEED_CANCELLED, "the loader was stopped")
               : TFEED_OK;
}

tfeed_status plan_count_records(const struct order_plan *plan, uint64_t *ret_n,
                                struct tfeed_error *reterr)
{
    uint64_t n_all = 0;
    for (size_t i = 0; i < plan->set->n_files; i++) {
        uint64_t n;
        TFI_TRY(file_set_count(plan->set, (uint32_t)i, plan->stop, &n, reterr));
        n_all += n;
    }
    *ret_n = n_all;
    return TFEED_OK;
}

tfeed_status plan_count_file(const struct order_plan *plan, uint32_t index, uint64_t *ret_n,
                             struct tfeed_error *reterr)
{
    struct loader_file *file = &plan->set->files[index];
    const tfeed_status status = file_set_count(plan->set, index, plan->stop, ret_n, reterr);
    if (status != TFEED_DATA_LOSS)
        return status;
    tfi_mutex_lock(&file->mutex);
    *ret_n = file->walked.record + 1;
    tfi_mutex_unlock(&file->mutex);
    return TFEED_OK;
}

tfeed_status order_states_join(const struct order_state *const *states, size_t n_states,
                               uint64_t (*last_begun)(const struct order_state *state),
                               struct joined_states *ret_joined, struct tfeed_error *reterr)
{
    enum { MAX_EPOCHS_APART = 1 << 16 };
    struct joined_states joined = {.has_ended = true, .first = UINT64_MAX};
    uint64_t end = 0; /* epoch behind the last one of those that are through */
    for (size_t s = 0; s < n_states; s++) {
        const struct order_state *state = states[s];
        joined.n_skipped += state->n_skipped;
        if (state->has_ended) {
            end = state->epoch > end ? state->epoch : end;
            continue;
        }
        const uint64_t last = last_begun(state);
        joined.has_ended = false;
        joined.first = state->epoch < joined.first ? state->epoch : joined.first;
        joined.last = last > joined.last ? last : joined.last;
    }
    if (joined.has_ended)
        joined.first = end;
    else if (end > joined.last + 1)
        joined.last = end - 1; /* a shard that is through had begun them all */
    if (!joined.has_ended && joined.last - joined.first > MAX_EPOCHS_APART)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "the states say that the shards of a job are in epochs %llu and %llu at a "
                        "time",
                        (unsigned long long)joined.first, (unsigned long long)joined.last);
    *ret_joined = joined;
    return TFEED_OK;
}

tfeed_status order_count_even(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                              struct tfeed_error *reterr)
{
    (void)epoch; /* as many in each */
    const uint64_t n_shards = (uint64_t)plan->options->n_shards;
    uint64_t n_all;
    TFI_TRY(plan_count_records(plan, &n_all, reterr));
    for (uint64_t i = 0; i < n_shards; i++)
        ret_all[i] = part_begin(n_all, n_shards, i + 1) - part_begin(n_all, n_shards, i);
    return TFEED_OK;
}
