# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""Parsing with TensorFlow, for both of its peers: serialized records to columns to sums."""
import tensorflow as tf

import peer


def _features(task):
    scalar = tf.io.FixedLenFeature([], tf.int64)
    features = {peer.LABEL[task.kind]: scalar}
    if task.kind in peer.IMAGE:
        features[peer.IMAGE[task.kind]] = tf.io.FixedLenFeature([], tf.string)
    elif task.kind == "ctr":
        features.update({name: scalar for name in peer.CATEGORIES})
        features.update({name: tf.io.FixedLenFeature([], tf.float32) for name in peer.NUMBERS})
    else:
        features["ids"] = tf.io.RaggedFeature(tf.int64, row_splits_dtype=tf.int64)
    return features


def decode_images(raw):
    return tf.cast(tf.io.decode_raw(raw, tf.uint8), tf.float32) * (1 / 255) - 0.5


def parse_single(task, record):
    """An image and its label from one record."""
    columns = tf.io.parse_single_example(record, _features(task))
    image = decode_images(columns[peer.IMAGE[task.kind]])
    image.set_shape([peer.PIXELS])
    return [image, columns[peer.LABEL[task.kind]]]


def parse_batch(task, records):
    """What use_batch takes, from a vector of serialized records."""
    columns = tf.io.parse_example(records, _features(task))
    label = columns[peer.LABEL[task.kind]]
    if task.kind == "mnist":
        return decode_images(columns[peer.IMAGE[task.kind]]), label
    if task.kind == "imagenet":
        return columns[peer.IMAGE[task.kind]], label
    if task.kind == "text":
        return columns["ids"].flat_values, columns["ids"].row_splits, label
    return columns


def use_batch(task, sums, batch):
    if task.work == "scan":
        sums.scanned(*batch)
    elif task.kind == "mnist":
        sums.images(*batch)
    elif task.kind == "imagenet":
        sums.blobs(*batch)
    elif task.kind == "ctr":
        sums.table(batch)
    else:
        ids, row_splits, labels = batch
        sums.lists(row_splits[-1], ids.sum, labels)
