# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
cat train.tfrecords train.tfrecords train.tfrecords train.tfrecords >many
tfeed head many | grep -c record
