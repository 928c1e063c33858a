# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_kinds kinds
make_records
tfeed schema kinds
tfeed schema train.tfrecords
tfeed schema --json kinds train.tfrecords
