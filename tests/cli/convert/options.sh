# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_idx idx
tfeed convert mnist idx --out out --validation 2 --shards 2 --compression gzip
ls out
tfeed info 'out/train-*' | grep -E 'records|compression'
tfeed count out/train@2.tfrecords
