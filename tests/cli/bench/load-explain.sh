# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench load --rounds 1 --batch 2 --workers 1 --columns image_raw,label --explain train.tfrecords |
    sed "/^this machine/q"
