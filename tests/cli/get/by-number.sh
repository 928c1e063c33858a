# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed get train.tfrecords 2 0
tfeed get --json train.tfrecords 1-2,3 0
tfeed get --json --features label train.tfrecords 2-
tfeed get --raw train.tfrecords 1 | wc -c
