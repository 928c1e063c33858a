/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * bench_report.h - what `tfeed bench` prints.
 */
#ifndef CLI_BENCH_REPORT_H
#define CLI_BENCH_REPORT_H

#include <stdbool.h>

#include "bench/harness.h"
#include "bench/pairs.h"
#include "bench/probes.h"
#include "bench/workload_step.h"

/** A result, for people; with the stages of the loader and what they say where `explain` is set. */
void bench_report_text(const struct bench_result *result, const struct bench_probes *probes,
                       bool explain);

/** A result as one JSON object; see doc/command.md. */
void bench_report_json(const struct bench_result *result, const struct bench_probes *probes);

/** What `bench step` found. */
void bench_report_step_text(const struct bench_step_result *result,
                            const struct bench_probes *probes);
void bench_report_step_json(const struct bench_step_result *result,
                            const struct bench_probes *probes);

/** What `bench files` found. */
void bench_report_pairs_text(const struct bench_pairs_result *result,
                             const struct bench_probes *probes);
void bench_report_pairs_json(const struct bench_pairs_result *result,
                             const struct bench_probes *probes);

/** The probes and the machine alone. */
void bench_report_probes(const struct bench_probes *probes);
void bench_report_probes_json(const struct bench_probes *probes);

#endif
