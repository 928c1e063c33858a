# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
for form in none gzip zlib snappy; do
    make_records --compression $form --force
    tfeed verify --json test.tfrecords >$form
    tfeed verify --json --compression $form test.tfrecords | cmp - $form
done
cat none gzip zlib snappy
