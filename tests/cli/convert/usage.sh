# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_idx idx
tfeed convert mnist idx
echo "$?"
tfeed convert idx --out out
echo "$?"
tfeed convert cifar idx --out out
echo "$?"
tfeed convert records.tfrecords --out out
echo "$?"
: >records.tfrecords
tfeed convert records.tfrecords --out out
echo "$?"
rm records.tfrecords
tfeed convert mnist idx --out out --shards 0
echo "$?"
tfeed convert mnist idx --out out --compression auto
echo "$?"
tfeed convert mnist idx --out ''
echo "$?"
tfeed convert mnist '' --out out
echo "$?"
ls
