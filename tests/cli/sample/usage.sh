# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
tfeed sample train.tfrecords -n 1
echo $?
tfeed sample train.tfrecords --out x
echo $?
tfeed sample train.tfrecords -n 1 --fraction 0.5 --out x
echo $?
for fraction in 2 -1 x 0.5x nan '' 101%; do
    tfeed sample train.tfrecords --fraction "$fraction" --out x
    echo $?
done
[ -e x ] || echo "nothing was made"
