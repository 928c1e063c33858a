# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What is written is removed again.
. "$CASES/helpers.sh"
make_records
mkdir folder
tfeed bench files --rounds 1 --json --folder folder train.tfrecords
tfeed bench files --rounds 2 --json --rows shuffle,index --folder folder train.tfrecords test.tfrecords
ls folder
