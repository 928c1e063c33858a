# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_idx idx
tfeed convert mnist idx --out out --validation 2 >/dev/null
echo mine >out/test.tfrecords
tfeed convert mnist idx --out out --validation 2
echo "$?"
cat out/test.tfrecords
ls -A out
tfeed convert mnist idx --out out --validation 2 --force
echo "$?"
tfeed count out/test.tfrecords
