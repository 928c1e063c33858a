# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What could be read is shown; the worst decides.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
tfeed stats train.tfrecords test.tfrecords
echo $?
tfeed stats test.tfrecords nowhere train.tfrecords
