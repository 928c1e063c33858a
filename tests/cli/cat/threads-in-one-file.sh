# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# One file is made into text by several threads; what is printed is the same, also behind damage,
# and as little as is asked for.
. "$CASES/helpers.sh"
make_records
make_many many 12
tfeed cat --threads 1 --json many >one
tfeed cat --threads 4 --json many | cmp one -
tfeed cat --threads 0 many | wc -l
tfeed head --threads 4 -n 9000 --json many | wc -l
put_byte many 1060100 377
tfeed cat --threads 1 --json many >one 2>one.err
tfeed cat --threads 4 --json many >four 2>four.err
cmp one four
cmp one.err four.err
cat four.err
wc -l <four
tfeed cat --threads 4 --json many 2>/dev/null | head -n 1
