# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Division into files and compression make no difference.
. "$CASES/helpers.sh"
make_records
cp train.tfrecords other
tfeed diff train.tfrecords other
cat validation.tfrecords train.tfrecords >whole
mkdir set
mv validation.tfrecords set/a
mv train.tfrecords set/b
gzip -n set/b
mv set/b.gz set/b
tfeed diff 'set/*' whole
tfeed diff --threads 4 - whole <whole
cat whole | tfeed diff whole -
