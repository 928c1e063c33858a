# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
for command in verify count cat head info 'bench read'; do
    tfeed $command ''
    echo "$?"
done
