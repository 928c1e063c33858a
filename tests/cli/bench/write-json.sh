# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
TMPDIR=. tfeed bench write --rounds 1 --records 300 --json
ls -A
