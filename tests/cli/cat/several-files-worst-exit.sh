# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
cp test.tfrecords damaged.tfrecords
put_byte damaged.tfrecords 30 377
put_byte damaged.tfrecords 4 001
tfeed cat test.tfrecords damaged.tfrecords
echo "$?"
tfeed cat nowhere damaged.tfrecords test.tfrecords
