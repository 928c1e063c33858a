# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed merge train.tfrecords validation.tfrecords test.tfrecords --out all.tfrecords >made
tfeed split all.tfrecords --parts train=70%,validation=1,test=rest --out parts
cat parts/train.tfrecords parts/validation.tfrecords parts/test.tfrecords | cmp - all.tfrecords
tfeed split all.tfrecords --parts a=33.3%,b=66.7% --random --seed 5 --out one --threads 4
tfeed split all.tfrecords --parts a=33.3%,b=66.7% --random --seed 5 --out two >made
cmp one/a.tfrecords two/a.tfrecords
cmp one/b.tfrecords two/b.tfrecords
tfeed cat --json one/a.tfrecords one/b.tfrecords | sort >here
tfeed cat --json all.tfrecords | sort | cmp - here
tfeed split all.tfrecords --records 5 --out piece.tfrecords
