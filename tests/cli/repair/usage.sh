# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
tfeed repair bad
tfeed repair bad --out ''
tfeed repair '' --out good
tfeed repair a b --out good
tfeed repair --out good
tfeed repair nowhere --out good
