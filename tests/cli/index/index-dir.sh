# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
mkdir indexes
tfeed index --index-dir indexes *.tfrecords >made
ls indexes
tfeed index --out one test.tfrecords
cmp one indexes/test.tfrecords.tfidx
tfeed index --out one *.tfrecords
echo "$?"
tfeed index --out one --index-dir indexes test.tfrecords
echo "$?"
