# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# What was asked for could not be printed.
[ -c /dev/full ] || { echo "no /dev/full"; exit 77; }
tfeed help >/dev/full
