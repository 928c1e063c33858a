# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# One feature of 16 Mi int64 in 16 MiB: to show the first ones takes no copy of them all (128 MiB).
if ! (ulimit -d 65536 && tfeed version) >/dev/null 2>&1; then
    echo "the command does not start in 64 MiB (a sanitizer?)"
    exit 77
fi
{
    printf '\034\000\000\001\000\000\000\000\252\221\315\106\012\227\200\200\010\012\222\200'
    printf '\200\010\012\001\141\022\212\200\200\010\032\205\200\200\010\012\200\200\200\010'
    head -c 16777216 /dev/zero
    printf '\120\251\124\004'
} >many.tfrecords
for command in head info; do
    (ulimit -d 65536 && tfeed $command many.tfrecords)
done
