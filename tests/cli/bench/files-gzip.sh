# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
gzip train.tfrecords
tfeed bench files --rounds 1 train.tfrecords.gz | sed -n 's/^  \([a-z][a-z]*\) .*GB\/s  /\1: /p'
