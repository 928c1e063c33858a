# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The context and the steps of lists are checked; what is named without a column is not.
. "$CASES/helpers.sh"
make_sequences sequences
tfeed schema --json sequences >s.json
tfeed verify --schema s.json sequences
cat >other.jsonl <<'END'
{"context": {"id": {"int64": [1]}}, "feature_lists": {"words": [{"bytes": ["aGk="]}], "pos": [{"float": [0.5, 1]}, {"float": [1]}]}}
{"context": {"id": {"float": [1]}}, "feature_lists": {"words": [], "pos": []}}
{"context": {"id": {"int64": [1]}}, "feature_lists": {"words": [{"int64": [3]}], "pos": []}}
{"context": {"id": {"int64": [1]}}, "feature_lists": {"words": [{}], "pos": [{"float": [4, 5]}]}}
END
tfeed convert jsonl other.jsonl --out other >made
tfeed verify --schema s.json --json other
tfeed verify --schema s.json other
