# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
: >empty.tfrecords
tfeed stats empty.tfrecords
tfeed stats --json empty.tfrecords
