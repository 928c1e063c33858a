# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed index *.tfrecords
ls *.tfidx
tfeed index --json --force --threads 4 *.tfrecords
tfeed count *.tfrecords
