# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A schema that is none, or holds nothing, and what --schema does not go with.
. "$CASES/helpers.sh"
make_records
tfeed schema --json train.tfrecords >s.json
: >empty
echo '{"tfeed_schema": 2, "columns": []}' >later.json
echo '{"tfeed_schema": 1, "columns": [{"name": "x", "column": "none"}]}' >none.json
cat >lists.json <<'END'
{"tfeed_schema": 1, "records": {"form": "csv"}, "columns": [{"name": "x", "column": "fixed", "dtype": "int64", "shape": []}],
 "lists": [{"name": "l", "list": "fixed", "dtype": "int64", "shape": []}]}
END
for schema in empty later.json none.json lists.json train.tfrecords missing; do
    tfeed verify --schema $schema train.tfrecords
    echo "$?"
done
tfeed verify --schema s.json --quick train.tfrecords
echo "$?"
tfeed verify --schema - - <train.tfrecords
echo "$?"
