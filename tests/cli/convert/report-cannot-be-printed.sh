# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The files are made all the same.
. "$CASES/helpers.sh"
[ -c /dev/full ] || { echo "no /dev/full"; exit 77; }
make_idx idx
tfeed convert mnist idx --out out --validation 2 >/dev/full
echo "$?"
ls out
