# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Plain or .gz, either spelling of the names: the same files.
. "$CASES/helpers.sh"
make_idx idx
tfeed convert mnist idx --out a --validation 1 >/dev/null
gzip idx/*
for name in idx/*; do mv "$name" "$(echo "$name" | sed 's/-idx/.idx/')"; done
ls idx
tfeed convert mnist idx --out b --validation 1 >/dev/null
for name in train validation test; do cmp a/$name.tfrecords b/$name.tfrecords; done
