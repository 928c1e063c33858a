# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed cat --records 1-2,0 --features label --json train.tfrecords
tfeed cat --records 2- --features label --json train.tfrecords test.tfrecords
tfeed cat --records 3-99 --features label --json - <train.tfrecords
