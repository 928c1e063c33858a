# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
cp train.tfrecords other
put_byte other 200 377
tfeed diff train.tfrecords other
