# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for i in 0 2; do cp test.tfrecords part-0000$i-of-00003.tfrecords; done
tfeed merge part-00000-of-00003.tfrecords part-00002-of-00003.tfrecords --out x; echo "$?"
tfeed merge 'part-*.tfrecords' --out x; echo "$?"
tfeed merge part@3.tfrecords --out x; echo "$?"
tfeed merge part-00000-of-00003.tfrecords part-00002-of-00003.tfrecords --incomplete --out x; echo "$?"
