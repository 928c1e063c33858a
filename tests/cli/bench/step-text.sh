# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench step --rounds 1 --step-us 50 --step-threads 2 --batch 2 train.tfrecords |
    sed -n 's/[0-9][0-9.]*/N/g; s/   */ /g; s/N workers/N worker/; 1,6p'
