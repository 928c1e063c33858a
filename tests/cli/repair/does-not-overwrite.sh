# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
echo mine >good
tfeed repair test.tfrecords --out good
echo "$?"
cat good
put_byte test.tfrecords 30 377
tfeed repair test.tfrecords --out test.tfrecords --force
tfeed verify test.tfrecords
