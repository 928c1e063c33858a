# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Headers only: a payload may be anything, a length may not.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 30 377
tfeed verify --quick train.tfrecords
put_byte train.tfrecords 212 377
tfeed verify --quick train.tfrecords
