# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 106 377
tfeed get --features label train.tfrecords 0 3
echo $?
put_byte train.tfrecords 140 377
tfeed get --features label train.tfrecords 0 3
