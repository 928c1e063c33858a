# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""TensorFlow's tf.data, as its performance guide tunes it.

Serialized records are shuffled, a batch is parsed in one call, parsing runs in parallel, batches
are made ahead, the order may vary, and the numbers are left to AUTOTUNE. Form "interleave" (the
default) reads the files in parallel; form "in-turn" reads one after the other, which is faster for
small records on few cores.
"""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

import peer
from tf_features import parse_batch, use_batch

CYCLE = 8
BLOCK = 16
READ_BYTES = 8 << 20


def records_of(task):
    compression = "GZIP" if task.gzip else None

    def open_file(name):
        return tf.data.TFRecordDataset(name, compression, buffer_size=READ_BYTES)

    names = tf.data.Dataset.from_tensor_slices(task.files)
    if task.work == "shuffle":
        names = names.shuffle(len(task.files))
    if task.form == "in-turn":
        return open_file(names)
    return names.interleave(open_file, cycle_length=CYCLE, block_length=BLOCK,
                            num_parallel_calls=tf.data.AUTOTUNE, deterministic=False)


def prepare(task):
    options = tf.data.Options()
    options.deterministic = False
    options.threading.private_threadpool_size = os.cpu_count()
    options.autotune.enabled = True
    data = records_of(task)
    if task.work == "scan":
        data = data.batch(1024).map(
            lambda records: (tf.size(records), tf.reduce_sum(tf.strings.length(records))))
    else:
        if task.work == "shuffle":
            data = data.shuffle(peer.SHUFFLE)
        data = data.batch(task.batch).map(lambda records: parse_batch(task, records),
                                          num_parallel_calls=tf.data.AUTOTUNE)
    data = data.prefetch(tf.data.AUTOTUNE).with_options(options)

    def run(sums):
        for batch in data.as_numpy_iterator():
            use_batch(task, sums, batch)

    return run


if __name__ == "__main__":
    peer.main(prepare, "TensorFlow " + tf.__version__, True)
