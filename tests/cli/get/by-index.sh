# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# By the index, in any order; cat uses it too.
. "$CASES/helpers.sh"
make_records
tfeed index train.tfrecords >/dev/null
tfeed get --json --features label train.tfrecords 3 0
tfeed get --json --features label train.tfrecords 4
tfeed cat --json --features label --records 1- train.tfrecords
