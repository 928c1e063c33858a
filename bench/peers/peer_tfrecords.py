# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""The package "tfrecords": TensorFlow's record reader cut out of it, behind Python. No parser."""
from importlib.metadata import version

import tfrecords

import peer


def prepare(task):
    if task.work != "scan":
        raise peer.Unsupported("reads records only, has no parser")
    kinds = tfrecords.TFRecordCompressionType
    options = tfrecords.TFRecordOptions(kinds.GZIP if task.gzip else kinds.NONE)

    def run(sums):
        for name in task.files:
            for record in tfrecords.tf_record_iterator(name, options=options):
                sums.scanned(1, len(record))

    return run


if __name__ == "__main__":
    peer.main(prepare, "tfrecords " + version("tfrecords"), True)
