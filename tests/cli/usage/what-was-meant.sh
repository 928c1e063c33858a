# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A file whose name begins with a dash, the -3 of head(1), a folder where a file was meant.
. "$CASES/helpers.sh"
make_records
cp test.tfrecords ./-x
cp test.tfrecords ./--odd
tfeed count -x
tfeed count --odd
tfeed count ./-x -- --odd
tfeed head -3 test.tfrecords
tfeed count -3 test.tfrecords
mkdir folder
tfeed count folder//
tfeed count /
tfeed merge test.tfrecords --out folder
echo "$?"
tfeed index --key lable test.tfrecords
tfeed get '*.tfrecords' --key 7
