# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What other loaders read, written; and read in their place.
. "$CASES/helpers.sh"
make_records
tfeed index --text --out - test.tfrecords | cat
tfeed index --text test.tfrecords
tfeed count test.tfrecords
tfeed get test.tfrecords 2 --json
