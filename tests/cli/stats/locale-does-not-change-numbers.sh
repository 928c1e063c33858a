# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
locale -a 2>/dev/null | grep -q '^de_DE' || { echo "no German locale"; exit 77; }
make_kinds kinds
tfeed stats --json kinds >a
LC_ALL=de_DE.UTF-8 tfeed stats --json kinds | cmp a -
