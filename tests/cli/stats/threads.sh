# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The output is the same with any number of threads.
. "$CASES/helpers.sh"
make_records
tfeed stats --threads 1 train.tfrecords validation.tfrecords test.tfrecords >a
tfeed stats --threads 4 train.tfrecords validation.tfrecords test.tfrecords | cmp a -
tfeed stats --threads 0 --json '*.tfrecords' >b
tfeed stats --threads 4 --json '*.tfrecords' | cmp b -
cat b
