# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The new file holds what is good, as that of 'tfeed repair'; without the option there is none.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
tfeed cat --out none.tfrecords train.tfrecords
echo "$?"
tfeed cat --skip-damaged --out good.tfrecords train.tfrecords
echo "$?"
tfeed repair train.tfrecords --out repaired.tfrecords >/dev/null 2>&1
cmp good.tfrecords repaired.tfrecords
ls ./*.tfrecords
