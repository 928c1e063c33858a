# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A record by the value of a feature; who has none is counted.
. "$CASES/helpers.sh"
make_records
tfeed index --key label train.tfrecords
tfeed index --key nothing --json --force train.tfrecords
tfeed index --key label --json --force train.tfrecords
tfeed get train.tfrecords --key 4 --json
