# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
[ -c /dev/full ] || { echo "no /dev/full"; exit 77; }
. "$CASES/helpers.sh"
make_records
tfeed stats test.tfrecords >/dev/full
