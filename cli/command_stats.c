/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_stats.c - `tfeed stats`: what the features of all records are.
 *
 * Files, and the parts of a file, are counted by themselves and added up; sums are exact, so that
 * the numbers are the same to the last bit with any number of threads.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/example_text.h"
#include "cli/gathering.h"
#include "cli/json_writer.h"
#include "cli/reading.h"

enum { BAR_COLUMNS = 30, DEFAULT_BINS = 10, MAX_BINS = TFEED_HISTOGRAM_BINS };

struct stats_values {
    struct reading reading;
    uint64_t n_bins;
};

/* ----------------------------------------------------------------- JSON */

static void json_number_member(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

static void json_double_member(struct json_writer *json, const char *key, double value)
{
    json_key(json, key);
    json_double(json, value);
}

static bool is_integer(const struct tfeed_dataset_feature *feature)
{
    return feature->kind == TFEED_FEATURE_INT64 || feature->kind == TFEED_FEATURE_BYTES;
}

static void json_histogram(struct json_writer *json, const struct tfeed_dataset_feature *feature,
                           uint64_t n_bins)
{
    struct tfeed_histogram histogram = feature->histogram;

    tfeed_histogram_coarsen(&histogram, (uint32_t)n_bins);
    json_begin_object(json);
    json_double_member(json, "first", histogram.first);
    json_double_member(json, "width", ldexp(1, histogram.exponent));
    json_key(json, "counts");
    json_begin_array(json);
    for (uint32_t i = 0; i < histogram.n_bins; i++)
        json_uint(json, histogram.counts[i]);
    json_end_array(json);
    json_end_object(json);
}

/* Of bytes these numbers are lengths. */
static void json_numbers(struct json_writer *json, const struct tfeed_dataset_feature *feature,
                         uint64_t n_bins)
{
    json_key(json, "min");
    if (is_integer(feature))
        json_int(json, feature->min_int64);
    else
        json_double(json, feature->min);
    json_key(json, "max");
    if (is_integer(feature))
        json_int(json, feature->max_int64);
    else
        json_double(json, feature->max);
    json_double_member(json, "mean", feature->mean);
    json_key(json, "histogram");
    json_histogram(json, feature, n_bins);
}

static void json_feature(struct json_writer *json, const struct tfeed_dataset_feature *feature,
                         uint64_t n_examples, uint64_t n_bins)
{
    json_begin_object(json);
    json_key(json, "name");
    json_string_bytes(json, feature->name, feature->name_len);
    json_key(json, "kind");
    json_string(json, example_kind_name(feature->kind));
    json_number_member(json, "records", feature->n_records);
    json_number_member(json, "missing", n_examples - feature->n_records);
    if (feature->is_list) {
        json_number_member(json, "steps", feature->n_steps);
        json_number_member(json, "min_steps", feature->min_steps);
        json_number_member(json, "max_steps", feature->max_steps);
    }
    json_number_member(json, "values", feature->n_values);
    json_number_member(json, "min_values", feature->min_values);
    json_number_member(json, "max_values", feature->max_values);
    if (feature->kind == TFEED_FEATURE_FLOAT) {
        json_number_member(json, "nan", feature->n_nan);
        json_number_member(json, "infinite", feature->n_infinite);
    }
    if (feature->kind == TFEED_FEATURE_BYTES)
        json_number_member(json, "text", feature->n_text);
    if (feature->n_finite > 0) {
        json_key(json, feature->kind == TFEED_FEATURE_BYTES ? "lengths" : "numbers");
        json_begin_object(json);
        json_numbers(json, feature, n_bins);
        json_end_object(json);
    }
    json_end_object(json);
}

static void json_features(struct json_writer *json, const struct tfeed_dataset_stats *stats,
                          bool lists, uint64_t n_bins)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);

    json_begin_array(json);
    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_dataset_feature feature = tfeed_dataset_stats_feature(stats, i);
        if (feature.n_records > 0 && feature.is_list == lists)
            json_feature(json, &feature, totals.n_records - totals.n_not_examples, n_bins);
    }
    json_end_array(json);
}

static void print_json(const struct tfeed_dataset_stats *stats, uint64_t n_bins)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);
    struct json_writer json = {0};

    json_begin_object(&json);
    json_number_member(&json, "files", totals.n_files);
    json_number_member(&json, "records", totals.n_records);
    json_number_member(&json, "not_examples", totals.n_not_examples);
    json_number_member(&json, "sequence_examples", totals.n_sequences);
    json_number_member(&json, "bytes", totals.n_stream_bytes);
    json_number_member(&json, "payload_bytes", totals.n_payload_bytes);
    json_number_member(&json, "min_payload_bytes", totals.min_payload_bytes);
    json_number_member(&json, "max_payload_bytes", totals.max_payload_bytes);
    json_number_member(&json, "duplicates", totals.n_duplicates);
    json_key(&json, "ok");
    json_bool(&json, totals.is_whole);
    json_key(&json, "features");
    json_features(&json, stats, false, n_bins);
    json_key(&json, "lists");
    json_features(&json, stats, true, n_bins);
    json_end_object(&json);
    json_end_line(&json);
}

/* ----------------------------------------------------------- for people */

static void print_range(const char *what, const struct tfeed_dataset_feature *feature)
{
    if (feature->n_finite == 0)
        return;
    output_format("    %-9s ", what);
    if (is_integer(feature))
        output_format("%" PRId64 " to %" PRId64, feature->min_int64, feature->max_int64);
    else
        output_format("%.6g to %.6g", feature->min, feature->max);
    output_format(", mean %.6g\n", feature->mean);
}

/* One bin a line: where it begins, how many, a bar as long as they are many. */
static void print_histogram(const struct tfeed_dataset_feature *feature, uint64_t n_bins)
{
    static const char bar[BAR_COLUMNS + 1] = "##############################";
    struct tfeed_histogram histogram = feature->histogram;
    uint64_t most = 1;

    tfeed_histogram_coarsen(&histogram, (uint32_t)n_bins);
    if (histogram.n_bins < 2)
        return;
    for (uint32_t i = 0; i < histogram.n_bins; i++)
        if (histogram.counts[i] > most)
            most = histogram.counts[i];
    for (uint32_t i = 0; i < histogram.n_bins; i++) {
        const uint64_t count = histogram.counts[i];
        const int len = (int)((double)count / (double)most * BAR_COLUMNS + (count > 0 ? 0.999 : 0));
        output_format("      from %12.6g  %12" PRIu64 "%s%.*s\n",
                      histogram.first + ldexp(i, histogram.exponent), count, len > 0 ? " " : "",
                      len < BAR_COLUMNS ? len : BAR_COLUMNS, bar);
    }
}

static void print_counts(const char *what, uint64_t n, uint64_t least, uint64_t most,
                         const char *where)
{
    output_format("    %-9s %" PRIu64 ", %" PRIu64, what, n, least);
    if (least != most)
        output_format(" to %" PRIu64, most);
    output_format(" a %s\n", where);
}

static void print_feature(const struct tfeed_dataset_feature *feature, uint64_t n_examples,
                          uint64_t n_bins)
{
    output_text("  ");
    output_name_bytes(feature->name, feature->name_len);
    output_format("  %s%s", feature->is_list ? "list of " : "", example_kind_name(feature->kind));
    output_format("\n    records   %" PRIu64 ", missing in %" PRIu64 "\n", feature->n_records,
                  n_examples - feature->n_records);
    if (feature->is_list)
        print_counts("steps", feature->n_steps, feature->min_steps, feature->max_steps, "record");
    if (feature->kind == TFEED_FEATURE_NONE)
        return;
    print_counts("values", feature->n_values, feature->min_values, feature->max_values,
                 feature->is_list ? "step" : "record");
    print_range(feature->kind == TFEED_FEATURE_BYTES ? "lengths" : "numbers", feature);
    if (feature->n_nan + feature->n_infinite > 0)
        output_format("    besides   %" PRIu64 " NaN, %" PRIu64 " infinite\n", feature->n_nan,
                      feature->n_infinite);
    if (feature->kind == TFEED_FEATURE_BYTES && feature->n_text == feature->n_values &&
        feature->max_int64 > 0)
        output_text("    all text\n");
    print_histogram(feature, n_bins);
}

static void print_features(const struct tfeed_dataset_stats *stats, bool lists, uint64_t n_bins)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);

    for (size_t i = 0; i < tfeed_dataset_stats_n_features(stats); i++) {
        const struct tfeed_dataset_feature feature = tfeed_dataset_stats_feature(stats, i);
        if (feature.n_records > 0 && feature.is_list == lists)
            print_feature(&feature, totals.n_records - totals.n_not_examples, n_bins);
    }
}

static void print_text(const struct tfeed_dataset_stats *stats, uint64_t n_bins)
{
    const struct tfeed_dataset_totals totals = tfeed_dataset_stats_totals(stats);

    output_format("files %" PRIu64 ", records %" PRIu64 ", bytes %" PRIu64 "%s\n", totals.n_files,
                  totals.n_records, totals.n_stream_bytes,
                  totals.is_whole ? "" : "; not everything could be read");
    if (totals.n_records > 0)
        output_format("payloads %" PRIu64 " to %" PRIu64 " bytes, mean %" PRIu64 "\n",
                      totals.min_payload_bytes, totals.max_payload_bytes,
                      totals.n_payload_bytes / totals.n_records);
    if (totals.n_not_examples > 0)
        output_format("records that are not Examples: %" PRIu64 "\n", totals.n_not_examples);
    if (totals.n_sequences > 0)
        output_format("records that are SequenceExamples: %" PRIu64 "\n", totals.n_sequences);
    if (totals.n_duplicates > 0)
        output_format("features whose name comes again in their record: %" PRIu64 "\n",
                      totals.n_duplicates);
    print_features(stats, false, n_bins);
    print_features(stats, true, n_bins);
}

static enum exit_code run_stats(const void *user_values, const struct operands *operands)
{
    const struct stats_values *values = user_values;
    struct tfeed_dataset_stats_options options;
    struct tfeed_dataset_stats *stats;

    tfeed_dataset_stats_options_init(&options);
    enum exit_code code = gather(&values->reading, &options, operands, &stats);
    if (!stats)
        return code;
    /* Where no file could be opened the messages say why. */
    if (tfeed_dataset_stats_totals(stats).n_files > 0) {
        if (values->reading.json)
            print_json(stats, values->n_bins);
        else
            print_text(stats, values->n_bins);
    }
    tfeed_dataset_stats_free(stats);
    return code;
}

static const struct option_spec stats_options[] = {
    READING_OPTIONS(struct stats_values),
    {.name = "bins",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct stats_values, n_bins),
     .argument = "N",
     .help = "of each histogram, at most (default: 10)",
     .min = 2,
     .max = MAX_BINS},
    {0}};

static const struct stats_values stats_defaults = {.n_bins = DEFAULT_BINS};

const struct command command_stats = {
    .name = "stats",
    .group = "Look",
    .summary = "count, missing, range, mean and histogram of each feature",
    .usage = "[options] INPUT...",
    .details =
        "Reads all records of all files and shows of each feature in how many it is, how many\n"
        "values it has, from where to where they go, their mean and a histogram; of bytes the\n"
        "same of their lengths. A feature that comes with several kinds has an entry for each.\n"
        "Bins are a power of two wide and begin at a multiple of that.\n"
        "\n"
        "Of SequenceExamples these are the context, and then the lists, with the number of steps "
        "too.\n"
        "A record with feature lists (field 2) is a SequenceExample, any other an Example.\n"
        "\n"
        "With --json one object: {\"files\", \"records\", \"not_examples\",\n"
        "\"sequence_examples\", \"bytes\",\n"
        "\"payload_bytes\", \"min_payload_bytes\", \"max_payload_bytes\", \"duplicates\", \"ok\",\n"
        "\"features\": [{\"name\", \"kind\", \"records\", \"missing\", \"values\", "
        "\"min_values\",\n"
        "\"max_values\", \"numbers\" or \"lengths\": {\"min\", \"max\", \"mean\", \"histogram\":\n"
        "{\"first\", \"width\", \"counts\"}}}]}; floats add \"nan\" and \"infinite\", bytes "
        "\"text\".\n"
        "\"lists\" stands behind \"features\", of the same form with \"steps\", \"min_steps\" and\n"
        "\"max_steps\".\n"
        "\n"
        "examples:\n"
        "  tfeed stats train.tfrecords\n"
        "  tfeed stats --json 'train-*.tfrecords' | jq '.features[].name'",
    .options = stats_options,
    .defaults = &stats_defaults,
    .values_bytes = sizeof stats_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_stats,
};
