# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""DareBlopy: C++ behind Python, up to 3.8. Parses features of fixed length.

Batches come from the yielder that shuffles, also where nothing needs to be shuffled (a buffer of
two batches then): it parses in a thread of its own and is faster than the plain one.
"""
from importlib.metadata import version

import dareblopy as db
import numpy as np

import peer

SCAN_RECORDS = 1024


def compression_of(task):
    return db.Compression.GZIP if task.gzip else db.Compression.NONE


def rows_from(task):
    """The names of the columns, and what gives the next batch of them."""
    scalar = db.FixedLenFeature([], db.int64)
    features = {peer.LABEL[task.kind]: scalar}
    if task.kind == "mnist":
        features["image_raw"] = db.FixedLenFeature([peer.PIXELS], db.uint8)
    elif task.kind == "imagenet":
        features["image/encoded"] = db.FixedLenFeature([], db.string)
    else:
        features.update({name: scalar for name in peer.CATEGORIES})
        features.update({name: db.FixedLenFeature([], db.float32) for name in peer.NUMBERS})
    n_buffered = peer.SHUFFLE if task.work == "shuffle" else 2 * task.batch
    yielder = db.ParsedRecordYielderRandomized(db.RecordParser(features, True), task.files,
                                               n_buffered, 1, 0, compression_of(task))
    return list(features), lambda: yielder.next_n(task.batch)


def use_rows(task, sums, columns):
    labels = columns[peer.LABEL[task.kind]]
    if task.kind == "mnist":
        images = columns["image_raw"].astype(np.float32) * np.float32(1 / 255) - np.float32(0.5)
        sums.images(images, labels)
    elif task.kind == "imagenet":
        sums.blobs(columns["image/encoded"], labels)
    else:
        sums.table(columns)


def prepare(task):
    if task.kind == "text" and task.work != "scan":
        raise peer.Unsupported("parses features of fixed length only")

    def scan(sums):
        yielder = db.RecordYielderBasic(task.files, compression_of(task))
        try:
            while True:
                records = yielder.next_n(SCAN_RECORDS)
                sums.scanned(len(records), sum(map(len, records)))
        except StopIteration:
            return

    def batches(sums):
        names, take = rows_from(task)
        try:
            while True:
                use_rows(task, sums, dict(zip(names, take())))
        except StopIteration:
            return

    return scan if task.work == "scan" else batches


if __name__ == "__main__":
    peer.main(prepare, "DareBlopy " + version("dareblopy"), True)
