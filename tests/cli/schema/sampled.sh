# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The first records of each file, or all of them.
. "$CASES/helpers.sh"
make_kinds kinds
tfeed schema --sample 1 kinds
tfeed schema --full --json kinds | grep -c '"records": 3, "full": true'
tfeed schema --sample 0 kinds
