# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_raw raw
: >empty
tfeed bench load --rounds 1 raw
echo "$?"
tfeed bench load --rounds 1 empty
echo "$?"
tfeed bench load --rounds 1 - <raw
