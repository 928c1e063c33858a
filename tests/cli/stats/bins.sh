# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed stats --bins 2 --json *.tfrecords
tfeed stats --bins 64 train.tfrecords
tfeed stats --bins 65 train.tfrecords
