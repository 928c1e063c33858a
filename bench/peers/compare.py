#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""Runs tfeed and its peers in turn on the same files and prints one Markdown table.

For each work: every program reads the first part of the set once and sums every value, which must
equal what the maker of the set wrote down. Then come the rounds. In a round each program runs once,
one after the other, in an order that moves on from round to round; its sums are compared again, and
its rate is divided by tfeed's of the same round, because the machine may be shared and slower a
minute later. A slow program gets fewer parts of the set, so that a run takes about --seconds.

Memory is looked at from outside, every 20 ms: anonymous memory is what a program itself needs,
resident memory contains the pages of mapped files, which are the page cache's.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CANNOT = 77
LOOK_SECONDS = 0.02
RUN_SECONDS = 150

# Work, set, and what the row is called.
WORKS = [
    ("scan", "mnistM", "scan, 0.9 kB records"),
    ("scan", "imagenetL", "scan, 110 kB records"),
    ("scan", "mnistG", "scan, gzip"),
    ("batch", "ctrC", "parse 40 columns, batch"),
    ("batch", "textT", "parse lists of ids, batch"),
    ("batch", "imagenetL", "parse 110 kB records, batch"),
    ("shuffle", "mnistM", "shuffle, batch float32; keys in order"),
    ("shuffle", "mnistMr", "shuffle, batch float32; keys at random"),
    ("shuffle", "mnistG", "shuffle, batch float32; gzip"),
]

# What `tfeed bench` is asked for, by work and kind of set. {files} stands for the files of the run.
# The first form is what the others are compared with.
LOAD = "bench load --rounds 1 --json --order files --shuffle 0"
SHUFFLE = "bench load --rounds 1 --json --shuffle 10000 --batch 128 --columns image_raw,label"
VIEWS = "--batch 32 --columns image/class/label,image/encoded"
TFEED = [
    ("tfeed", {
        ("scan", None): "bench read --rounds 1 --json {files}",
        ("batch", "ctr"): LOAD + " --batch 256 {files}",
        ("batch", "imagenet"): LOAD + " " + VIEWS + " {files}",
        ("batch", "text"): LOAD + " --batch 128 {files}",
        ("shuffle", "mnist"): SHUFFLE + " {files}",
    }),
    ("tfeed, the caller's thread only", {
        ("batch", "ctr"): LOAD + " --workers 0 --batch 256 {files}",
        ("batch", "imagenet"): LOAD + " --workers 0 " + VIEWS + " {files}",
        ("batch", "text"): LOAD + " --workers 0 --batch 128 {files}",
        ("shuffle", "mnist"): SHUFFLE + " --workers 0 {files}",
    }),
]

# Name, folder under --peers (its presence says that the peer is installed), command, and the works
# in which this form of the peer is measured, if not in all.
PEERS = [
    ("TensorFlow 2, queues", "tensorflow", "{peer}/bin/python {here}/peer_tf_queues.py"),
    ("TensorFlow 2, queues, a record at a time", "tensorflow",
     "{peer}/bin/python {here}/peer_tf_queues.py --form single", ["shuffle"]),
    ("TensorFlow 2, tf.data", "tensorflow", "{peer}/bin/python {here}/peer_tf_data.py"),
    ("TensorFlow 2, tf.data, files in turn", "tensorflow",
     "{peer}/bin/python {here}/peer_tf_data.py --form in-turn"),
    ("DareBlopy", "dareblopy", "{peer}/bin/python {here}/peer_dareblopy.py"),
    ("DALI without a GPU", "dali", "{peer}/bin/python {here}/peer_dali.py"),
    ("tfrecord (Python)", "tfrecord", "{peer}/bin/python {here}/peer_tfrecord.py"),
    ("tfrecords (Python)", "tfrecords", "{peer}/bin/python {here}/peer_tfrecords.py"),
    ("tfrecord (Rust)", "rust", "{peer}/peer-tfrecord"),
    ("tfrecord (Rust), checksums off", "rust", "{peer}/peer-tfrecord --form no-crc"),
    ("fread and protobuf-c", "c", "{peer}/fread_loop"),
]

KINDS = {"m": "mnist", "i": "imagenet", "c": "ctr", "t": "text"}


class Failure(Exception):
    """A program gave no figure; the message says why, in words for the table."""


class Peer:
    is_base = False

    def __init__(self, name, command, works, reason):
        self.name = name
        self.command = command
        self.works = works
        self.reason = reason  # why it cannot run at all

    def takes_part(self, work, _):
        return not self.works or work in self.works

    def words(self, work, name, files, all_values):
        return self.command + [work, name] + (["--all-values"] if all_values else []) + files


class Tfeed:
    reason = None

    def __init__(self, name, path, templates, is_base):
        self.name = name
        self.path = path
        self.templates = templates
        self.is_base = is_base

    def template(self, work, name):
        return self.templates.get((work, None)) or self.templates.get((work, KINDS[name[0]]))

    def takes_part(self, work, name):
        return self.is_base or self.template(work, name) is not None

    def words(self, work, name, files, _):
        template = self.template(work, name)
        if template is None:
            raise Failure("not possible: `tfeed bench` does not do that")
        words = [self.path]
        for word in template.split():
            words += files if word == "{files}" else [word]
        return words


def memory_of(process):
    """Anonymous and resident bytes now, (0, 0) for a process that is gone."""
    try:
        with open("/proc/%d/status" % process) as status:
            text = status.read()
    except OSError:
        return 0, 0
    found = [re.search(r"^%s:\s+(\d+) kB" % key, text, re.M) for key in ("RssAnon", "VmHWM")]
    return tuple(int(match[1]) * 1024 if match else 0 for match in found)


def run(words):
    """Runs a program. Returns the object it printed, with its memory added."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        anonymous = resident = 0
        process = subprocess.Popen(words, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        end = time.monotonic() + RUN_SECONDS
        while process.poll() is None:
            now = memory_of(process.pid)
            anonymous, resident = max(anonymous, now[0]), max(resident, now[1])
            if time.monotonic() > end:
                process.kill()
                process.wait()
                raise Failure("no result after %d s" % RUN_SECONDS)
            time.sleep(LOOK_SECONDS)
        out.seek(0)
        err.seek(0)
        said = err.read().decode(errors="replace").strip().splitlines() or ["no reason given"]
        if process.returncode == CANNOT:
            raise Failure("not possible: " + said[-1])
        if process.returncode != 0:
            raise Failure("failed (%d): %s" % (process.returncode, said[-1]))
        result = json.loads(out.read().decode().strip().splitlines()[-1])
    result.setdefault("peak_anon_bytes", anonymous)
    result.setdefault("peak_rss_bytes", resident)
    return result


def wanted_sums(sets, name):
    with open(os.path.join(sets, name, "sums.json")) as file:
        return json.load(file)


def compare_sums(work, check, parts, all_values):
    names = ["records", "payload_bytes"]
    if work != "scan":
        names = ["records", "label_sum", "probe_sum"] + (["value_sum"] if all_values else [])
    for name in names:
        wanted = sum(part[name] for part in parts)
        if check[name] != wanted:
            raise Failure("wrong: its %s is %s, not %s" % (name, check[name], wanted))


class Row:
    """One program in one work."""

    def __init__(self, program):
        self.program = program
        self.reason = program.reason
        self.results = []
        self.ahead = []  # tfeed's rate divided by this one's, of the same round
        self.n_parts = 0

    def attempt(self, work, name, sets, parts, n_parts, all_values):
        """Runs on the first parts, checks the sums; a failure ends the row."""
        files = [os.path.join(sets, name, part["part"]) for part in parts[:n_parts]]
        try:
            result = run(self.program.words(work, name, files, all_values))
            compare_sums(work, result["check"], parts[:n_parts], all_values)
            return result
        except Failure as failure:
            self.reason = str(failure)
            return None


def measure(options, work, name, programs):
    """All programs on one work: the check, then the rounds."""
    parts = wanted_sums(options.sets, name)
    rows = [Row(program) for program in programs if program.takes_part(work, name)]
    for row in rows:
        if row.reason:
            continue
        say("%s %s: checking %s" % (work, name, row.program.name))
        result = row.attempt(work, name, options.sets, parts, 1, True)
        if result:
            wanted = result["rec_per_s"] * options.seconds / parts[0]["records"]
            row.n_parts = max(1, min(len(parts), round(wanted)))
    for turn in range(options.rounds):
        say("%s %s: round %d" % (work, name, turn + 1))
        start = turn % len(rows)
        latest = {}
        for row in rows[start:] + rows[:start]:
            if not row.reason:
                latest[row] = row.attempt(work, name, options.sets, parts, row.n_parts, False)
        base = next((result for row, result in latest.items() if row.program.is_base), None)
        for row, result in latest.items():
            if result:
                row.results.append(result)
                if base:
                    row.ahead.append(base["rec_per_s"] / result["rec_per_s"])
    return rows


def say(text):
    print(text, file=sys.stderr, flush=True)


def number(value):
    return "%.0f" % value if value >= 100 else "%.3g" % value


def cells(row):
    if row.reason or not row.results:
        return [row.reason or "no figure", "", "", "", "", ""]
    rates = [result["rec_per_s"] / 1000 for result in row.results]
    cpu = statistics.median(result["cpu_seconds"] / result["records"] * 1e6
                            for result in row.results)
    ahead = "1" if row.program.is_base else \
        number(statistics.median(row.ahead)) if row.ahead else "-"
    return ["%s (%s to %s)" % tuple(number(value) for value in
                                    (statistics.median(rates), min(rates), max(rates))),
            ahead, number(cpu),
            number(max(result["peak_anon_bytes"] for result in row.results) / 1e6),
            number(max(result["peak_rss_bytes"] for result in row.results) / 1e6),
            "yes" if row.results[0]["crc_verified"] else "no"]


def print_heading():
    print("| work | loader | 1000 records/s, median (range) | tfeed is ahead by | CPU s a million "
          "| anonymous MB | resident MB | checksums verified |")
    print("|---|---|---|---|---|---|---|---|", flush=True)


def print_rows(title, rows):
    for row in rows:
        print("| " + " | ".join([title, row.program.name] + cells(row)) + " |", flush=True)


def print_notes(done, options):
    """What the figures depend on."""
    versions = {("tfeed " if isinstance(row.program, Tfeed) else "") + row.results[0]["version"]
                for _, rows in done for row in rows if row.results}
    with open("/proc/cpuinfo") as file:
        processor = re.search(r"^model name\s*: (.*)", file.read(), re.M)
    print("\n%s, %d processors, load %.1f at the end; %d rounds; %s." %
          (processor[1] if processor else "processor unknown", os.cpu_count(), os.getloadavg()[0],
           options.rounds, ", ".join(sorted(versions, key=str.lower))))


def find_programs(options):
    """tfeed and every peer, with a reason for those that cannot run."""
    programs = [Tfeed(name, options.tfeed, templates, i == 0)
                for i, (name, templates) in enumerate(TFEED)]
    for name, folder, command, *works in PEERS:
        peer = os.path.join(options.peers, folder)
        reason = None
        if os.path.exists(peer + ".why"):
            with open(peer + ".why") as file:
                reason = "not installed: " + (file.read().strip() or "no reason given")
        elif not os.path.isdir(peer):
            reason = "not installed"
        words = command.format(peer=peer, here=HERE).split()
        programs.append(Peer(name, words, works[0] if works else None, reason))
    return programs


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", required=True, help="folder that make_bench_set filled")
    parser.add_argument("--peers", required=True, help="folder that run.sh installed into")
    parser.add_argument("--tfeed", required=True, help="the command")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of a run, about")
    parser.add_argument("--only", help="works to do, as scan:mnistM,batch:ctrC")
    parser.add_argument("--log", help="file for one JSON object per run")
    options = parser.parse_args()
    programs = find_programs(options)
    wanted = options.only.split(",") if options.only else None
    done = []
    print_heading()
    for work, name, title in WORKS:
        if wanted and "%s:%s" % (work, name) not in wanted:
            continue
        rows = measure(options, work, name, programs)
        done.append((title, rows))
        print_rows(title, rows)
        if options.log:
            with open(options.log, "a") as log:
                for row in rows:
                    log.write(json.dumps({"work": work, "set": name, "loader": row.program.name,
                                          "reason": row.reason, "ahead": row.ahead,
                                          "results": row.results}) + "\n")
    print_notes(done, options)


if __name__ == "__main__":
    main()
