# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A file that cannot be read has its object, too.
tfeed verify --json nowhere
