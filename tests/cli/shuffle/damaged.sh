# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 150 377
tfeed shuffle validation.tfrecords train.tfrecords --out x; echo "$?"
tfeed shuffle validation.tfrecords train.tfrecords --cache 1 --out x; echo "$?"
gzip -c train.tfrecords >train.gz
tfeed shuffle train.gz --out x; echo "$?"
head -c 300 test.tfrecords >cut
tfeed shuffle cut --out x; echo "$?"
printf 'this is no file of records' >text
tfeed shuffle text --out x; echo "$?"
tfeed shuffle nowhere --out x; echo "$?"
tfeed shuffle test.tfrecords --out train.tfrecords; echo "$?"
tfeed shuffle test.tfrecords --memory 1M --out x; echo "$?"
tfeed shuffle test.tfrecords --tmp nowhere --cache 1 --out x; echo "$?"
ls -A
