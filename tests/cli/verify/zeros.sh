# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
truncate -s 4096 train.tfrecords
tfeed verify train.tfrecords
cat test.tfrecords >>train.tfrecords
tfeed verify train.tfrecords
