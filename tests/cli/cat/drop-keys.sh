# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A record is deleted by its key, into a new file; what is left is the same records.
. "$CASES/helpers.sh"
make_records
make_many many 1
tfeed index --key label many test.tfrecords
tfeed cat --drop-keys 3,5 --features label --json --threads 4 many
tfeed cat --drop-keys 3,5,2,4 --json many
tfeed cat --drop-keys 3 many --out fewer
tfeed get --json many 0 2-4 6-7 >expected
tfeed cat --json fewer | cmp expected -
tfeed verify fewer
tfeed cat --drop-keys 3 many --out fewer
echo "$?"
tfeed cat --drop-keys 3 many --out fewer --force
tfeed cat --drop-keys 3,8 many test.tfrecords --out - | tfeed count -
tfeed cat --drop-keys 8,99 many test.tfrecords --out few
echo "$?"
tfeed cat --records 1- test.tfrecords --out two
tfeed index --key label fewer
tfeed get fewer --key 3
echo "$?"
tfeed get fewer --key 2 3 4 --features label
echo "$?"
