# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The output is the same with any number of threads.
. "$CASES/helpers.sh"
make_records
tfeed schema --threads 1 train.tfrecords validation.tfrecords test.tfrecords >a
tfeed schema --threads 4 train.tfrecords validation.tfrecords test.tfrecords | cmp a -
tfeed schema --threads 0 --json '*.tfrecords' >b
tfeed schema --threads 4 --json '*.tfrecords' | cmp b -
cat b
