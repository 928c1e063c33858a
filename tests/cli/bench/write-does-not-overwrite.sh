# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
echo mine >here.tfrecords
tfeed bench write --records 10 --rounds 1 --out here.tfrecords
echo "$?"
cat here.tfrecords
