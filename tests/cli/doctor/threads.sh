# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Taken as by every command, and makes no difference.
tfeed doctor >one
tfeed doctor --threads 4 >four
grep -v '^memory' one >one.lasting # what is available changes
grep -v '^memory' four >four.lasting
cmp one.lasting four.lasting
tfeed doctor --threads -1
echo "$?"
