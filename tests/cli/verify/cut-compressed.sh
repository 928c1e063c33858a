# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records --compression gzip
truncate -s -4 train.tfrecords
tfeed verify train.tfrecords
printf garbage >>test.tfrecords
tfeed verify test.tfrecords
