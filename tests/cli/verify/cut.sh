# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for size in 1 11 12 50; do
    cp test.tfrecords cut
    truncate -s $size cut
    tfeed verify cut
    tfeed verify --json cut
done
