# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_raw raw
tfeed cat raw
echo "$?"
tfeed cat --json raw
echo "$?"
tfeed cat --raw --json raw
tfeed cat --raw --json --utf8 raw
tfeed cat --raw raw | od -An -c
