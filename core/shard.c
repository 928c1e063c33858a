/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shard.c - which part of the work this process does, by the launcher's variables.
 *
 * A wrong guess loses or doubles data and nobody notices, so whatever is not clear is refused. What
 * looks like a disagreement and is none: Slurm around another launcher, see gives_way.
 */
#include "core/shard_internal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/error_internal.h"

struct launcher {
    const char *name;
    const char *index_variable;
    const char *count_variable;
};

enum { TORCHRUN, OPEN_MPI, PMI, SLURM, KUBERNETES, N_LAUNCHERS };

static const struct launcher launchers[N_LAUNCHERS] = {
    [TORCHRUN] = {"torchrun", "RANK", "WORLD_SIZE"},
    [OPEN_MPI] = {"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    [PMI] = {"PMI", "PMI_RANK", "PMI_SIZE"},
    [SLURM] = {"Slurm", "SLURM_PROCID", "SLURM_NTASKS"},
    [KUBERNETES] = {"Kubernetes", "JOB_COMPLETION_INDEX", "TFEED_SHARD_COUNT"},
};

struct environment {
    tfi_getenv_fn get;
    void *user_data;
};

/* An empty variable is none. */
static const char *get(const struct environment *environment, const char *name)
{
    const char *text = environment->get(environment->user_data, name);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* Digits up to `end` (the text's end or a slash), and nothing else. */
static bool parse_number(const char *text, char end, int64_t *ret_number)
{
    int64_t number = 0;
    if (*text == end)
        return false;
    for (; *text != end; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *text - '0', &number))
            return false;
    *ret_number = number;
    return true;
}

static tfeed_status read_number(const struct environment *environment, const char *name,
                                int64_t *ret_number, struct tfeed_error *reterr)
{
    const char *text = get(environment, name);
    if (!parse_number(text, '\0', ret_number))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "%s is '%s', expected a number", name,
                        text);
    return TFEED_OK;
}

/* What one launcher says; its variables are there. */
static tfeed_status read_shard(const struct environment *environment,
                               const struct launcher *launcher, struct tfeed_shard *ret_shard,
                               struct tfeed_error *reterr)
{
    struct tfeed_shard shard = {.launcher = launcher->name};
    TFI_TRY(read_number(environment, launcher->index_variable, &shard.index, reterr));
    TFI_TRY(read_number(environment, launcher->count_variable, &shard.n_shards, reterr));
    if (shard.index >= shard.n_shards)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "%s is %" PRId64 ", expected a number below %s, which is %" PRId64,
                        launcher->index_variable, shard.index, launcher->count_variable,
                        shard.n_shards);
    *ret_shard = shard;
    return TFEED_OK;
}

/* Whether Slurm only surrounds the other launcher: the variables are those of the batch script, or
 * of a single task in which the other was called, or the other is a torchrun in each task. */
static bool gives_way(const struct environment *environment, const struct tfeed_shard *slurm,
                      const struct tfeed_shard *other)
{
    int64_t n_local, n_all;
    if (get(environment, "SLURM_STEP_ID") == NULL || slurm->n_shards == 1)
        return true;
    const char *text = get(environment, "LOCAL_WORLD_SIZE");
    return other->launcher == launchers[TORCHRUN].name && text != NULL &&
           parse_number(text, '\0', &n_local) && n_local > 1 &&
           !__builtin_mul_overflow(slurm->n_shards, n_local, &n_all) && n_all == other->n_shards;
}

/* Puts together what was said before and what the next launcher says. */
static tfeed_status agree(const struct environment *environment, struct tfeed_shard *shard,
                          const struct tfeed_shard *next, struct tfeed_error *reterr)
{
    if (shard->launcher == NULL) {
        *shard = *next;
        return TFEED_OK;
    }
    if (shard->index == next->index && shard->n_shards == next->n_shards)
        return TFEED_OK;
    if (next->launcher == launchers[SLURM].name && gives_way(environment, next, shard))
        return TFEED_OK;
    if (shard->launcher == launchers[SLURM].name && gives_way(environment, shard, next)) {
        *shard = *next;
        return TFEED_OK;
    }
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                    "%s says shard %" PRId64 "/%" PRId64 ", %s says %" PRId64 "/%" PRId64
                    ": name the shard outright",
                    shard->launcher, shard->index, shard->n_shards, next->launcher, next->index,
                    next->n_shards);
}

/* An index without its count, where nobody else has said anything. Slurm sets its index for batch
 * scripts too, and the count only where the job asked for tasks: that is one process. */
static tfeed_status check_incomplete(const struct environment *environment,
                                     struct tfeed_error *reterr)
{
    for (size_t i = 0; i < N_LAUNCHERS; i++) {
        const struct launcher *launcher = &launchers[i];
        const bool is_batch_script = i == SLURM && get(environment, "SLURM_STEP_ID") == NULL;
        if (get(environment, launcher->index_variable) != NULL && !is_batch_script)
            return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                            "%s is set and %s is not: how many shards there are is not known",
                            launcher->index_variable, launcher->count_variable);
    }
    return TFEED_OK;
}

tfeed_status tfi_shard_detect(tfi_getenv_fn getenv_fn, void *user_data,
                              struct tfeed_shard *ret_shard, struct tfeed_error *reterr)
{
    const struct environment environment = {.get = getenv_fn, .user_data = user_data};
    struct tfeed_shard shard = {.launcher = NULL};
    for (size_t i = 0; i < N_LAUNCHERS; i++) {
        struct tfeed_shard next;
        if (get(&environment, launchers[i].index_variable) == NULL ||
            get(&environment, launchers[i].count_variable) == NULL)
            continue;
        TFI_TRY(read_shard(&environment, &launchers[i], &next, reterr));
        TFI_TRY(agree(&environment, &shard, &next, reterr));
    }
    if (shard.launcher == NULL) {
        TFI_TRY(check_incomplete(&environment, reterr));
        shard = (struct tfeed_shard){.n_shards = 1, .launcher = "none"};
    }
    *ret_shard = shard;
    return TFEED_OK;
}

static const char *get_from_process(void *unused, const char *name)
{
    (void)unused;
    return getenv(name);
}

tfeed_status tfeed_shard_detect(struct tfeed_shard *ret_shard, struct tfeed_error *reterr)
{
    return tfi_shard_detect(get_from_process, NULL, ret_shard, reterr);
}

tfeed_status tfeed_shard_parse(const char *text, struct tfeed_shard *ret_shard,
                               struct tfeed_error *reterr)
{
    struct tfeed_shard shard = {.launcher = "text"};
    if (strcmp(text, "auto") == 0)
        return tfeed_shard_detect(ret_shard, reterr);
    const char *slash = strchr(text, '/');
    if (slash == NULL || !parse_number(text, '/', &shard.index) ||
        !parse_number(slash + 1, '\0', &shard.n_shards) || shard.index >= shard.n_shards)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "'%s' is no shard: expected I/N with I from 0 to N - 1, or auto", text);
    *ret_shard = shard;
    return TFEED_OK;
}
