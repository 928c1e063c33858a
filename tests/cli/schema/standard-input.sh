# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A pipe, - and a name give the same; what is on the pipe may be compressed.
. "$CASES/helpers.sh"
make_records --compression zlib
tfeed schema test.tfrecords >a
tfeed schema - <test.tfrecords | cmp a -
cat test.tfrecords | tfeed schema - | cmp a -
