# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
try() {
    tfeed bench load --rounds 1 "$@" train.tfrecords
    echo "$?"
}
try --columns image_raw,lable
try --columns ""
try --label image_raw
try --image label
try --prefetch 2
try --via queues --order fast
try --via queues --explain
try --order global --workers ten
