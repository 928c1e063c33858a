# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed cat --json *.tfrecords >a
tfeed cat --threads 4 --json *.tfrecords | cmp a -
