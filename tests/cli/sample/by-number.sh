# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed sample *.tfrecords --records 4 --out some
tfeed sample --seed 1 --json *.tfrecords -n 4 --out other
tfeed cat --features label --json some other
