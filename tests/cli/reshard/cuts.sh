# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed merge train.tfrecords validation.tfrecords test.tfrecords --out all.tfrecords >made
tfeed reshard all.tfrecords --shards 4 --out s.tfrecords
cat s-0000?-of-00004.tfrecords | cmp - all.tfrecords
tfeed reshard all.tfrecords --records 4 --threads 4 --out r.tfrecords
cat r-0000?-of-00003.tfrecords | cmp - all.tfrecords
tfeed reshard all.tfrecords --bytes 256 --out b.tfrecords
cat b-*.tfrecords | cmp - all.tfrecords
for i in b-*.tfrecords; do [ "$(wc -c <$i)" -le 256 ] || echo "$i is larger"; done
tfeed reshard all.tfrecords --round-robin --out d@2.tfrecords
cat all.tfrecords | tfeed reshard - --round-robin --shards 2 --out p.tfrecords
for i in 0 1; do cmp d-0000$i-of-00002.tfrecords p-0000$i-of-00002.tfrecords; done
