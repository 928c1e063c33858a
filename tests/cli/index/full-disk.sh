# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
[ -c /dev/full ] || { echo "no /dev/full"; exit 77; }
make_records
tfeed index test.tfrecords --out /dev/full
