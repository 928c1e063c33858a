# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""TensorFlow's queues, through tensorflow.compat.v1.

Form "runs" (the default) is the best that these calls give: records move in runs of a batch, and a
batch is parsed in one call. Form "single" is how most programs of TensorFlow 1.x are written: a
record is read, parsed and enqueued at a time.
"""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

import peer
from tf_features import parse_batch, parse_single, use_batch

v1 = tf.compat.v1


def read_records(task, reader, names):
    """Ops for what the consumer fetches: counts when scanning, else serialized records."""
    keys, records = reader.read_up_to(names, task.batch)
    if task.work == "scan":
        return tf.size(records), tf.reduce_sum(tf.strings.length(records))
    if task.work == "batch":
        return v1.train.batch([records], task.batch, enqueue_many=True, capacity=32 * task.batch,
                              allow_smaller_final_batch=True)
    return v1.train.shuffle_batch([records], task.batch, peer.SHUFFLE + 32 * task.batch,
                                  peer.SHUFFLE, enqueue_many=True, allow_smaller_final_batch=True)


def single_records(task, reader, names):
    if task.work != "shuffle" or task.kind != "mnist":
        raise peer.Unsupported("this form is measured with shuffled images only")
    key, record = reader.read(names)
    return v1.train.shuffle_batch(parse_single(task, record), task.batch,
                                  peer.SHUFFLE + 32 * task.batch, peer.SHUFFLE,
                                  allow_smaller_final_batch=True)


def prepare(task):
    v1.disable_eager_execution()
    names = v1.train.string_input_producer(task.files, num_epochs=1,
                                           shuffle=task.work == "shuffle")
    options = tf.io.TFRecordOptions("GZIP" if task.gzip else "")
    reader = v1.TFRecordReader(options=options)
    if task.form == "single":
        fetches = single_records(task, reader, names)
    else:
        fetches = read_records(task, reader, names)
        if task.work != "scan":
            fetches = parse_batch(task, fetches)
    session = v1.Session()
    session.run(v1.local_variables_initializer())
    step = session.make_callable(fetches)

    def run(sums):
        coordinator = v1.train.Coordinator()
        threads = v1.train.start_queue_runners(session, coordinator)
        try:
            while True:
                use_batch(task, sums, step())
        except tf.errors.OutOfRangeError:
            coordinator.request_stop()
        coordinator.join(threads)

    return run


if __name__ == "__main__":
    peer.main(prepare, "TensorFlow " + tf.__version__, True)
