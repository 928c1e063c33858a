# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The damage of another record is no matter.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
tfeed get --features label train.tfrecords 0 1 2
