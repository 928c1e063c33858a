# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench parse --rounds 2 --dtype uint8 --json train.tfrecords test.tfrecords
