# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A closed pipe ends it silently.
. "$CASES/helpers.sh"
make_records
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.tfrecords train.tfrecords; done >many
cat many many many many many many many many many many >more
{ tfeed merge more --out - 2>errors; echo "$?" >status; } | head -c 1 >begin
cat errors status
