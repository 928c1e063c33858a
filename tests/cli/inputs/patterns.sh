# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# In the order of byte values; temporary and index files never match; a name that exists is no pattern.
. "$CASES/helpers.sh"
make_records
mkdir set
for name in b a C 10 9; do cp test.tfrecords set/$name; done
cp test.tfrecords set/x.tfidx
cp test.tfrecords set/.a.tfeed-12345678
tfeed count 'set/*'
tfeed count 'set/.*'
echo "$?"
cp train.tfrecords 'set/[ab]'
tfeed count 'set/[ab]' 'set/[a-b]'
tfeed count 'set/z*' test.tfrecords
