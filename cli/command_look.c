/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_look.c - `tfeed info` and `tfeed count`.
 *
 * count goes from length to length; info reads everything, since "ok" must mean it.
 */
#include <inttypes.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/example_text.h"
#include "cli/inputs.h"
#include "cli/reading.h"

/* ---------------------------------------------------------------- count */

struct count_values {
    struct reading reading;
};

static bool show_progress(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    progress_update(n_bytes);
    return true;
}

static void print_count(const struct count_values *values, const char *name, uint64_t n_records)
{
    struct json_writer json = {0};

    if (values->reading.json) {
        json_begin_object(&json);
        json_key(&json, "file");
        json_string(&json, name);
        json_key(&json, "records");
        json_uint(&json, n_records);
        json_end_object(&json);
        json_end_line(&json);
    } else {
        output_format("%" PRIu64 " ", n_records);
        output_name(name);
        output_text("\n");
    }
}

static enum exit_code count_file(void *state, const char *name)
{
    const struct count_values *values = state;
    struct tfeed_dataset_count_options options;
    struct tfeed_dataset_count_report found;
    struct tfeed_error error;

    tfeed_dataset_count_options_init(&options);
    options.compression = (enum tfeed_compression)values->reading.compression;
    options.progress = show_progress;
    if (tfeed_dataset_count(name, &options, &found, &error) != TFEED_OK)
        return report_error(&error);
    print_count(values, name, found.n_records);
    return EXIT_FINE;
}

static enum exit_code run_count(const void *values, const struct operands *operands)
{
    struct count_values copy = *(const struct count_values *)values;

    return reading_visit_files(&copy.reading, operands, count_file, &copy);
}

static const struct option_spec count_options[] = {READING_OPTIONS(struct count_values), {0}};
static const struct count_values count_defaults = {0};

const struct command command_count = {
    .name = "count",
    .group = "Look",
    .summary = "count records",
    .usage = "[options] INPUT...",
    .details =
        "Counts the records of each file by their lengths; payloads are not checked (see\n"
        "'tfeed verify'). With --json an object per file: {\"file\", \"records\"}. A damaged file\n"
        "has no count.",
    .options = count_options,
    .defaults = &count_defaults,
    .values_bytes = sizeof count_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_count,
};

/* ----------------------------------------------------------------- info */

enum { RUN_RECORDS = 128 };

struct info_values {
    struct reading reading;
};

/* What is found out about a file. */
struct info {
    const char *name;
    uint64_t n_records;
    uint64_t n_payload_bytes;
    size_t min_bytes;
    size_t max_bytes;
    uint64_t n_stream_bytes;
    enum tfeed_compression compression;
    struct example_text first; /* no features: no record, or it is no Example */
    bool is_example;
    bool is_ok;
};

static tfeed_status look_at_first(struct info *info, const struct tfeed_record_view *record,
                                  struct tfeed_error *reterr)
{
    const tfeed_status status = example_text_read(&info->first, record->data, record->len, reterr);

    info->is_example = status == TFEED_OK;
    return status == TFEED_INVALID_ARGUMENT ? TFEED_OK : status;
}

static void add_lengths(struct info *info, const struct tfeed_record_view *views, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        info->n_payload_bytes += views[i].len;
        if (info->n_records + i == 0 || views[i].len < info->min_bytes)
            info->min_bytes = views[i].len;
        if (views[i].len > info->max_bytes)
            info->max_bytes = views[i].len;
    }
    info->n_records += n;
}

static uint64_t mean_bytes(const struct info *info)
{
    return info->n_records ? (info->n_payload_bytes + info->n_records / 2) / info->n_records : 0;
}

static void print_features_json(struct json_writer *json, const struct info *info)
{
    if (!info->is_example) {
        json_null(json);
        return;
    }
    json_begin_array(json);
    for (size_t i = 0; i < info->first.n_features; i++) {
        const struct tfeed_feature_view *feature = &info->first.features[i];
        json_begin_object(json);
        json_key(json, "name");
        json_string_bytes(json, feature->name, feature->name_len);
        json_key(json, "kind");
        json_string(json, example_kind_name(feature->kind));
        json_key(json, "values");
        json_uint(json, feature->n_values);
        json_end_object(json);
    }
    json_end_array(json);
}

static void print_number_json(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    json_uint(json, value);
}

static void print_info_json(const struct info *info)
{
    struct json_writer json = {0};

    json_begin_object(&json);
    json_key(&json, "file");
    json_string(&json, info->name);
    print_number_json(&json, "records", info->n_records);
    print_number_json(&json, "bytes", info->n_stream_bytes);
    json_key(&json, "compression");
    json_string(&json, tfeed_compression_name(info->compression));
    print_number_json(&json, "payload_bytes", info->n_payload_bytes);
    print_number_json(&json, "min_payload_bytes", info->min_bytes);
    print_number_json(&json, "mean_payload_bytes", mean_bytes(info));
    print_number_json(&json, "max_payload_bytes", info->max_bytes);
    json_key(&json, "features");
    print_features_json(&json, info);
    json_key(&json, "ok");
    json_bool(&json, info->is_ok);
    json_end_object(&json);
    json_end_line(&json);
}

static void print_info(struct info *info)
{
    const uint64_t file_bytes = inputs_file_bytes(info->name);

    output_name(info->name);
    output_format("\n  records      %" PRIu64 "\n  bytes        %" PRIu64, info->n_records,
                  info->n_stream_bytes);
    if (file_bytes > 0 && file_bytes != info->n_stream_bytes && info->is_ok)
        output_format(", %" PRIu64 " on disk", file_bytes);
    output_format("\n  compression  %s\n", tfeed_compression_name(info->compression));
    if (info->n_records > 0)
        output_format("  payloads     %zu to %zu bytes, mean %" PRIu64 "\n", info->min_bytes,
                      info->max_bytes, mean_bytes(info));
    output_format("  ok           %s\n", info->is_ok ? "yes" : "no");
    if (info->n_records == 0)
        return;
    output_text(info->is_example ? "  first record\n" : "  first record is not an Example\n");
    if (info->is_example)
        example_text_print(&info->first, 4);
}

/* Reads to the end. The first record is looked at when it comes, and its block kept: what is
   printed of it stands below what is known at the end only. */
static tfeed_status scan(struct info *info, struct tfeed_record_reader *reader,
                         struct tfeed_block **ret_first, struct tfeed_error *reterr)
{
    struct tfeed_record_view views[RUN_RECORDS];
    tfeed_status status;
    size_t n;

    while ((status = tfeed_record_reader_next_run(reader, views, RUN_RECORDS, &n, reterr)) ==
           TFEED_OK) {
        if (info->n_records == 0) {
            *ret_first = tfeed_block_ref(views[0].block);
            status = look_at_first(info, &views[0], reterr);
            if (status != TFEED_OK)
                return status;
        }
        add_lengths(info, views, n);
        progress_update(tfeed_record_reader_offset(reader));
    }
    info->is_ok = status == TFEED_OUT_OF_RANGE;
    info->n_stream_bytes = tfeed_record_reader_offset(reader);
    info->compression = tfeed_record_reader_compression(reader);
    return info->is_ok ? TFEED_OK : status;
}

static enum exit_code info_file(void *state, const char *name)
{
    const struct info_values *values = state;
    struct info info = {.name = name};
    struct tfeed_block *first = NULL;
    struct tfeed_record_reader *reader;
    struct tfeed_error error;
    enum exit_code code = reading_open(&values->reading, name, &reader);

    if (code != EXIT_FINE)
        return code;
    const tfeed_status status = scan(&info, reader, &first, &error);
    if (status == TFEED_OK || status == TFEED_DATA_LOSS) {
        if (values->reading.json)
            print_info_json(&info);
        else
            print_info(&info);
    }
    if (status != TFEED_OK)
        code = report_error(&error);
    example_text_clear(&info.first);
    tfeed_block_unref(first);
    tfeed_record_reader_close(reader);
    return code;
}

static enum exit_code run_info(const void *values, const struct operands *operands)
{
    struct info_values copy = *(const struct info_values *)values;

    return reading_visit_files(&copy.reading, operands, info_file, &copy);
}

static const struct option_spec info_options[] = {READING_OPTIONS(struct info_values), {0}};
static const struct info_values info_defaults = {0};

const struct command command_info = {
    .name = "info",
    .group = "Look",
    .summary = "show what a file holds, on one screen",
    .usage = "[options] INPUT...",
    .details =
        "Reads each file to its end and shows records, bytes, compression, lengths, whether all "
        "is\n"
        "well, and the features of the first record. With --json an object per file: {\"file\",\n"
        "\"records\", \"bytes\", \"compression\", \"payload_bytes\", \"min_payload_bytes\",\n"
        "\"mean_payload_bytes\", \"max_payload_bytes\", \"features\": [{\"name\", \"kind\",\n"
        "\"values\"}] or null, \"ok\"}.",
    .options = info_options,
    .defaults = &info_defaults,
    .values_bytes = sizeof info_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_info,
};
