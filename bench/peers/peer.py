# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""What the peers' programs share: the task on the command line, the sums, the clock, the answer.

    PROGRAM WORK SET [--form NAME] [--all-values] FILE...

WORK is scan (read the records), batch (and parse them into columns) or shuffle (and mix them
through a buffer of 10,000 first). SET names the kind of content by its first letter, as
make_bench_set does. One JSON object comes out. Exit status 77: this program cannot do that; why, is
on stderr.

The clock runs from the request for the first record to the last batch; imports, graphs and indexes
are made before it. As in `tfeed bench`, the consumer uses one value of each row, or all of them.
"""
import argparse
import json
import resource
import sys
import time

KINDS = {"m": "mnist", "i": "imagenet", "c": "ctr", "t": "text"}
BATCH = {"mnist": 128, "imagenet": 32, "ctr": 256, "text": 128}
SHUFFLE = 10000
PIXELS = 784
PROBE_PIXEL = 406
CATEGORIES = ["cat_%02d" % i for i in range(26)]
NUMBERS = ["num_%02d" % i for i in range(13)]
IMAGE = {"mnist": "image_raw", "imagenet": "image/encoded"}
LABEL = {"mnist": "label", "imagenet": "image/class/label", "ctr": "label", "text": "label"}
CANNOT = 77


class Unsupported(Exception):
    """The peer cannot do this work; the message says why."""


class Task:
    def __init__(self, arguments):
        self.work = arguments.work
        self.kind = KINDS[arguments.set[0]]
        self.form = arguments.form
        self.all_values = arguments.all_values
        self.files = arguments.files
        self.batch = BATCH[self.kind]
        with open(self.files[0], "rb") as file:
            self.gzip = file.read(2) == b"\x1f\x8b"


class Sums:
    """What the consumer saw. Each method takes a batch in the form its kind has."""

    def __init__(self, all_values):
        self.all_values = all_values
        self.records = 0
        self.payload_bytes = 0
        self.label_sum = 0
        self.probe_sum = 0
        self.value_sum = 0.0

    def scanned(self, n_records, n_bytes):
        self.records += int(n_records)
        self.payload_bytes += int(n_bytes)

    def images(self, images, labels):
        """float32 [n, 784] between -0.5 and 0.5."""
        self._count(labels)
        self.probe_sum += int(((images[:, PROBE_PIXEL] + 0.5) * 255).round().sum())
        if self.all_values:
            self.value_sum += float(((images + 0.5) * 255).round().sum(dtype="float64"))

    def blobs(self, blobs, labels):
        """A list of bytes."""
        self._count(labels)
        self.probe_sum += sum(int(blob[0]) for blob in blobs)
        if self.all_values:
            self.value_sum += sum(len(blob) for blob in blobs)

    def table(self, columns):
        """name → [n], 40 of them."""
        self._count(columns["label"])
        self.probe_sum += int(columns[CATEGORIES[-1]].sum())
        if self.all_values:
            self.value_sum += sum(float(columns[name].sum(dtype="float64"))
                                  for name in CATEGORIES + NUMBERS)

    def lists(self, n_ids, ids_sum, labels):
        """How many ids the batch has, and a function that sums them."""
        self._count(labels)
        self.probe_sum += int(n_ids)
        if self.all_values:
            self.value_sum += float(ids_sum())

    def _count(self, labels):
        self.records += len(labels)
        self.label_sum += int(labels.sum())


def _cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main(prepare, version, crc_verified):
    """prepare(task) gives the function that does the pass: run(sums)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=["scan", "batch", "shuffle"])
    parser.add_argument("set")
    parser.add_argument("--form")
    parser.add_argument("--all-values", action="store_true")
    parser.add_argument("files", nargs="+")
    task = Task(parser.parse_args())
    sums = Sums(task.all_values)
    try:
        run = prepare(task)
    except Unsupported as reason:
        print(reason, file=sys.stderr)
        sys.exit(CANNOT)
    cpu = _cpu_seconds()
    start = time.perf_counter()
    run(sums)
    seconds = time.perf_counter() - start
    cpu = _cpu_seconds() - cpu
    check = {name: value for name, value in vars(sums).items() if name != "all_values"}
    print(json.dumps({"version": version, "records": sums.records, "seconds": seconds,
                      "cpu_seconds": cpu, "rec_per_s": sums.records / seconds,
                      "crc_verified": crc_verified, "check": check}))
