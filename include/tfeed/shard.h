/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * shard.h - which part of the work this process does, when a launcher has started many.
 */
#ifndef TFEED_SHARD_H
#define TFEED_SHARD_H

#include <stdint.h>

#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Part `index` of n_shards. */
struct tfeed_shard {
    int64_t index;        /**< 0 … n_shards - 1 */
    int64_t n_shards;     /**< 1 or more */
    const char *launcher; /**< who said so, for reports: "torchrun", "none"; static */
};

/**
 * The part that the launcher's environment variables give to this process:
 *
 *   torchrun     RANK                  of  WORLD_SIZE
 *   Open MPI     OMPI_COMM_WORLD_RANK  of  OMPI_COMM_WORLD_SIZE
 *   MPICH, PMI   PMI_RANK              of  PMI_SIZE
 *   Slurm        SLURM_PROCID          of  SLURM_NTASKS
 *   Kubernetes   JOB_COMPLETION_INDEX  of  TFEED_SHARD_COUNT, which the job's author sets
 *
 * None of them: 0 of 1. An empty variable is none. Where several launchers speak they must agree,
 * but Slurm gives way to what it only surrounds: when SLURM_STEP_ID is absent (its variables are
 * the batch script's), when it has one task, and when torchrun started LOCAL_WORLD_SIZE processes
 * in each of its tasks.
 *
 * @return TFEED_OK
 *         TFEED_FAILED_PRECONDITION  two launchers disagree (the message has both), or an index
 *                                    came without its count
 *         TFEED_INVALID_ARGUMENT     a variable is no number, or the index is not below the count
 * Thread safety: as getenv: nobody may change the environment meanwhile.
 * Since:         0.1
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shard_detect(struct tfeed_shard *ret_shard,
                                                         struct tfeed_error *reterr);

/**
 * The part that a text names: "3/8" is part 3 of 0 … 7, "auto" what tfeed_shard_detect finds.
 *
 * @return TFEED_OK, TFEED_INVALID_ARGUMENT, and what tfeed_shard_detect returns
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_shard_parse(const char *text,
                                                        struct tfeed_shard *ret_shard,
                                                        struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
