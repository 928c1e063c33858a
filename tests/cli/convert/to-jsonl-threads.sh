# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Both ways, from a pipe into a pipe, with any number of threads.
. "$CASES/helpers.sh"
make_records
make_many many 10
tfeed convert many test.tfrecords --to jsonl --threads 1 --out a
tfeed convert many test.tfrecords --to jsonl --threads 4 --out - | cmp a -
cat many | tfeed convert - --to jsonl --threads 4 --out - | tfeed convert jsonl - --threads 4 --out - | cmp - many
tfeed convert jsonl a --threads 4 --compression gzip --out - | tfeed count -
