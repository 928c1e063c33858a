# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The others are printed all the same.
. "$CASES/helpers.sh"
make_records
tfeed get --features label train.tfrecords 1 4 2
