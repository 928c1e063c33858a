# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# One line each, exit 2, nothing on standard output.
try() {
    tfeed "$@"
    echo "$?"
}
try verify
try verify --frobnicate x
try verify -x x
try verify --json=yes x
try verify --max-errors
try verify --max-errors ten x
try verify --max-errors -1 x
try verify --max-errors 99999999999999999999999 x
try verify --max-errors 5M x
try verify --compression brotli x
try count --max-errors 3 x
try head -n x
try help a b c
try version x
try bench load --batch 0 x
