# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed cat --features label,depth train.tfrecords
tfeed cat --features label --json train.tfrecords
tfeed head -n 1 --features width --json train.tfrecords
