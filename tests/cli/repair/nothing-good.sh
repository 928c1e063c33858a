# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
echo "name,label and some more text" >text
tfeed repair text --out good
echo "$?"
ls
