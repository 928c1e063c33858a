# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
make_records
for i in 0 2; do cp test.tfrecords part-0000$i-of-00003.tfrecords; done
for some in "part-00000-of-00003.tfrecords part-00002-of-00003.tfrecords" 'part-*.tfrecords' part@3.tfrecords; do
    set -f # the pattern is the command's
    tfeed merge $some --out x; echo "$?"
    tfeed merge $some --incomplete --force --out x; echo "$?"
    set +f
done
tfeed merge 'no*' --incomplete --out x; echo "$?"
