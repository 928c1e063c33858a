# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Records are what the schema says: lines of CSV, Examples in JSON.
records() {
    while IFS= read -r line; do
        printf '{"raw": "%s"}\n' "$(printf %s "$line" | base64 -w 0)"
    done >raw.jsonl
    tfeed convert jsonl raw.jsonl --out "$1" >made
}
records csv.tfrecords <<'END'
29;"Notting; Hill"
;n/a
thirty;Brazil
1;2;3
END
records json.tfrecords <<'END'
{"features": {"feature": {"age": {"int64List": {"value": [29]}}, "film": {"bytesList": {"value": ["QQ=="]}}}}}
{"features": {"feature": {"age": {"int64List": {"value": [1.5]}}}}}
{"features": {"feature": {"film": {"bytesList": {"value": ["QQ=="]}}}}}
END
columns='[{"name": "age", "column": "fixed", "dtype": "int64", "shape": [], "default": [-1]},
  {"name": "film", "column": "fixed", "dtype": "string", "shape": [], "default": [""]}]'
cat >csv.json <<END
{"tfeed_schema": 1, "records": {"form": "csv", "field_delim": ";", "na_value": "n/a"}, "columns": $columns}
END
cat >json.json <<END
{"tfeed_schema": 1, "records": {"form": "json_example"}, "columns": $columns}
END
cat >none.json <<END
{"tfeed_schema": 1, "records": {"form": "xml"}, "columns": $columns}
END
tfeed verify --schema csv.json csv.tfrecords
echo "$?"
tfeed verify --schema json.json json.tfrecords
echo "$?"
tfeed verify --schema none.json csv.tfrecords
