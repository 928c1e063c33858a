# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Nothing half-made stays behind: stopped as soon as its temporary files are there, by one signal and at
# once another, as timeout(1) sends two. Half a billion images, all of them a hole, keep it busy for longer
# than anybody waits; it sleeps until both signals are there.
. "$CASES/helpers.sh"
make_idx idx
printf '\000\000\010\003\037\000\000\000\000\000\000\002\000\000\000\002' >idx/train-images-idx3-ubyte
truncate -s 2080374800 idx/train-images-idx3-ubyte
printf '\000\000\010\001\037\000\000\000' >idx/train-labels-idx1-ubyte
truncate -s 520093704 idx/train-labels-idx1-ubyte
tfeed convert mnist idx --out out --validation 2 --compression gzip &
until [ -n "$(ls -A out 2>/dev/null)" ] || ! kill -0 $! 2>/dev/null; do :; done
kill -STOP $!
kill -TERM $!
kill -HUP $!
kill -CONT $!
wait $!
echo "$?"
[ ! -d out ] || ls -A out
