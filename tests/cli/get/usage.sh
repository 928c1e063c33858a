# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed get train.tfrecords
echo $?
tfeed get train.tfrecords x
echo $?
tfeed get train.tfrecords 3-1
echo $?
tfeed get '*.tfrecords' 1
echo $?
tfeed get --raw --features label train.tfrecords 1
