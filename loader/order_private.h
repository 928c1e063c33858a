/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * order_private.h - what the orders share: questions to their plan, cuts into shards, and what the
 * states of a job with another number of shards say together.
 */
#ifndef TFI_ORDER_PRIVATE_H
#define TFI_ORDER_PRIVATE_H

#include "loader/loader_private.h"

/* --- the plan --------------------------------------------------------------------------------- */

/* Whether `epoch` lies behind the last one. */
static inline bool plan_is_through(const struct order_plan *plan, uint64_t epoch)
{
    return plan->n_epochs != TFEED_EPOCHS_ENDLESS && epoch >= (uint64_t)plan->n_epochs;
}

/* CANCELLED once the loader is stopped. */
tfeed_status plan_check_stop(const struct order_plan *plan, struct tfeed_error *reterr);

/* The same for loops of millions: they look at one item i in so many. */
static inline bool plan_is_stopped_at(const struct order_plan *plan, uint64_t i)
{
    return i % LOADER_STOP_ITEMS == 0 && atomic_load_explicit(plan->stop, memory_order_relaxed);
}

/* Whether the file's records are views of a map: they can be looked at in any order, and holding
 * one costs no memory. */
static inline bool file_is_mapped(const struct order_plan *plan, uint32_t file)
{
    const struct tfeed_record_reader_options *options = &plan->set->reader_options;
    return !plan->set->files[file].is_compressed && options->map == TFEED_MAP_AUTO &&
           options->file_system->map != NULL;
}

/* --- draws ------------------------------------------------------------------------------------ */

/* What a draw returns that has its rows, where looking for one more says `status`. An error that
 * stands there is for the next draw: nothing of it is left in reterr, which the caller may go on
 * with. */
static inline tfeed_status draw_look_behind(tfeed_status status, struct tfeed_error *reterr)
{
    if (status == TFEED_UNAVAILABLE && reterr->code != TFEED_UNAVAILABLE)
        return status; /* windows are missing; nothing has failed */
    reterr->code = TFEED_OK;
    return TFEED_OK;
}

/* --- counts and shards ------------------------------------------------------------------------ */

/* Part i of n things in n_parts parts begins there; parts differ by one at most. */
static inline uint64_t part_begin(uint64_t n, uint64_t n_parts, uint64_t i)
{
    const uint64_t n_larger = n % n_parts;
    return n / n_parts * i + (i < n_larger ? i : n_larger);
}

/* The records of the set. DATA_LOSS: framing is lost somewhere. */
tfeed_status plan_count_records(const struct order_plan *plan, uint64_t *ret_n,
                                struct tfeed_error *reterr);

/* The records of one file, damaged ones too. Where framing is lost that counts as one record, so
 * that it has a place, and somebody who meets it there. */
tfeed_status plan_count_file(const struct order_plan *plan, uint32_t file, uint64_t *ret_n,
                             struct tfeed_error *reterr);

/* --- states of a job with another number of shards -------------------------------------------- */

struct joined_states {
    uint64_t n_skipped; /* by all of them */
    bool has_ended;     /* all are through; `first` is the epoch behind the last */
    uint64_t first;     /* epochs first … last were begun, and some shard has not left them */
    uint64_t last;
};

/* last_begun: the last epoch that a state's shard, or those whose rest it keeps, had begun.
 * INVALID_ARGUMENT: shards further apart than any job has them. */
tfeed_status order_states_join(const struct order_state *const *states, size_t n_states,
                               uint64_t (*last_begun)(const struct order_state *state),
                               struct joined_states *ret_joined, struct tfeed_error *reterr);

/* order_functions.count where every epoch has all records, and each shard an even part of them. */
tfeed_status order_count_even(const struct order_plan *plan, uint64_t epoch, uint64_t *ret_all,
                              struct tfeed_error *reterr);

#endif
