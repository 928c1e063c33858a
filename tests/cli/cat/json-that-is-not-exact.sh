# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Records whose JSON becomes an Example of equal content but other bytes: cat says so, and goes on.
put() {
    printf "$1" | tfeed convert jsonl - --out -
}
put '{"raw": "CgsKCQoBYRIEGgIIBw=="}\n' >unpacked
put '{"raw": "CgAQAQ=="}\n' >unknown
put '{"raw": "ChQKCAoBYRIDGgEACggKAWESAxoBAA=="}\n' >other
put '{"features": {"a": {"int64": [1]}, "a": {"int64": [2]}}}\n' >double
for i in unpacked unknown double; do
    tfeed cat --json $i
    echo "$?"
done
tfeed cat --json unpacked | tfeed convert jsonl - --out - | tfeed cat --json -
tfeed cat --json unpacked unpacked double
tfeed cat unpacked
put '{"features": {}}\n{"features": {}, "empty": false}\n' | tfeed cat --json -
