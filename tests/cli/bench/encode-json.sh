# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
tfeed bench encode --rounds 2 --records 300 --json
