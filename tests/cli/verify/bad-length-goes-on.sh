# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 0 377
tfeed verify train.tfrecords
tfeed verify --json train.tfrecords
