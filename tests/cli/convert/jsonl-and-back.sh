# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_kinds kinds
make_raw raw
make_records
tfeed convert kinds --to jsonl --out kinds.jsonl
tfeed cat --json kinds | cmp - kinds.jsonl
tfeed convert jsonl kinds.jsonl --out back
cmp kinds back
tfeed cat --json train.tfrecords test.tfrecords | tfeed convert jsonl - --threads 4 --out all
cat train.tfrecords test.tfrecords | cmp - all
tfeed convert tfrecord raw --to jsonl --raw --out - | tfeed convert jsonl - --out - | cmp - raw
gzip kinds.jsonl
tfeed convert kinds.jsonl.gz --out guessed.tfrecords
cmp kinds guessed.tfrecords
echo '{"features": {"text": {"bytes": ["as it is"]}}}' | tfeed convert jsonl --utf8 - --out - |
    tfeed cat --utf8 --json -
