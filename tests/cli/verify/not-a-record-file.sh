# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What no record is found in is said to be something else, first of all.
printf 'a text of several words\nand lines\n' >text
tfeed verify text
gzip text
tfeed verify --json text.gz
tfeed verify - <text.gz 2>&1 | head -n 1
