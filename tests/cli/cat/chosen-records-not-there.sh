# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed cat --records 3 --features label --json train.tfrecords test.tfrecords validation.tfrecords
