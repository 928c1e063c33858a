# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed sample train.tfrecords -n 1 --out test.tfrecords
echo $?
tfeed sample train.tfrecords -n 1 --out test.tfrecords --force
tfeed count test.tfrecords
