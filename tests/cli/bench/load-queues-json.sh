# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench load --via queues --rounds 2 --shuffle 3 --batch 2 --epochs 3 --columns label,image_raw --json \
    train.tfrecords test.tfrecords
