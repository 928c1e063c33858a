# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The message says how to make one.
. "$CASES/helpers.sh"
make_records
tfeed index train.tfrecords >made
tfeed get --key 1 train.tfrecords
tfeed get --key 1 nowhere
tfeed get --key 1 test.tfrecords
tfeed index --key label test.tfrecords >made
cp train.tfrecords test.tfrecords
tfeed get --key 1 test.tfrecords
