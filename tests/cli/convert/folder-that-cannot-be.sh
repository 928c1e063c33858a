# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Folders are made one level deep; what is in the way is said of the folder.
. "$CASES/helpers.sh"
make_idx idx
tfeed convert mnist idx --out none/deep
echo "$?"
: >file
tfeed convert mnist idx --out file/deep
echo "$?"
