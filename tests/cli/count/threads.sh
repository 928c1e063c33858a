# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The output is the same, in the order of the files, with any number of threads.
. "$CASES/helpers.sh"
make_records
put_byte validation.tfrecords 120 377
tfeed count --threads 1 train.tfrecords validation.tfrecords test.tfrecords nowhere >a 2>a.err
echo $?
tfeed count --threads 4 train.tfrecords validation.tfrecords test.tfrecords nowhere >b 2>b.err
echo $?
cmp a b
cmp a.err b.err
cat b.err
