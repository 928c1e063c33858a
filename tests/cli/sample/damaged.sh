# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A record that is not chosen may be damaged; one that is ends it, and nothing is made.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 200 377
tfeed sample train.tfrecords -n 4 --out some
echo $?
ls some 2>/dev/null
for seed in 0 1 2 3; do
    tfeed sample train.tfrecords -n 1 --seed $seed --out one --force 2>/dev/null && echo made
done
