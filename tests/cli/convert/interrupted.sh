# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Nothing half-made stays behind: stopped as soon as its temporary files are there, by one signal and at
# once another, as timeout(1) sends two. Two million images keep it busy for long enough.
. "$CASES/helpers.sh"
make_idx idx
{
    printf '\000\000\010\003\000\036\204\200\000\000\000\002\000\000\000\002'
    head -c 8000000 /dev/zero
} >idx/train-images-idx3-ubyte
{
    printf '\000\000\010\001\000\036\204\200'
    head -c 2000000 /dev/zero
} >idx/train-labels-idx1-ubyte
tfeed convert mnist idx --out out --validation 2 --compression gzip &
until [ -n "$(ls -A out 2>/dev/null)" ] || ! kill -0 $! 2>/dev/null; do :; done
kill -TERM $!
kill -HUP $! 2>/dev/null
wait $!
echo "$?"
[ ! -d out ] || ls -A out
