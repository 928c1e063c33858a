# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
make_raw raw
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.tfrecords; done >some
cat some some some some some some some some >many
tfeed convert test.tfrecords raw --to jsonl --out x.jsonl; echo "$?"
put_byte train.tfrecords 150 377
tfeed convert train.tfrecords --to jsonl --out x.jsonl; echo "$?"
tfeed convert test.tfrecords --to jsonl --out made; echo "$?"
tfeed convert test.tfrecords --to jsonl --out made --force; echo "$?"
(
    ulimit -f 8
    tfeed convert many --to jsonl --out y.jsonl
    echo "$?"
)
ls -A
