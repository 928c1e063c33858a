# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed sample train.tfrecords --fraction 1 --out all
cmp all train.tfrecords
tfeed sample train.tfrecords --fraction 100% --compression gzip --out all.gz
tfeed diff all all.gz
tfeed sample train.tfrecords --fraction 0 --out none
tfeed count none
