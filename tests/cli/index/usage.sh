# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed index
tfeed index --key '' test.tfrecords
tfeed index --key label --text test.tfrecords
ls *.tfidx 2>/dev/null
tfeed index nowhere.tfrecords
