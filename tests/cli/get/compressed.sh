# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed get --json train.tfrecords 3 1 >a
for form in gzip zlib; do
    make_records --compression $form --force
    tfeed get --json train.tfrecords 3 1 | cmp a -
done
cat a
