# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
tfeed bench write --records 10 --rounds 1 --out -
echo "$?"
tfeed bench write --records 10 --rounds 1 --out ''
echo "$?"
ls
