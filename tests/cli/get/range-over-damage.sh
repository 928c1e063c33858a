# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What was asked for is printed but for the record that is damaged; where its length is damaged, too,
# only an index finds the next.
. "$CASES/helpers.sh"
make_records
make_many many 1
put_byte many 260 377
tfeed get --json --features label many 1-3,5
echo "$?"
tfeed get --json --features label - 1- <many
echo "$?"
tfeed cat --json --features label --records 1-3 many
echo "$?"
tfeed repair many --out many --force 2>/dev/null
tfeed index many
put_byte many 212 377
touch -r many.tfidx many
tfeed get --json --features label many 1-
echo "$?"
rm many.tfidx
tfeed get --json --features label many 1- 0
echo "$?"
put_byte many 260 377
tfeed get --json --features label many 1- 5 0
echo "$?"
make_raw raw
cat raw raw raw raw raw raw >raws
for i in 1 2 3 4; do
    cat raws raws raws >raw
    mv raw raws
done
tfeed get --json raws 0- 2>said | grep -c features
grep -c 'prints what is no' said
tail -n 1 said
