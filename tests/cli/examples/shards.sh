# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
unset_launchers
example shards
example shards 1 | tail -n 1
