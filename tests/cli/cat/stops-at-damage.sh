# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The records before it are printed.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
tfeed cat --json train.tfrecords
