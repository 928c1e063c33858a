# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
unset_launchers
export WORLD_SIZE=4 RANK
for RANK in 0 1 2 3; do
    example shards 4 | tail -n 1
done
unset_launchers
export SLURM_STEP_ID=0 SLURM_PROCID=1 SLURM_NTASKS=2
example shards 2 | tail -n 1
