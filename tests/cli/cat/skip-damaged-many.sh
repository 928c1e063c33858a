# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A hundred losses of a file are told, the others counted; all good records come.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
make_many many.tfrecords 8
tfeed cat --skip-damaged --json many.tfrecords 2>said | wc -l | tr -d ' '
grep -c 'corrupted record' said
tail -n 1 said
