# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What is wrong with a line is said with its place.
for line in '{"context": {}, "features": {}}' '{"feature_lists": {"a": {}}}' '{"feature_lists": {"a": [1]}}' \
    '{"context": {"a": {"int64": [1]}}' '{"lists": {}}'; do
    echo "$line" | tfeed convert jsonl - --out out
    echo "$?"
done
echo '{"feature_lists": {}, "context": {}}' | tfeed convert jsonl - --out out
tfeed cat --json out
