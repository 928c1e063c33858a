# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""NVIDIA DALI on the processor alone.

Its reader wants an index of each file, which is made before the clock starts.
"""
import os
import struct
import tempfile
from importlib.metadata import version

import numpy as np
from nvidia.dali import fn, pipeline_def, tfrecord, types

import peer


def write_index(name, index_name):
    """A line "offset size" a record. Returns how many there are."""
    n_records = 0
    with open(name, "rb") as file, open(index_name, "w") as index:
        size = os.fstat(file.fileno()).st_size
        offset = 0
        while offset < size:
            file.seek(offset)
            length = struct.unpack("<Q", file.read(8))[0] + 16
            index.write("%d %d\n" % (offset, length))
            offset += length
            n_records += 1
    return n_records


def features_of(task):
    scalar = tfrecord.FixedLenFeature((1,), tfrecord.int64, 0)
    features = {peer.LABEL[task.kind]: scalar}
    if task.kind in peer.IMAGE:
        features[peer.IMAGE[task.kind]] = tfrecord.FixedLenFeature((), tfrecord.string, "")
    elif task.kind == "ctr":
        features.update({name: scalar for name in peer.CATEGORIES})
        features.update({name: tfrecord.FixedLenFeature((1,), tfrecord.float32, 0.0)
                         for name in peer.NUMBERS})
    else:
        features["ids"] = tfrecord.VarLenFeature(tfrecord.int64, 0)
    return features


def make_pipeline(task, indexes, names):
    features = features_of(task)

    @pipeline_def(batch_size=task.batch, num_threads=os.cpu_count(), device_id=None,
                  prefetch_queue_depth=2)
    def pipeline():
        shuffle = task.work == "shuffle"
        columns = fn.readers.tfrecord(path=task.files, index_path=indexes, features=features,
                                      random_shuffle=shuffle, pad_last_batch=True,
                                      initial_fill=peer.SHUFFLE if shuffle else 1)
        if task.kind == "mnist":
            image = fn.cast(columns["image_raw"], dtype=types.FLOAT)
            columns["image_raw"] = image * np.float32(1 / 255) - np.float32(0.5)
        return tuple(columns[name] for name in names)

    made = pipeline()
    made.build()
    return made


def use_rows(task, sums, columns, n_rows):
    """The last batch is filled up; n_rows of it count."""
    def dense(name):
        return columns[name].as_array()[:n_rows]

    labels = dense(peer.LABEL[task.kind])
    if task.kind == "mnist":
        sums.images(dense("image_raw"), labels)
    elif task.kind == "imagenet":
        images = columns["image/encoded"]
        sums.blobs([np.asarray(images[i]) for i in range(n_rows)], labels)
    elif task.kind == "ctr":
        sums.table({name: dense(name) for name in columns})
    else:
        lengths = [shape[0] for shape in columns["ids"].shape()[:n_rows]]
        sums.lists(sum(lengths), lambda: sum(int(np.asarray(columns["ids"][i]).sum())
                                             for i in range(n_rows)), labels)


def prepare(task):
    if task.work == "scan":
        raise peer.Unsupported("has no reader of raw records")
    if task.gzip:
        raise peer.Unsupported("reads no compressed files")
    with tempfile.TemporaryDirectory() as folder:
        indexes = [os.path.join(folder, "%d" % i) for i in range(len(task.files))]
        n_records = sum(map(write_index, task.files, indexes))
        names = list(features_of(task))
        pipeline = make_pipeline(task, indexes, names)

    def run(sums):
        left = n_records
        while left > 0:
            n_rows = min(left, task.batch)
            use_rows(task, sums, dict(zip(names, pipeline.run())), n_rows)
            left -= n_rows

    return run


if __name__ == "__main__":
    peer.main(prepare, "DALI " + version("nvidia-dali-cuda120"), False)
