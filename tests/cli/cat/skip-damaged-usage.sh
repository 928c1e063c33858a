# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed cat --skip-damaged --records 1 train.tfrecords
echo "$?"
tfeed cat --skip-damaged --drop-keys bob train.tfrecords
echo "$?"
