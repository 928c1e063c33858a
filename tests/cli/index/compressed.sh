# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Counted at once; read by number by inflating.
. "$CASES/helpers.sh"
for form in gzip zlib snappy; do
    make_records --compression $form --force
    tfeed index --force train.tfrecords
    tfeed count train.tfrecords
    tfeed get train.tfrecords 3 >record && echo found
done
