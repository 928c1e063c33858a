# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The shell puts an index behind its file; it is no input.
. "$CASES/helpers.sh"
make_records
mkdir set
for name in a a.b c; do cp test.tfrecords set/$name; done
tfeed index set/* >made
ls set
tfeed count set/*
tfeed verify set/*
tfeed index --force set/*
tfeed merge set/* --out all
echo "alone it is what it is:"
tfeed verify set/a.tfidx 2>errors
