#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
"""Runs measurements of tfeed and a yardstick in turn and prints the ratios inside each round.

    beside.py --yardstick 'COMMAND' [--alone 'COMMAND'] [--rounds N] 'tfeed bench … --json' ...

The yardstick is any program for the same work on the same files that prints one JSON object with
"rec_per_s". In a round it and every measurement run once, one after the other, forwards in one
round and backwards in the next; a ratio is the rate of a measurement divided by the yardstick's of
that round. On a shared machine only such ratios mean anything.

A yardstick on two threads measures the machine only if it got two cores. With --alone, the same
yardstick on one thread, a round counts if the yardstick used at least 1.9 cores ("cores_used", or
CPU seconds divided by seconds) and ran at least 1.7 times as fast as alone. Other rounds are
repeated, and their number is printed.
"""
import argparse
import json
import shlex
import statistics
import subprocess
import sys

CORES = 1.9
SPEED_UP = 1.7
TRIES_PER_ROUND = 6


def run(command):
    done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit("beside.py: exit status %d of: %s" % (done.returncode, command))
    return json.loads(done.stdout.strip().splitlines()[-1])


def cores_of(result):
    if "cores_used" in result:
        return result["cores_used"]
    return result.get("cpu_seconds", result.get("cpu_s", 0)) / result["seconds"]


def got_two_cores(results, options):
    """Did the yardstick get the cores that its threads wanted?"""
    both, alone = results[options.yardstick], results[options.alone]
    return (cores_of(both) >= CORES and
            both["rec_per_s"] >= SPEED_UP * alone["rec_per_s"])


def run_rounds(options):
    """The results, by command, of the rounds that count; and the number of those that do not."""
    commands = ([options.alone] if options.alone else []) + [options.yardstick] + options.commands
    rounds, n_repeated = [], 0
    while len(rounds) < options.rounds and n_repeated < options.rounds * TRIES_PER_ROUND:
        turn = len(rounds) + n_repeated
        results = {command: run(command) for command in commands[::-1 if turn % 2 else 1]}
        if options.alone and not got_two_cores(results, options):
            n_repeated += 1
            print("round %d does not count: %.2f cores, %.2f times as fast as alone" %
                  (turn + 1, cores_of(results[options.yardstick]),
                   results[options.yardstick]["rec_per_s"] / results[options.alone]["rec_per_s"]),
                  file=sys.stderr)
        else:
            rounds.append(results)
    return rounds, n_repeated


def spread(values, form):
    return "%s (%s to %s)" % tuple(form % value for value in
                                   (statistics.median(values), min(values), max(values)))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yardstick", required=True, metavar="COMMAND")
    parser.add_argument("--alone", metavar="COMMAND", help="the yardstick on one thread")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON object a round besides")
    parser.add_argument("commands", nargs="+")
    options = parser.parse_args()
    rounds, n_repeated = run_rounds(options)
    if not rounds:
        sys.exit("beside.py: no round counts: the yardstick never got two cores")
    if options.json:
        for results in rounds:
            print(json.dumps(results))
    print("| command | of the yardstick, median (range) | 1000 records/s | cores |")
    print("|---|---|---|---|")
    for command in [options.yardstick] + options.commands:
        rates = [results[command]["rec_per_s"] for results in rounds]
        ratios = [results[command]["rec_per_s"] / results[options.yardstick]["rec_per_s"]
                  for results in rounds]
        print("| `%s` | %s | %s | %.2f |" % (
            command, spread(ratios, "%.2f"), spread([rate / 1000 for rate in rates], "%.0f"),
            statistics.median(cores_of(results[command]) for results in rounds)))
    print("\n%d rounds; %d besides did not count and were repeated." % (len(rounds), n_repeated))


if __name__ == "__main__":
    main()
