# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench load --rounds 2 --shuffle 3 --batch 2 --via queues --deterministic --no-crc --columns image_raw,label \
    --json train.tfrecords
