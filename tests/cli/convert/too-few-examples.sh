# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# More examples for validation than there are.
. "$CASES/helpers.sh"
make_idx idx
tfeed convert mnist idx --out out
echo "$?"
ls
