# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_idx idx
echo mine >out
tfeed convert mnist idx --out out --validation 2
echo "$?"
cat out
