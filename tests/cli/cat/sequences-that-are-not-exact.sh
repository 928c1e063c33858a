# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A list twice, lists before the context: equal content, not the same bytes.
printf '\022\016\012\005\012\001\141\022\000\012\005\012\001\141\022\000' >payload
frame() {
    tfeed convert jsonl - --out "$1" --force >made <<END
{"raw": "$(base64 <payload)"}
END
}
frame double
tfeed cat --json double
printf '\022\000\012\000' >payload
frame turned
tfeed cat --json turned
printf '\022\002\012\005' >payload
frame cut
tfeed cat --json cut
