# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Nothing half-made stays behind: by one signal and at once another, as timeout(1) sends two.
. "$CASES/helpers.sh"
make_records
mkfifo pipe
while cat train.tfrecords; do :; done >pipe 2>/dev/null &
feeder=$!
tfeed shuffle pipe --out out.tfrecords &
until ls -A | grep -q tfeed- || ! kill -0 $! 2>/dev/null; do :; done
kill -STOP $! # until both are there
kill -TERM $!
kill -HUP $!
kill -CONT $!
wait $!
echo "$?"
kill $feeder 2>/dev/null
ls -A
