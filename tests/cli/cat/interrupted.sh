# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A command that waits for its input ends at once.
mkfifo pipe
tfeed cat pipe &
exec 3>pipe
kill -TERM $!
wait $!
