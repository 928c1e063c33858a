# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed split test.tfrecords --out x; echo "$?"
tfeed split test.tfrecords --parts a=rest --records 3 --out x; echo "$?"
tfeed split test.tfrecords --parts a --out x; echo "$?"
tfeed split test.tfrecords --parts a=120% --out x; echo "$?"
tfeed split test.tfrecords --parts a=50% --out x; echo "$?"
tfeed split test.tfrecords --parts a=2,b=2 --out x; echo "$?"
tfeed split test.tfrecords --parts a=1,a=rest --out x; echo "$?"
tfeed split test.tfrecords --parts ../a=rest --out x; echo "$?"
tfeed split - --parts a=rest --out x <test.tfrecords; echo "$?"
[ ! -e x ] || ls x
