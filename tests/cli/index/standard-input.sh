# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# An index says where to read a file again; what comes through a pipe cannot be.
. "$CASES/helpers.sh"
make_records
tfeed index - <test.tfrecords
echo "$?"
tfeed index test.tfrecords - --out here <test.tfrecords
echo "$?"
cat test.tfrecords | tfeed verify --index -
echo "$?"
! ls *.tfidx here 2>/dev/null
