# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""The package "tfrecord": Python, protobuf messages, NumPy."""
import itertools
from importlib.metadata import version

import numpy as np
from tfrecord import iterator_utils, reader

import peer


def description_of(task):
    description = {peer.LABEL[task.kind]: "int"}
    if task.kind in peer.IMAGE:
        description[peer.IMAGE[task.kind]] = "byte"
    elif task.kind == "ctr":
        description.update({name: "int" for name in peer.CATEGORIES})
        description.update({name: "float" for name in peer.NUMBERS})
    else:
        description["ids"] = "int"
    return description


def use_rows(task, sums, rows):
    labels = np.concatenate([row[peer.LABEL[task.kind]] for row in rows])
    if task.kind == "mnist":
        raw = b"".join(row["image_raw"] for row in rows)
        pixels = np.frombuffer(raw, np.uint8).reshape(len(rows), peer.PIXELS)
        sums.images(pixels.astype(np.float32) * np.float32(1 / 255) - np.float32(0.5), labels)
    elif task.kind == "imagenet":
        sums.blobs([row["image/encoded"] for row in rows], labels)
    elif task.kind == "ctr":
        sums.table({name: np.concatenate([row[name] for row in rows]) for name in rows[0]})
    else:
        ids = np.concatenate([row["ids"] for row in rows])
        sums.lists(len(ids), ids.sum, labels)


def prepare(task):
    compression = "gzip" if task.gzip else None

    def scan(sums):
        for name in task.files:
            for record in reader.tfrecord_iterator(name, compression_type=compression):
                sums.scanned(1, len(record))

    def batches(sums):
        description = description_of(task)
        rows = itertools.chain.from_iterable(
            reader.tfrecord_loader(name, None, description, compression_type=compression)
            for name in task.files)
        if task.work == "shuffle":
            rows = iterator_utils.shuffle_iterator(rows, peer.SHUFFLE)
        while True:
            batch = list(itertools.islice(rows, task.batch))
            if not batch:
                return
            use_rows(task, sums, batch)

    return scan if task.work == "scan" else batches


if __name__ == "__main__":
    peer.main(prepare, "tfrecord " + version("tfrecord"), False)
