# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Mistyped words that mean something else, and some that mean nothing.
tfeed cta x
tfeed verfy x
tfeed bench raed x
tfeed nonsense
tfeed help stast
tfeed help nonsense
tfeed cat --jsno x
tfeed cat --thraeds=4 x
tfeed cat --frobnicate x
