# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The list by any of its spellings is the same.
tfeed help >a
tfeed --help >b
tfeed -h >c
cmp a b && cmp a c
