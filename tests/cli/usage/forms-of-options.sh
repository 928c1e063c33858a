# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Values stand behind = or in the next word; options and operands mix; -- ends the options.
. "$CASES/helpers.sh"
make_records
tfeed head --json --records=1 test.tfrecords >a
tfeed head test.tfrecords --records 1 --json | cmp a -
tfeed head test.tfrecords -n1 --json | cmp a -
tfeed head test.tfrecords -n 1 --json | cmp a -
cp test.tfrecords ./--json
tfeed head -n 1 --json -- test.tfrecords | cmp a -
tfeed count -- --json
tfeed head --records 1K test.tfrecords | grep -c record
