# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A record with feature lists is a SequenceExample; the JSON becomes the same bytes again.
. "$CASES/helpers.sh"
make_sequences sequences
tfeed cat sequences
tfeed cat --features pos,id sequences
tfeed cat --json sequences | cmp sequences.jsonl -
tfeed cat --json --threads 4 - <sequences | cmp sequences.jsonl -
tfeed cat --json sequences | tfeed convert jsonl - --out back >made
cmp sequences back
tfeed get --json sequences 2
