# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
name=$(printf 'a\033[31mb\nc')
cp test.tfrecords "$name"
tfeed count "$name"
tfeed count --json "$name"
tfeed count "$name.missing"
