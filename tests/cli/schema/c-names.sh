# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Names that are no words of C; two that become the same one.
. "$CASES/helpers.sh"
make_kinds kinds
tfeed schema --c kinds | sed -n "/^enum/,/^static tfeed/p"
