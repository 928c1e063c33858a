# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records --compression gzip
truncate -s -4 train.tfrecords
tfeed repair train.tfrecords --out good
tfeed verify --compression gzip good
