# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Who tries a case whose name is mistyped must not read that all is well.
sh "$CASES/run-cases" TFEED="$(command -v tfeed)" version no-such/case versoin
