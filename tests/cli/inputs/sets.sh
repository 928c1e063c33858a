# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for i in 0 1 2; do cp test.tfrecords part-0000$i-of-00003.tf; done
tfeed count part@3.tf
tfeed count 'part-*'
rm part-00001-of-00003.tf
tfeed count 'part-*'
echo "$?"
tfeed count part@3.tf
echo "$?"
tfeed count part-00002-of-00003.tf
cp test.tfrecords 'me@3.tf'
tfeed count me@3.tf
