# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
: >empty.tfrecords
tfeed verify empty.tfrecords
tfeed verify --json empty.tfrecords
