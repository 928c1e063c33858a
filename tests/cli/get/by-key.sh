# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed index --key label *.tfrecords >/dev/null
tfeed get --key 4 --features label train.tfrecords
tfeed get --key 4 --json --features label --threads 4 train.tfrecords
tfeed get --key 44 train.tfrecords
echo $?
tfeed get --key 4 train.tfrecords 1
echo $?
rm test.tfrecords.tfidx
tfeed get --key 7 test.tfrecords
