# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Values are decoded as the schema says: texts that are numbers, bytes of two int16.
cat >lines.jsonl <<'END'
{"features": {"price": {"bytes": ["1.5"]}, "sound": {"bytes": ["abcd"]}}}
{"features": {"price": {"bytes": ["cheap"]}, "sound": {"bytes": ["abcd"]}}}
{"features": {"price": {"bytes": ["-2e3"]}, "sound": {"bytes": ["abc"]}}}
{"features": {"price": {"bytes": ["0"]}}}
END
cat >schema.json <<'END'
{"tfeed_schema": 1, "columns": [
  {"name": "price", "column": "decoded", "dtype": "float64", "shape": [], "decoding": "number"},
  {"name": "sound", "column": "decoded", "dtype": "int16", "shape": [2], "decoding": "raw", "big_endian": true,
   "default": [0, -1]}]}
END
tfeed convert jsonl --utf8 lines.jsonl --out d.tfrecords >made
tfeed verify --schema schema.json d.tfrecords
