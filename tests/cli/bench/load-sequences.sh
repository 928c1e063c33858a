# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Lists of steps are columns, of as many values in each step or of any number.
. "$CASES/helpers.sh"
make_sequences sequences
tfeed bench load --rounds 1 --workers 0 --shuffle 0 --json sequences >result || exit
sed -n 's/.*\("columns": .*\), "first_batch_s.*/\1/p' result | sed 's/}, {/},\n{/g'
sed -n 's/.*\("check": {[^}]*}\).*/\1/p' result
tfeed bench load --rounds 1 --workers 2 --shuffle 4 --json --columns words,pos sequences >result || exit
sed -n 's/.*\("columns": .*\), "first_batch_s.*/\1/p' result | sed 's/}, {/},\n{/g'
sed -n 's/.*\("check": {[^}]*}\).*/\1/p' result
tfeed bench load --rounds 1 --columns words,pos sequences | grep '^columns'
tfeed bench load --rounds 1 --label pos sequences
echo "$?"
