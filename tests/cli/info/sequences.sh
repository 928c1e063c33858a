# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_sequences sequences
tfeed info sequences
tfeed info --json sequences
