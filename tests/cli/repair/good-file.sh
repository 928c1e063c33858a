# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Nothing is wrong: a copy, byte for byte, and exit status 0.
. "$CASES/helpers.sh"
for form in none gzip zlib; do
    make_records --compression $form --force
    tfeed repair train.tfrecords --out copy --force && cmp train.tfrecords copy
done
tfeed repair --threads 4 - --out copy --force <train.tfrecords && cmp train.tfrecords copy
tfeed repair train.tfrecords --out plain --compression none
tfeed verify --compression none plain
