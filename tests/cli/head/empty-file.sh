# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
: >empty.tfrecords
tfeed head empty.tfrecords
tfeed head --json empty.tfrecords
