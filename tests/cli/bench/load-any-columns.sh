# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_kinds kinds
dd if=kinds bs=236 count=1 of=one 2>/dev/null
tfeed bench load --rounds 1 --workers 0 --json one >result || exit
sed -n 's/.*\("columns": .*\), "first_batch_s.*/\1/p' result | sed 's/}, {/},\n{/g'
# What differs from record to record is a list; through the queues, no column.
tfeed bench load --rounds 1 --workers 0 --shuffle 0 --json kinds >result || exit
sed -n 's/.*\("columns": .*\), "first_batch_s.*/\1/p' result | sed 's/}, {/},\n{/g'
sed -n 's/.*\("check": {[^}]*}\).*/\1/p' result
tfeed bench load --rounds 1 --columns a,text --label a kinds
echo "$?"
tfeed bench load --rounds 1 --via queues --columns a,text kinds
echo "$?"
