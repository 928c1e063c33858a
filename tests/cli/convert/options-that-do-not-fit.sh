# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What would be passed over in silence is refused.
. "$CASES/helpers.sh"
make_records
for option in --sync --raw --incomplete --utf8 --input-compression=gzip; do
    tfeed convert mnist idx --out other $option
    echo "$?"
done
for option in --compression=gzip --shards=2 --validation=2; do
    tfeed convert test.tfrecords --to jsonl --out other $option
    echo "$?"
done
tfeed convert test.tfrecords --to jsonl --out test.jsonl --sync --utf8
tfeed convert jsonl test.jsonl --out other --raw
echo "$?"
ls other 2>/dev/null
tfeed convert test.jsonl --utf8 --out other --compression gzip
