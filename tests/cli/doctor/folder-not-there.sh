# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
tfeed doctor --folder nowhere >found
status=$?
sed -n "/PROBLEM/s/doctor-[0-9]*/doctor-PID/p" found
exit $status
