# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A pipe gives what a file gives; - is standard output.
. "$CASES/helpers.sh"
make_records
tfeed sample train.tfrecords -n 2 --out a
tfeed sample - -n 2 --out b <train.tfrecords
cat train.tfrecords | tfeed sample --threads 4 - -n 2 --out - >c
cmp a b
cmp a c
