# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# From a pipe into a pipe.
. "$CASES/helpers.sh"
make_records
put_byte train.tfrecords 106 377
cat train.tfrecords | tfeed repair - --out - | tfeed verify -
