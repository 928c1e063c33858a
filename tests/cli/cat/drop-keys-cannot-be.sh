# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed cat --drop-keys 3 train.tfrecords --out x
echo "$?"
tfeed index --key label train.tfrecords
tfeed cat --drop-keys 3 - <train.tfrecords
echo "$?"
tfeed cat --drop-keys 3, train.tfrecords
echo "$?"
tfeed cat --drop-keys 3 --records 1 train.tfrecords
echo "$?"
tfeed cat --out x --json train.tfrecords
echo "$?"
tfeed cat --force train.tfrecords
echo "$?"
tfeed cat --out nowhere/x train.tfrecords
echo "$?"
tfeed cat --drop-keys 3 train.tfrecords --out /dev/full
echo "$?"
make_many many 10
tfeed cat many --out - | head -c 1 >one
put_byte train.tfrecords 340 377
tfeed cat --drop-keys 3 train.tfrecords --out x
echo "$?"
ls x* 2>/dev/null
