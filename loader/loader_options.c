/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * loader_options.c - defaults and ranges of a loader's options, and what does not depend on files.
 *
 * Options that belong to one order (interleave, n_lanes, capacity, …) must be in their range, and
 * are not looked at further in another: one struct serves a program that tries several orders.
 *
 * A program built against an older header passes a shorter struct: its struct_size says how much of
 * ours it fills in, the rest keeps its default.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <tfeed/shard.h>

#include "core/budget_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "loader/loader_private.h"

enum { DEFAULT_BATCH_SIZE = 128, DEFAULT_N_BATCHES = 4, DEFAULT_MAX_SKIPPED = 100 };

/* TENSORFLOW: what the queue holds beyond shuffle_records, in batches; as TensorFlow's guides. */
enum { CAPACITY_BATCHES = 3 };

/* LANES: of the whole job, as many as a state may have. Drawing looks at each lane of its shard. */
#define MAX_LANES  (INT64_C(1) << 20)
#define MAX_SHARDS (INT64_C(1) << 16)
enum { MAX_LANES_OF_SHARD = 4096 };

enum { MAX_WORKERS = 1024, MAX_BATCHES = 1 << 16, MAX_INTERLEAVE = 1 << 16 };

void tfeed_loader_options_init(struct tfeed_loader_options *options)
{
    *options = (struct tfeed_loader_options){
        .struct_size = sizeof *options,
        .batch_size = DEFAULT_BATCH_SIZE,
        .n_epochs = 1,
        .graph_seed = TFEED_SEED_UNSET,
        .interleave = 1,
        .block_records = 1,
        .n_shards = 1,
        .max_skipped = DEFAULT_MAX_SKIPPED,
        .max_record_bytes = TFEED_RECORD_DEFAULT_LIMIT_BYTES,
        .n_workers = TFEED_WORKERS_AUTO,
        .caller_helps = true,
        .n_batches = DEFAULT_N_BATCHES,
    };
}

/* ------------------------------------------------------------------------- ranges */

struct range {
    const char *name;
    size_t offset; /* of an int64_t in the options */
    int64_t min;
    int64_t max;
};

#define OFFSET(member) offsetof(struct tfeed_loader_options, member)

static const struct range ranges[] = {
    {"batch_size", OFFSET(batch_size), 1, INT32_MAX},
    {"n_epochs", OFFSET(n_epochs), TFEED_EPOCHS_ENDLESS, INT64_MAX},
    {"shuffle_records", OFFSET(shuffle_records), 0, INT32_MAX},
    {"capacity", OFFSET(capacity), 0, INT32_MAX},
    {"interleave", OFFSET(interleave), 1, MAX_INTERLEAVE},
    {"block_records", OFFSET(block_records), 1, INT32_MAX},
    {"n_lanes", OFFSET(n_lanes), 0, MAX_LANES},
    {"n_shards", OFFSET(n_shards), TFEED_SHARDS_AUTO, MAX_SHARDS},
    {"max_skipped", OFFSET(max_skipped), 0, INT64_MAX},
    {"n_workers", OFFSET(n_workers), TFEED_WORKERS_AUTO, MAX_WORKERS},
    {"n_batches", OFFSET(n_batches), 1, MAX_BATCHES},
    {"budget_bytes", OFFSET(budget_bytes), 0, INT64_MAX},
    {"mix_rows", OFFSET(mix_rows), 0, INT64_MAX},
};

static tfeed_status check_ranges(const struct tfeed_loader_options *options,
                                 struct tfeed_error *reterr)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        int64_t value;
        memcpy(&value, (const char *)options + ranges[i].offset, sizeof value);
        if (value >= ranges[i].min && value <= ranges[i].max)
            continue;
        if (ranges[i].max == INT64_MAX)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s must be at least %lld, not %lld",
                            ranges[i].name, (long long)ranges[i].min, (long long)value);
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s must be from %lld to %lld, not %lld",
                        ranges[i].name, (long long)ranges[i].min, (long long)ranges[i].max,
                        (long long)value);
    }
    if (options->max_record_bytes == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "max_record_bytes must be at least 1");
    return TFEED_OK;
}

static tfeed_status check_enum(const char *name, unsigned value, unsigned last,
                               struct tfeed_error *reterr)
{
    if (value <= last)
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s must be from 0 to %u, not %d", name, last,
                    (int)value);
}

static tfeed_status check_enums(const struct tfeed_loader_options *options,
                                struct tfeed_error *reterr)
{
    TFI_TRY(check_enum("order", options->order, TFEED_ORDER_TENSORFLOW, reterr));
    TFI_TRY(check_enum("level", options->level, TFEED_LEVEL_PAD, reterr));
    TFI_TRY(check_enum("on_error", options->on_error, TFEED_ON_ERROR_STOP_FILE, reterr));
    TFI_TRY(check_enum("compression", options->compression, TFEED_COMPRESSION_SNAPPY, reterr));
    TFI_TRY(check_enum("map", options->map, TFEED_MAP_NEVER, reterr));
    return check_enum("mix_end", options->mix_end, TFEED_MIX_N_ROWS, reterr);
}

/* ------------------------------------------------------------- options that belong together */

static tfeed_status check_order(const struct tfeed_loader_options *options,
                                struct tfeed_error *reterr)
{
    if (options->order == TFEED_ORDER_FAST && options->shuffle_records == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "order fast shuffles: shuffle_records must be at least 1, not 0");
    if (options->order == TFEED_ORDER_TENSORFLOW && options->capacity > 0 &&
        options->capacity <= options->shuffle_records)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "capacity must be above shuffle_records (%lld), not %lld",
                        (long long)options->shuffle_records, (long long)options->capacity);
    return TFEED_OK;
}

tfeed_status loader_options_check(const struct tfeed_loader_options *options,
                                  struct tfeed_error *reterr)
{
    TFI_TRY(check_ranges(options, reterr));
    TFI_TRY(check_enums(options, reterr));
    return check_order(options, reterr);
}

/* A state may come from fewer shards than there are now. */
static tfeed_status check_lanes(const struct tfeed_loader_options *options,
                                struct tfeed_error *reterr)
{
    const int64_t n_most = MAX_LANES_OF_SHARD * options->n_shards;
    if (options->state != NULL || options->order != TFEED_ORDER_FAST || options->n_lanes == 0)
        return TFEED_OK;
    if (options->n_lanes < options->n_shards)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_lanes must be at least n_shards (%lld), not %lld: a shard would have "
                        "none",
                        (long long)options->n_shards, (long long)options->n_lanes);
    if (options->n_lanes > n_most)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_lanes must be at most %d for each shard (%lld), not %lld",
                        MAX_LANES_OF_SHARD, (long long)n_most, (long long)options->n_lanes);
    return TFEED_OK;
}

/* Levelling goes by counts of records, so nothing else may decide how many rows there are. */
static tfeed_status check_level(const struct tfeed_loader_options *options,
                                struct tfeed_error *reterr)
{
    if (options->level == TFEED_LEVEL_OFF)
        return TFEED_OK;
    if (options->filter != NULL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "level must be off with a filter: it goes by the number of records");
    if (options->on_error != TFEED_ON_ERROR_FAIL)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "level must be off where on_error leaves records out: it goes by their "
                        "number");
    if (options->order == TFEED_ORDER_TENSORFLOW)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "level must be off in order tensorflow: its epochs run into one another");
    return TFEED_OK;
}

static tfeed_status check_mix(const struct tfeed_loader_options *options,
                              struct tfeed_error *reterr)
{
    const bool is_counted = options->mix_end == TFEED_MIX_N_ROWS;
    if (is_counted == (options->mix_rows > 0))
        return TFEED_OK;
    return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                    is_counted ? "mix_rows must be at least 1 with mix_end n_rows, not %lld"
                               : "mix_rows must be 0 without mix_end n_rows, not %lld",
                    (long long)options->mix_rows);
}

static tfeed_status check_batch_memory(const struct tfeed_batch_memory *memory,
                                       struct tfeed_error *reterr)
{
    if ((memory->alloc == NULL) != (memory->free == NULL))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "batch_memory must have both alloc and free, or neither");
    if ((memory->alignment & (memory->alignment - 1)) != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "batch_memory.alignment must be a power of two or 0, not %zu",
                        memory->alignment);
    return TFEED_OK;
}

/* ------------------------------------------------------------------------ deciding */

/* 53 bits: every reader of JSON keeps the number exactly. */
static tfeed_status draw_seed(int64_t *ret_seed, struct tfeed_error *reterr)
{
    enum { UNUSED_BITS = 64 - 53 };
    uint64_t bits;
    ssize_t n;
    do
        n = getrandom(&bits, sizeof bits, 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof bits)
        return tfi_fail(reterr, TFEED_UNAVAILABLE, "no random seed: getrandom: %s",
                        strerrordesc_np(errno));
    *ret_seed = (int64_t)(bits >> UNUSED_BITS);
    return TFEED_OK;
}

/* In order tensorflow, no seed at all means another order on each run, as in TensorFlow. A state
 * that is given knows its seed. */
static tfeed_status resolve_seed(struct tfeed_loader_options *options, struct tfeed_error *reterr)
{
    const bool is_unseeded = options->order == TFEED_ORDER_TENSORFLOW &&
                             options->seed == TFEED_SEED_UNSET &&
                             options->graph_seed == TFEED_SEED_UNSET;
    if ((options->seed != TFEED_SEED_RANDOM && !is_unseeded) || options->state != NULL)
        return TFEED_OK;
    return draw_seed(&options->seed, reterr);
}

static tfeed_status resolve_shard(struct tfeed_loader_options *options, struct tfeed_error *reterr)
{
    if (options->n_shards == TFEED_SHARDS_AUTO) {
        if (options->shard_index != 0)
            return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                            "shard_index must be 0 where n_shards is TFEED_SHARDS_AUTO, not %lld",
                            (long long)options->shard_index);
        struct tfeed_shard shard;
        TFI_TRY(tfeed_shard_detect(&shard, reterr));
        options->shard_index = shard.index;
        options->n_shards = shard.n_shards;
        TFI_TRY(check_ranges(options, reterr));
    }
    if (options->n_shards == 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "n_shards must be at least 1 or TFEED_SHARDS_AUTO, not 0");
    if (options->shard_index < 0 || options->shard_index >= options->n_shards)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "shard_index must be from 0 to %lld, not %lld",
                        (long long)options->n_shards - 1, (long long)options->shard_index);
    return TFEED_OK;
}

static void resolve_resources(struct tfeed_loader_options *options)
{
    if (options->n_workers == TFEED_WORKERS_AUTO) {
        const int n = tfi_n_processors();
        options->n_workers = n < MAX_WORKERS ? n : MAX_WORKERS;
    }
    if (options->budget_bytes == 0)
        options->budget_bytes = (int64_t)tfi_budget_default_bytes();
}

static void resolve_order(struct tfeed_loader_options *options)
{
    if (options->n_epochs == 0)
        options->n_epochs = TFEED_EPOCHS_ENDLESS;
    if (options->order == TFEED_ORDER_AUTO)
        options->order = options->shuffle_records > 0 ? TFEED_ORDER_FAST : TFEED_ORDER_FILES;
    if (options->capacity == 0 && options->state == NULL)
        options->capacity = options->shuffle_records + CAPACITY_BATCHES * options->batch_size;
}

tfeed_status loader_options_resolve(const struct tfeed_loader_options *given,
                                    struct tfeed_loader_options *ret_options,
                                    struct tfeed_error *reterr)
{
    struct tfeed_loader_options *options = ret_options;
    tfeed_loader_options_init(options);
    if (given != NULL &&
        (given->struct_size < sizeof(size_t) || given->struct_size > sizeof *options))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "struct_size must be at most %zu, not %zu: use the init function",
                        sizeof *options, given->struct_size);
    if (given != NULL)
        memcpy(options, given, given->struct_size);
    options->struct_size = sizeof *options;
    TFI_TRY(check_ranges(options, reterr));
    TFI_TRY(check_enums(options, reterr));
    resolve_order(options);
    TFI_TRY(resolve_shard(options, reterr));
    TFI_TRY(check_order(options, reterr));
    TFI_TRY(check_lanes(options, reterr));
    TFI_TRY(check_level(options, reterr));
    TFI_TRY(check_mix(options, reterr));
    TFI_TRY(check_batch_memory(&options->batch_memory, reterr));
    TFI_TRY(resolve_seed(options, reterr));
    resolve_resources(options);
    return TFEED_OK;
}
