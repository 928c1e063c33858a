# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed head -n 2 train.tfrecords
tfeed head -n 1 --json train.tfrecords test.tfrecords
tfeed head -n 0 train.tfrecords
