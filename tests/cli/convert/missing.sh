# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
tfeed convert mnist nowhere --out out
echo "$?"
make_idx idx
rm idx/t10k-labels-idx1-ubyte
tfeed convert mnist idx --out out
echo "$?"
ls
