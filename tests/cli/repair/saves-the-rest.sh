# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
cp train.tfrecords whole
put_byte train.tfrecords 106 377
put_byte train.tfrecords 330 377
tfeed repair train.tfrecords --out good
echo "$?"
tfeed verify good
dd if=whole bs=106 skip=0 count=1 2>/dev/null >expected
dd if=whole bs=106 skip=2 count=1 2>/dev/null >>expected
cmp good expected
tfeed repair train.tfrecords --out good --force --json
