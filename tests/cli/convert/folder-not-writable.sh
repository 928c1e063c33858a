# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
[ "$(id -u)" != 0 ] || { echo "root may write anywhere"; exit 77; }
make_idx idx
mkdir out
chmod 555 out
tfeed convert mnist idx --out out --validation 2
