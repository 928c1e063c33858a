# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A file fits what was found out from it; another kind, another length and a missing feature do not.
. "$CASES/helpers.sh"
lines() {
    cat >lines.jsonl
    tfeed convert jsonl lines.jsonl --out "$1" >made
}
lines a.tfrecords <<'END'
{"features": {"label": {"int64": [1]}, "point": {"float": [0.5, 1.5]}}}
{"features": {"label": {"int64": [2]}, "point": {"float": [2.5, 3.5]}}}
END
lines b.tfrecords <<'END'
{"features": {"label": {"int64": [1]}, "point": {"float": [0.5, 1.5]}, "more": {"int64": [7]}}}
{"features": {"label": {"float": [1]}, "point": {"float": [0.5, 1.5]}}}
{"features": {"label": {"int64": [1]}, "point": {"float": [0.5, 1.5, 2.5]}}}
{"features": {"label": {"int64": [1]}}}
{"features": {"label": {"int64": [9]}, "point": {"float": [0, 0]}}}
END
tfeed schema --json a.tfrecords >s.json && tfeed verify --schema s.json a.tfrecords
echo "$?"
tfeed verify --schema s.json a.tfrecords b.tfrecords
echo "$?"
tfeed verify --schema s.json --json a.tfrecords b.tfrecords
tfeed verify --schema - --max-errors 1 b.tfrecords <s.json
tfeed verify --schema s.json --index - <a.tfrecords
tfeed verify --schema s.json --index b.tfrecords
put_byte b.tfrecords 30 377
tfeed verify --schema s.json - <b.tfrecords
