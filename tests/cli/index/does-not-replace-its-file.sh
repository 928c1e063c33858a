# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# --force replaces an index, never the records.
. "$CASES/helpers.sh"
make_records
ln -s test.tfrecords link
for out in test.tfrecords ./test.tfrecords link; do
    tfeed index test.tfrecords --out $out --force
    echo "$?"
done
tfeed verify test.tfrecords
tfeed index test.tfrecords --out /dev/null
