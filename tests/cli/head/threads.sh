# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The output is the same with any number of threads, also where it ends inside a run of records.
. "$CASES/helpers.sh"
make_records
make_many many 10
tfeed head --threads 1 --json -n 3001 many test.tfrecords | tee a | wc -l
tfeed head --threads 4 --json -n 3001 many test.tfrecords | cmp a -
cat many | tfeed head --threads 4 -n 300 - | grep -c record
