# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
tfeed help bench >a
tfeed bench --help | cmp a -
cat a
