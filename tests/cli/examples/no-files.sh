# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
# What an example cannot do it says in a line, and exits with 1.
example loader_loop 'missing-*'
