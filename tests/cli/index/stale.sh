# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The file is another one: its index is left aside, and said so.
. "$CASES/helpers.sh"
make_records
tfeed index train.tfrecords
cp test.tfrecords train.tfrecords
tfeed count train.tfrecords
tfeed index --force train.tfrecords
tfeed count train.tfrecords
