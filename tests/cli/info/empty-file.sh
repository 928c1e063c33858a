# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
: >empty.tfrecords
tfeed info empty.tfrecords
tfeed info --json empty.tfrecords
