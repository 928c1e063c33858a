# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A pipe, - and a name give the same records; what is on the pipe may be compressed.
. "$CASES/helpers.sh"
make_records --compression zlib
tfeed info - <test.tfrecords | sed 's/^[^ ]*//' >a
cat test.tfrecords | tfeed info - | cat >b
cat b
