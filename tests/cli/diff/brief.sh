# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed diff --brief train.tfrecords test.tfrecords
echo $?
tfeed diff --brief train.tfrecords train.tfrecords
tfeed diff --brief --json train.tfrecords test.tfrecords
