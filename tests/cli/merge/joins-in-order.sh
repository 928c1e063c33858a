# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed merge train.tfrecords validation.tfrecords --out all.tfrecords
cat train.tfrecords validation.tfrecords | cmp - all.tfrecords
tfeed merge --threads 4 train.tfrecords validation.tfrecords --out - | cmp - all.tfrecords
cat train.tfrecords validation.tfrecords | tfeed merge - --out - --compression gzip | gzip -dc | cmp - all.tfrecords
tfeed merge all.tfrecords test.tfrecords --force --sync --out all.tfrecords
cat train.tfrecords validation.tfrecords test.tfrecords | cmp - all.tfrecords
