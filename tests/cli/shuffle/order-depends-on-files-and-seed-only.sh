# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.tfrecords train.tfrecords validation.tfrecords; done >all
gzip -c all >all.gz
tfeed shuffle all --seed 3 --threads 1 --out one >made
tfeed shuffle all --seed 3 --threads 4 --out - | cmp - one
tfeed shuffle all --seed 3 --cache 1K --memory 4M --out - | cmp - one
tfeed shuffle all --seed 3 --cache 1K --threads 4 --out - | cmp - one
tfeed shuffle all.gz --seed 3 --out - | cmp - one
cat all | tfeed shuffle - --seed 3 --cache 1K --tmp . --out - | cmp - one
tfeed shuffle all --seed 3 --shards 3 --out s.tfrecords
cat s-0000?-of-00003.tfrecords | cmp - one
tfeed shuffle all --seed 3 --sync --out t@2.tfrecords
cat t-0000?-of-00002.tfrecords | cmp - one
tfeed shuffle all --seed 3 --compression gzip --out - | gzip -dc | cmp - one
