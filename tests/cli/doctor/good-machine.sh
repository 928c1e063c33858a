# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
TMPDIR=$PWD tfeed doctor >found
status=$?
sed "s/ .*//" found
ls
exit $status
