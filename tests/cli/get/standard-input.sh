# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A pipe gives records in rising order.
. "$CASES/helpers.sh"
make_records
tfeed get --json - 1 3 <train.tfrecords >a
tfeed get --json train.tfrecords 1 3 | cmp - a
cat train.tfrecords | tfeed get --threads 4 --json - 1 3 | cmp - a
tfeed get --json - 3 1 <train.tfrecords
