# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.tfrecords train.tfrecords validation.tfrecords; done >all
tfeed cat --json all | sort >before
tfeed shuffle all --seed 3 --out shuffled
tfeed cat --json shuffled | sort | cmp - before
! cmp -s all shuffled || echo "it is not shuffled"
tfeed shuffle all --seed 4 --out other >made
! cmp -s other shuffled || echo "the seed changes nothing"
