# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
gzip -k train.tfrecords
tfeed bench files --rows scan,walk train.tfrecords
echo "$?"
tfeed bench files --rows inflate train.tfrecords
echo "$?"
tfeed bench files --rows get train.tfrecords test.tfrecords
echo "$?"
tfeed bench files --rows threads train.tfrecords.gz
echo "$?"
tfeed bench files --rounds 1 --rows index --folder nowhere train.tfrecords 2>error
echo "$?"
sed 's/bench-[0-9]*-/bench-PID-/' error >&2
: >empty
tfeed bench files empty
echo "$?"
put_byte train.tfrecords 200 377
tfeed bench files train.tfrecords
echo "$?"
