# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What is lost does not count; damage behind the last one asked for is not met.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
tfeed head --skip-damaged -n 2 --json --features label train.tfrecords
echo "$?"
tfeed head --skip-damaged -n 1 --json --features label train.tfrecords
echo "$?"
