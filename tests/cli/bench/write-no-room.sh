# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
(
    ulimit -f 8
    tfeed bench write --records 2000 --rounds 1 --out here.tfrecords
    echo "$?"
)
ls -A
