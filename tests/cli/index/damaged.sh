# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Of a file that is not whole no index is made; payloads are looked at only when asked for.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 30 377
tfeed index --verify train.tfrecords
echo "$?"
tfeed index train.tfrecords
truncate -s -3 test.tfrecords
tfeed index test.tfrecords
echo "$?"
ls *.tfidx
