# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What --c prints is compiled and run.
. "$CASES/helpers.sh"
make_sequences sequences
tfeed schema --c sequences >reader.c
sed -n '/^.. The lists/,/^};/p' reader.c
library=$TFEED_BUILD/.libs
[ -e "$library/libtfeed.so" ] || exit 0
[ -n "${TFEED_SOURCE:-}" ] || exit 0
command -v cc >/dev/null || exit 0
cc -std=c11 -Wall -Wextra -Werror -I"$TFEED_SOURCE/include" -o reader reader.c \
    -L"$library" -Wl,-rpath,"$library" -ltfeed || exit 1
[ "$(./reader sequences)" = "4 rows" ]
