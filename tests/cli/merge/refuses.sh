# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Misuse is exit 2, a missing input 3; nothing is made.
. "$CASES/helpers.sh"
make_records
tfeed merge train.tfrecords; echo "$?"
tfeed merge --out x; echo "$?"
tfeed merge train.tfrecords --out ''; echo "$?"
tfeed merge train.tfrecords --out test.tfrecords; echo "$?"
tfeed merge nowhere.tfrecords --out x; echo "$?"
tfeed merge 'no*.tfrecords' --out x; echo "$?"
tfeed merge train.tfrecords --out folder/x; echo "$?"
ls
