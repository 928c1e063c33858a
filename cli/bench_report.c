/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * bench_report.c - what `tfeed bench` prints, for people and for machines.
 */
#include "cli/bench_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <tfeed/version.h>

#include "bench/consumer.h"
#include "bench/machine.h"
#include "cli/console.h"
#include "cli/json_writer.h"

/* Enough for sums of multiples of 1/1024 to be exact. */
enum { SECONDS_DIGITS = 6, SUM_DIGITS = 10, RATIO_DIGITS = 4, SENTENCE_BYTES = 512 };

static void print_spread(struct json_writer *json, const struct bench_spread *seconds)
{
    json_key(json, "min_seconds");
    json_fixed(json, seconds->min, SECONDS_DIGITS);
    json_key(json, "max_seconds");
    json_fixed(json, seconds->max, SECONDS_DIGITS);
}

static void print_uint(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

static void print_spread_json(struct json_writer *json, const char *key,
                              const struct bench_spread *spread, double unit, int digits)
{
    json_key(json, key);
    json_begin_object(json);
    json_key(json, "median");
    json_fixed(json, spread->median * unit, digits);
    json_key(json, "min");
    json_fixed(json, spread->min * unit, digits);
    json_key(json, "max");
    json_fixed(json, spread->max * unit, digits);
    json_end_object(json);
}

static bool has_floats(const struct bench_consumer *consumer)
{
    for (int i = 0; consumer && i < consumer->n_columns; i++)
        if (consumer->columns[i].dtype == TFEED_FLOAT && !consumer->columns[i].is_image)
            return true;
    return false;
}

static void print_check_json(struct json_writer *json, const struct bench_result *result)
{
    const struct bench_sums *check = &result->check;

    json_key(json, "check");
    json_begin_object(json);
    print_uint(json, "records", check->records);
    print_uint(json, "payload_bytes", check->payload_bytes);
    json_key(json, "label_sum");
    json_int(json, (int64_t)check->label_sum);
    json_key(json, "probe_sum");
    json_int(json, (int64_t)check->probe_sum);
    json_key(json, "value_sum");
    if (!has_floats(result->consumer))
        json_int(json, (int64_t)check->value_sum);
    else if (isfinite(check->float_sum))
        json_fixed(json, (double)(int64_t)check->value_sum + check->float_sum, SUM_DIGITS);
    else
        json_null(json);
    json_end_object(json);
}

static void print_columns_json(struct json_writer *json, const struct bench_consumer *consumer)
{
    json_key(json, "columns");
    json_begin_array(json);
    for (int i = 0; i < consumer->n_columns; i++) {
        const struct bench_column *column = &consumer->columns[i];
        json_begin_object(json);
        json_key(json, "name");
        json_string(json, column->feature->name);
        json_key(json, "dtype");
        json_string(json, tfeed_dtype_name(column->dtype));
        if (column->is_list) {
            json_key(json, "list");
            json_bool(json, true);
        } else {
            print_uint(json, "values", column->n_elements);
        }
        if (column->is_steps) {
            json_key(json, "steps");
            json_bool(json, true);
        }
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "left_out");
    json_begin_array(json);
    for (size_t i = 0; i < consumer->survey.n_features; i++) {
        const struct bench_feature *feature = &consumer->survey.features[i];
        if (!feature->why_not)
            continue;
        json_begin_object(json);
        json_key(json, "name");
        json_string(json, feature->name);
        json_key(json, "because");
        json_string(json, feature->why_not);
        json_end_object(json);
    }
    json_end_array(json);
}

static double seconds_of(uint64_t ns)
{
    return (double)ns / 1e9;
}

static void print_stages_json(struct json_writer *json,
                              const struct tfeed_loader_statistics *statistics)
{
    json_key(json, "stages");
    json_begin_array(json);
    for (int i = 0; i < TFEED_N_STAGES; i++) {
        const struct tfeed_stage_statistics *stage = &statistics->stages[i];
        json_begin_object(json);
        json_key(json, "stage");
        json_string(json, tfeed_stage_name((enum tfeed_stage)i));
        print_uint(json, "records", stage->n_records);
        print_uint(json, "bytes", stage->n_bytes);
        json_key(json, "busy_seconds");
        json_fixed(json, seconds_of(stage->busy_ns), SECONDS_DIGITS);
        json_key(json, "waiting_seconds");
        json_fixed(json, seconds_of(stage->waiting_ns), SECONDS_DIGITS);
        print_uint(json, "depth", stage->depth);
        json_end_object(json);
    }
    json_end_array(json);
}

static void print_loader_json(struct json_writer *json, const struct bench_result *result)
{
    const struct tfeed_loader_statistics *statistics = &result->statistics;
    char sentence[SENTENCE_BYTES];

    json_key(json, "first_batch_s");
    json_fixed(json, result->first_batch_seconds, SECONDS_DIGITS);
    print_stages_json(json, statistics);
    print_uint(json, "workers", (uint64_t)statistics->n_workers);
    json_key(json, "workers_waiting_seconds");
    json_fixed(json, seconds_of(statistics->worker_waiting_ns), SECONDS_DIGITS);
    print_uint(json, "lanes", (uint64_t)statistics->n_lanes);
    print_uint(json, "window_records", (uint64_t)statistics->window_records);
    print_uint(json, "budget_peak_bytes", statistics->budget_peak_bytes);
    json_key(json, "explanation");
    json_string(json, tfeed_loader_statistics_explain(statistics, sentence, sizeof sentence));
}

static void print_rate(struct json_writer *json, const char *key, double rate)
{
    json_key(json, key);
    if (rate > 0)
        json_fixed(json, rate, 2);
    else
        json_null(json);
}

static void print_probes_json(struct json_writer *json, const struct bench_probes *probes)
{
    json_key(json, "probes");
    json_begin_object(json);
    print_rate(json, "memory_read_gb_per_s", probes->memory_read);
    print_rate(json, "memory_copy_gb_per_s", probes->memory_copy);
    print_rate(json, "crc_hot_gb_per_s", probes->crc_hot);
    print_rate(json, "crc_memory_gb_per_s", probes->crc_memory);
    print_rate(json, "map_pages_gb_per_s", probes->map_pages);
    print_rate(json, "map_bytes_gb_per_s", probes->map_bytes);
    json_end_object(json);
}

static void print_machine_json(struct json_writer *json)
{
    struct bench_machine machine;

    bench_machine_describe(&machine);
    json_key(json, "machine");
    json_begin_object(json);
    json_key(json, "processor");
    json_string(json, machine.processor);
    print_uint(json, "processors", machine.n_processors);
    json_key(json, "compiler");
    json_string(json, machine.compiler);
    json_key(json, "build");
    json_string(json, machine.build);
    json_key(json, "checksum");
    json_string(json, machine.checksum);
    json_end_object(json);
}

static void end_json(struct json_writer *json, const struct bench_probes *probes)
{
    print_probes_json(json, probes);
    print_machine_json(json);
    json_end_object(json);
    json_end_line(json);
}

static void begin_json(struct json_writer *json, const char *workload)
{
    json_begin_object(json);
    json_key(json, "peer");
    json_string(json, "tfeed");
    json_key(json, "version");
    json_string(json, tfeed_version());
    json_key(json, "workload");
    json_string(json, workload);
}

void bench_report_json(const struct bench_result *result, const struct bench_probes *probes)
{
    const double seconds = result->seconds.median;
    struct json_writer json = {0};

    begin_json(&json, result->workload->name);
    print_uint(&json, "records", result->records);
    print_uint(&json, "bytes", result->bytes);
    json_key(&json, "seconds");
    json_fixed(&json, seconds, SECONDS_DIGITS);
    json_key(&json, "cpu_seconds");
    json_fixed(&json, result->cpu_seconds, SECONDS_DIGITS);
    json_key(&json, "rec_per_s");
    json_fixed(&json, (double)result->records / seconds, 1);
    json_key(&json, "bytes_per_s");
    json_fixed(&json, (double)result->bytes / seconds, 1);
    print_uint(&json, "peak_rss_bytes", result->peak_rss_bytes);
    print_uint(&json, "peak_anon_bytes", result->peak_anon_bytes);
    print_uint(&json, "threads", result->n_threads);
    json_key(&json, "crc_verified");
    json_bool(&json, result->crc_verified);
    print_check_json(&json, result);
    print_uint(&json, "rounds", result->n_rounds);
    print_spread(&json, &result->seconds);
    if (result->workload->copy)
        print_spread_json(&json, "copy_ratio", &result->copy_ratio, 1, RATIO_DIGITS);
    if (result->consumer)
        print_columns_json(&json, result->consumer);
    if (result->has_statistics)
        print_loader_json(&json, result);
    end_json(&json, probes);
}

static const char *const feed_names[BENCH_N_FEEDS] = {"alone", "memory", "loader"};

void bench_report_step_json(const struct bench_step_result *result,
                            const struct bench_probes *probes)
{
    struct json_writer json = {0};

    begin_json(&json, "step");
    print_uint(&json, "threads", result->n_threads);
    print_uint(&json, "workers", (uint64_t)result->n_workers);
    print_uint(&json, "rounds", result->n_rounds);
    print_uint(&json, "steps", result->n_steps);
    print_uint(&json, "rows_in_memory", result->n_memory_rows);
    json_key(&json, "step_us");
    json_begin_object(&json);
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++)
        print_spread_json(&json, feed_names[feed], &result->seconds[feed], 1e6, 1);
    json_end_object(&json);
    json_key(&json, "cpu_us");
    json_begin_object(&json);
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++)
        print_spread_json(&json, feed_names[feed], &result->cpu_seconds[feed], 1e6, 1);
    json_end_object(&json);
    print_spread_json(&json, "loader_by_memory", &result->ratio, 1, 4);
    print_spread_json(&json, "cpu_loader_by_memory", &result->cpu_ratio, 1, 4);
    end_json(&json, probes);
}

void bench_report_step_text(const struct bench_step_result *result,
                            const struct bench_probes *probes)
{
    output_format("step: %u thread%s compute, %" PRId64 " worker%s load; %" PRIu64
                  " step%s of each kind in each of %" PRIu64 " round%s\n",
                  result->n_threads, plural(result->n_threads), result->n_workers,
                  plural((uint64_t)result->n_workers), result->n_steps, plural(result->n_steps),
                  result->n_rounds, plural(result->n_rounds));
    for (int feed = 0; feed < BENCH_N_FEEDS; feed++) {
        const struct bench_spread *seconds = &result->seconds[feed];
        output_format("  %-8s %9.1f us a step (%.1f to %.1f), %.1f us of all processors\n",
                      feed_names[feed], seconds->median * 1e6, seconds->min * 1e6,
                      seconds->max * 1e6, result->cpu_seconds[feed].median * 1e6);
    }
    output_format(
        "  with the loader a step takes %.3f (%.3f to %.3f) of what it takes with %" PRIu64
        " rows in memory,\n  and %.3f (%.3f to %.3f) of the processors' time\n",
        result->ratio.median, result->ratio.min, result->ratio.max, result->n_memory_rows,
        result->cpu_ratio.median, result->cpu_ratio.min, result->cpu_ratio.max);
    bench_report_probes(probes);
}

void bench_report_pairs_json(const struct bench_pairs_result *result,
                             const struct bench_probes *probes)
{
    struct json_writer json = {0};

    begin_json(&json, "files");
    print_uint(&json, "records", result->sums.records);
    print_uint(&json, "bytes", result->sums.payload_bytes);
    print_uint(&json, "rounds", result->n_rounds);
    json_key(&json, "rows");
    json_begin_array(&json);
    for (size_t i = 0; i < result->n_pairs; i++) {
        const struct bench_pair_result *row = &result->pairs[i];
        json_begin_object(&json);
        json_key(&json, "row");
        json_string(&json, row->pair->name);
        print_uint(&json, "bytes", row->n_bytes);
        print_spread_json(&json, "seconds", &row->seconds, 1, SECONDS_DIGITS);
        json_key(&json, "beside");
        json_string(&json, row->pair->plain);
        print_spread_json(&json, "beside_seconds", &row->plain_seconds, 1, SECONDS_DIGITS);
        print_spread_json(&json, "ratio", &row->ratio, 1, RATIO_DIGITS);
        json_end_object(&json);
    }
    json_end_array(&json);
    end_json(&json, probes);
}

void bench_report_pairs_text(const struct bench_pairs_result *result,
                             const struct bench_probes *probes)
{
    output_format("files: %" PRIu64 " record%s, %" PRIu64 " byte%s; speed of each work by that of "
                  "what it stands beside,\n  in turn, median (worst to best) of %" PRIu64
                  " round%s\n",
                  result->sums.records, plural(result->sums.records), result->sums.payload_bytes,
                  plural(result->sums.payload_bytes), result->n_rounds, plural(result->n_rounds));
    for (size_t i = 0; i < result->n_pairs; i++) {
        const struct bench_pair_result *row = &result->pairs[i];
        const double bytes = (double)row->n_bytes / 1e9;
        output_format("  %-15s %8.3f GB/s  %s\n", row->pair->name, bytes / row->seconds.median,
                      row->pair->work);
        output_format("  %-15s %8.3f GB/s  %s\n", "", bytes / row->plain_seconds.median,
                      row->pair->plain);
        output_format("  %-15s %8.3f       (%.3f to %.3f)\n", "", row->ratio.median, row->ratio.min,
                      row->ratio.max);
    }
    bench_report_probes(probes);
}

void bench_report_probes_json(const struct bench_probes *probes)
{
    struct json_writer json = {0};

    begin_json(&json, "probe");
    end_json(&json, probes);
}

static void print_probe(const char *what, double rate)
{
    if (rate > 0)
        output_format("  %-34s %8.2f GB/s\n", what, rate);
}

void bench_report_probes(const struct bench_probes *probes)
{
    struct bench_machine machine;

    output_text("this machine now, one thread\n");
    print_probe("memory, read", probes->memory_read);
    print_probe("memory, copied (memcpy)", probes->memory_copy);
    print_probe("CRC-32C, bytes in the L2 cache", probes->crc_hot);
    print_probe("CRC-32C, bytes in memory", probes->crc_memory);
    print_probe("mapped file, a byte of every page", probes->map_pages);
    print_probe("mapped file, every byte", probes->map_bytes);
    bench_machine_describe(&machine);
    output_format("  %s, %u processors; %s, %s; checksums by %s; tfeed %s\n", machine.processor,
                  machine.n_processors, machine.compiler, machine.build, machine.checksum,
                  tfeed_version());
}

static void print_columns(const struct bench_consumer *consumer)
{
    const char *separator = "columns: ";

    for (int i = 0; i < consumer->n_columns; i++) {
        const struct bench_column *column = &consumer->columns[i];
        output_text(separator);
        output_name(column->feature->name);
        output_format(" %s", tfeed_dtype_name(column->dtype));
        if (column->is_list)
            output_text("[]");
        else if (column->n_elements != 1)
            output_format("[%" PRIu64 "]", column->n_elements);
        if (column->is_steps)
            output_text(" a step");
        separator = ", ";
    }
    output_text("\n");
    separator = "left out: ";
    for (size_t i = 0; i < consumer->survey.n_features; i++) {
        const struct bench_feature *feature = &consumer->survey.features[i];
        if (!feature->why_not)
            continue;
        output_text(separator);
        output_name(feature->name);
        output_format(" (%s)", feature->why_not);
        separator = ", ";
    }
    if (separator[0] == ',')
        output_text("\n");
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100 * (double)part / (double)whole;
}

/* Of the time that the program took in all: on several threads a stage may be busy for more. */
static void print_stages(const struct tfeed_loader_statistics *statistics)
{
    const struct tfeed_stage_statistics *consumer = &statistics->stages[TFEED_STAGE_CONSUMER];
    const uint64_t elapsed_ns = consumer->busy_ns + consumer->waiting_ns;
    char sentence[SENTENCE_BYTES];

    output_format("  %-10s %12s %12s %8s %8s %8s\n", "stage", "records", "MB", "busy", "waiting",
                  "depth");
    for (int i = 0; i < TFEED_N_STAGES; i++) {
        const struct tfeed_stage_statistics *stage = &statistics->stages[i];
        output_format("  %-10s %12" PRIu64 " %12.1f %6.0f %% %6.0f %% %8" PRIu64 "\n",
                      tfeed_stage_name((enum tfeed_stage)i), stage->n_records,
                      (double)stage->n_bytes / 1e6, percent(stage->busy_ns, elapsed_ns),
                      percent(stage->waiting_ns, elapsed_ns), stage->depth);
    }
    if (statistics->n_workers > 0)
        output_format("  %" PRId64 " worker%s, each waiting for %.0f %% of the time\n",
                      statistics->n_workers, plural((uint64_t)statistics->n_workers),
                      percent(statistics->worker_waiting_ns, elapsed_ns) /
                          (double)statistics->n_workers);
    if (statistics->n_lanes > 0)
        output_format("  %" PRId64 " lane%s, each shuffling %" PRId64 " record%s\n",
                      statistics->n_lanes, plural((uint64_t)statistics->n_lanes),
                      statistics->window_records, plural((uint64_t)statistics->window_records));
    output_format("  %s\n", tfeed_loader_statistics_explain(statistics, sentence, sizeof sentence));
}

void bench_report_text(const struct bench_result *result, const struct bench_probes *probes,
                       bool explain)
{
    const double seconds = result->seconds.median;
    const double n = (double)result->records;

    output_format("%s: %" PRIu64 " record%s, %" PRIu64 " byte%s, %u thread%s, checksums %s\n",
                  result->workload->name, result->records, plural(result->records), result->bytes,
                  plural(result->bytes), result->n_threads, plural(result->n_threads),
                  result->crc_verified ? "verified" : "not looked at");
    output_format("  %.0f records/s (%.0f to %.0f; median, worst and best of %" PRIu64 ")\n",
                  n / seconds, n / result->seconds.max, n / result->seconds.min, result->n_rounds);
    output_format("  %.3f GB/s, %.1f ns a record, %.3f CPU seconds a million records\n",
                  (double)result->bytes / seconds / 1e9, seconds * 1e9 / n,
                  result->cpu_seconds * 1e6 / n);
    if (result->workload->copy)
        output_format("  %.3f of the speed of memcpy of the same records (%.3f to %.3f)\n",
                      result->copy_ratio.median, result->copy_ratio.min, result->copy_ratio.max);
    output_format("  %.1f MB of anonymous memory, %.1f MB resident at most\n",
                  (double)result->peak_anon_bytes / 1e6, (double)result->peak_rss_bytes / 1e6);
    output_format("  sums: labels %" PRId64 ", probes %" PRId64 ", values %.10g\n",
                  (int64_t)result->check.label_sum, (int64_t)result->check.probe_sum,
                  (double)(int64_t)result->check.value_sum + result->check.float_sum);
    if (result->has_statistics)
        output_format("  first batch after %.1f ms\n", result->first_batch_seconds * 1e3);
    if (result->consumer)
        print_columns(result->consumer);
    if (explain && result->has_statistics)
        print_stages(&result->statistics);
    bench_report_probes(probes);
}
