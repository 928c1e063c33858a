# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The line, the record, the byte, what was expected and what is there; nothing is made.
try() {
    printf "$1" | tfeed convert jsonl - --out out
    echo "$?"
}
try '{"features": {}}\n{"features": {"a": {"int64": [1, 2.5]}}}\n'
try '{"features": {"a": {"bytes": ["no base64"]}}}'
try '{"features": {"a": {"int": [1]}}}'
try '{"features": {"a": {"int64": [1'
try 'height,width\n1,2\n'
try '{"other": 1}'
try ''
tfeed convert jsonl --out out; echo "$?"
tfeed convert jsonl - --shards 2 --out out </dev/null; echo "$?"
tfeed convert nowhere.jsonl --out out2; echo "$?"
ls -A
