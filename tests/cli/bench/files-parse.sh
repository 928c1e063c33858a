# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed bench files --rounds 1 --rows parse,parse-mixed,parse-few,parse-few-mixed train.tfrecords |
    sed -n 's/^  \([a-z-]*\)  *[0-9.]* GB\/s  /\1: /p'
