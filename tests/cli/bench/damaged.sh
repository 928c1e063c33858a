# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
for work in read parse load; do
    tfeed bench $work --rounds 1 train.tfrecords
    echo "$?"
done
