# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# An index of another file is left aside, and that is said.
. "$CASES/helpers.sh"
make_records
tfeed index train.tfrecords >/dev/null
mv train.tfrecords.tfidx test.tfrecords.tfidx
tfeed get --json --features label test.tfrecords 1
tfeed cat --json --features label --records 2 test.tfrecords
