# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Beside the test, not in /tmp: that may lie in memory, which keeps its pages.
. "$CASES/helpers.sh"
make_records
tfeed bench files --rounds 2 --rows get --draws 9 --folder . train.tfrecords >out 2>error
case $? in
0) sed -n 's/^  \([a-z][a-z]*\) .*GB\/s  /\1: /p' out ;;
*) grep -q 'stay in memory' error && echo 'the folder of this test lies in memory' && exit 77
    cat error ;;
esac
! ls | grep tfeed-bench
