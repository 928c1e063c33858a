# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench step --rounds 1 --step-us 50 --step-threads 1 --workers 1 --batch 2 --json train.tfrecords
