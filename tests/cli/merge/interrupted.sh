# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Nothing half-made stays behind.
. "$CASES/helpers.sh"
make_records
mkfifo pipe
while cat train.tfrecords; do :; done >pipe 2>/dev/null &
feeder=$!
tfeed merge pipe --out out.tfrecords &
until ls -A | grep -q tfeed- || ! kill -0 $! 2>/dev/null; do :; done
kill -TERM $!
wait $!
echo "$?"
kill $feeder 2>/dev/null
ls -A
