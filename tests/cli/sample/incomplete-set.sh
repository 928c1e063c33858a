# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for i in 0 2; do cp test.tfrecords part-0000$i-of-00003.tfrecords; done
tfeed sample --fraction 1 part-*.tfrecords --out x; echo "$?"
tfeed sample --fraction 1 'part-*.tfrecords' --out x; echo "$?"
ls x 2>/dev/null
tfeed sample --fraction 1 part-*.tfrecords --incomplete --out x; echo "$?"
tfeed sample --records 6 'part-*.tfrecords' --incomplete --out x --force; echo "$?"
tfeed sample --fraction 1 part-00002-of-00003.tfrecords --out x --force; echo "$?"
