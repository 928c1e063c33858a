# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
: >empty
for command in read parse load; do
    tfeed bench $command --rounds 1 empty
    echo "$?"
done
