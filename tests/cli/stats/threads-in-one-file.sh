# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Parts of a file are counted by several threads; the sum is the same to the last bit.
. "$CASES/helpers.sh"
make_records
make_many many 16
tfeed stats --threads 1 --json many >one
tfeed stats --threads 4 --json many | cmp one -
tfeed stats --threads 4 - --json <many | cmp one -
gzip -k many
tfeed stats --threads 4 --json many.gz | cmp one -
put_byte many 20000003 377
tfeed stats --threads 1 many >one 2>one.err
tfeed stats --threads 4 many >four 2>four.err
cmp one four
cmp one.err four.err
head -n 1 four
