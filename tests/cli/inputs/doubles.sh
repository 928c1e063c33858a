# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A file that several operands stand for comes once, where it came first.
. "$CASES/helpers.sh"
make_records
tfeed count test.tfrecords '*.tfrecords' test.tfrecords
