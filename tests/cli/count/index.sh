# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# An index says how many; one of another file is left aside; --walk does not ask it.
. "$CASES/helpers.sh"
make_records
tfeed index train.tfrecords >/dev/null
tfeed count train.tfrecords
tfeed count --walk train.tfrecords
mv train.tfrecords.tfidx test.tfrecords.tfidx
tfeed count test.tfrecords
tfeed count --walk test.tfrecords
