# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Its first record must be there.
. "$CASES/helpers.sh"
make_records
tfeed get --json --features label train.tfrecords 2-9
tfeed get --json --features label train.tfrecords 4-9
