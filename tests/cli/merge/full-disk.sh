# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Files may not grow beyond a few blocks here: one line, exit 3, and nothing is left of the output.
. "$CASES/helpers.sh"
make_records
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.tfrecords train.tfrecords; done >many
cat many many many many many >more
(
    ulimit -f 8
    tfeed merge more --out out
    echo "$?"
)
ls -A
