# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The same index with any number of threads; it goes through a pipe, though its file cannot.
. "$CASES/helpers.sh"
make_records
make_many many 10
tfeed index many --threads 1 --key label --out a
tfeed index many --threads 4 --key label --out - | cmp a -
tfeed index many test.tfrecords --threads 4 --verify
tfeed index many --threads 4 --out b >made
cmp b many.tfidx
