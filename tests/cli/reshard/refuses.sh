# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed reshard test.tfrecords --out x; echo "$?"
tfeed reshard test.tfrecords --shards 2 --records 3 --out x; echo "$?"
tfeed reshard test.tfrecords --records 3 --round-robin --out x; echo "$?"
tfeed reshard test.tfrecords --shards 2 --out x@3.tfrecords; echo "$?"
tfeed reshard test.tfrecords --shards 2 --out -; echo "$?"
tfeed reshard - --shards 2 --out x <test.tfrecords; echo "$?"
tfeed reshard test.tfrecords --shards 100000 --out x; echo "$?"
: >x-00001-of-00002
tfeed reshard test.tfrecords --shards 2 --out x; echo "$?"
ls
