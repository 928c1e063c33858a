# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 150 377
tfeed merge validation.tfrecords train.tfrecords --out x
echo "$?"
ls -A
