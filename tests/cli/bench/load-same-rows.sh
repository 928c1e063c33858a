# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
# The same rows whatever the order, the number of threads, the dtype and how much of them is read.
for options in "--order files --shuffle 0" "--workers 0" "--workers 3 --lanes 2" "--dtype uint8" \
    "--full-check" "--map never --interleave 2 --order files" "--batches 1 --budget 16M" \
    "--via queues --readers 2" "--no-crc --epochs 1 --seed 7"; do
    # shellcheck disable=SC2086 # several words
    tfeed bench load --rounds 2 --batch 2 --columns image_raw,label --json $options \
        train.tfrecords test.tfrecords >result || exit
    sed -n 's/.*\("check": {[^}]*}\).*/\1/p' result
done
