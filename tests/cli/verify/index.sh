# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The index is made while the file is read, and is that of `tfeed index`; of a damaged file none is.
. "$CASES/helpers.sh"
make_records
put_byte validation.tfrecords 30 377
tfeed verify --index *.tfrecords
echo "$?"
ls *.tfidx
tfeed index --out other test.tfrecords >made
cmp test.tfrecords.tfidx other
tfeed verify --index test.tfrecords
echo "$?"
mkdir indexes
tfeed verify --index --text --index-dir indexes --json --threads 4 test.tfrecords validation.tfrecords
echo "$?"
cat indexes/*
tfeed verify --index --force test.tfrecords
tfeed verify --text test.tfrecords
echo "$?"
