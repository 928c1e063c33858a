# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
tfeed doctor --json --folder . >found
grep -c "\"ok\": true}$" found
grep "\"files\"" found
