# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# One file by several threads, or several files side by side: what is printed is the same.
. "$CASES/helpers.sh"
make_records
head -c 30000000 /dev/zero | tr '\000' x >payload
for i in 1 2 3; do # 3 x 30 MB of damage, with records in between
    cat train.tfrecords payload test.tfrecords
done >large
for n in 1 2 4 0; do
    tfeed verify --json --threads $n large >one.$n
    tfeed verify --json --threads $n large train.tfrecords test.tfrecords >all.$n
    cmp one.1 one.$n
    cmp all.1 all.$n
done
tfeed verify large
