# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
: >empty.tfrecords
tfeed cat empty.tfrecords
tfeed cat --json empty.tfrecords
