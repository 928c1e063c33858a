# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed index train.tfrecords >/dev/null
tfeed info train.tfrecords | grep index
mv train.tfrecords.tfidx test.tfrecords.tfidx
tfeed info test.tfrecords | grep index
