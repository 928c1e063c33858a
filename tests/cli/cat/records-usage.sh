# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for list in '' a 1, 2-1 -1 1--2 99999999999999999999999; do
    tfeed cat --records "$list" train.tfrecords
    echo $?
done
