# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What --c prints is compiled and run.
. "$CASES/helpers.sh"
make_records
library=$TFEED_BUILD/.libs
[ -e "$library/libtfeed.so" ] || { echo "no shared library beside the command"; exit 77; }
[ -n "${TFEED_SOURCE:-}" ] || { echo "TFEED_SOURCE does not say where the headers are"; exit 77; }
command -v cc >/dev/null || { echo "no compiler"; exit 77; }
tfeed schema --c train.tfrecords >reader.c
cc -std=c11 -Wall -Wextra -Werror -I"$TFEED_SOURCE/include" -o reader reader.c \
    -L"$library" -Wl,-rpath,"$library" -ltfeed || exit 1
./reader train.tfrecords test.tfrecords
