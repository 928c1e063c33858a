# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Whoever reads goes away: silence, and no work for nothing.
. "$CASES/helpers.sh"
make_records
for i in 1 2 3 4 5 6 7 8 9 10; do cat test.tfrecords train.tfrecords; done >many
cat many many many many many many many many many many >more
tfeed cat more 2>errors | head -n 1
cat errors
{ tfeed cat more more more more more more more more 2>errors; echo "$?" >status; } | head -n 1
cat errors status
