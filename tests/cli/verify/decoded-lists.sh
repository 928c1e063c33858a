# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Steps are decoded as the schema says: texts that are numbers, frames of four bytes.
cat >lines.jsonl <<'END'
{"feature_lists": {"prices": [{"bytes": ["1.5"]}, {"bytes": ["-2e3"]}], "rgb": [{"bytes": ["abcd"]}]}}
{"feature_lists": {"prices": [{"bytes": ["1"]}, {"bytes": ["cheap"]}], "rgb": []}}
{"feature_lists": {"prices": [], "rgb": [{"bytes": ["abcd"]}, {"bytes": ["abc"]}]}}
{"feature_lists": {"prices": []}}
{"feature_lists": {"rgb": [{"bytes": ["abcd", "efgh"]}]}}
END
cat >schema.json <<'END'
{"tfeed_schema": 1, "columns": [], "lists": [
  {"name": "prices", "list": "decoded", "dtype": "float64", "shape": [], "decoding": "number", "allow_missing": true},
  {"name": "rgb", "list": "raw", "dtype": "float32", "shape": [4], "scale": 2}]}
END
tfeed convert jsonl --utf8 lines.jsonl --out d.tfrecords >made
tfeed verify --schema schema.json d.tfrecords
