# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_sequences sequences
tfeed schema sequences
tfeed schema --json sequences
tfeed schema --full --threads 4 --json - <sequences | grep -c '"full": true'
