# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Behind a bad payload, behind a bad length, and both at once; a whole file beside it. Read as a file, through a
# pipe, by several threads, and as raw bytes.
. "$CASES/helpers.sh"
make_records
cp train.tfrecords payload.tfrecords
put_byte payload.tfrecords 200 377
cp train.tfrecords length.tfrecords
put_byte length.tfrecords 106 377
cp payload.tfrecords both.tfrecords
put_byte both.tfrecords 106 377
for file in payload length both; do
    tfeed cat --skip-damaged --json --features label $file.tfrecords test.tfrecords
    echo "$file $?"
done
tfeed cat --skip-damaged --json both.tfrecords >file 2>file.said
tfeed cat --skip-damaged --json - <both.tfrecords >pipe 2>pipe.said
tfeed cat --skip-damaged --json --threads 4 both.tfrecords >threads 2>threads.said
cmp file pipe && cmp file threads && cmp file.said threads.said
cat pipe.said
tfeed cat --skip-damaged --raw both.tfrecords 2>/dev/null | wc -c | tr -d ' '
head -c 400 train.tfrecords >cut.tfrecords
tfeed cat --skip-damaged --json --features label cut.tfrecords
echo "cut $?"
