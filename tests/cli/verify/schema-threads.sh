# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What does not fit is the same for any number of threads, with damage in between.
. "$CASES/helpers.sh"
make_records
make_kinds kinds
tfeed schema --json train.tfrecords >s.json
make_many many 16
cat many kinds many >large
put_byte large 1000030 377
put_byte large 20000000 377
for n in 1 2 4; do
    tfeed verify --schema s.json --json --threads $n large >one.$n
    tfeed verify --schema s.json --json --threads $n large kinds train.tfrecords >all.$n
    cmp one.1 one.$n
    cmp all.1 all.$n
done
tfeed verify --schema s.json large
tfeed schema --json kinds >k.json # some of its columns are 'none'
tfeed verify --schema k.json kinds
