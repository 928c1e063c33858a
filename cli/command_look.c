/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_look.c - `tfeed info` and `tfeed count`.
 *
 * count asks the index or goes from length to length; info reads everything, since "ok" must mean
 * it.
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/datasets.h>
#include <tfeed/index.h>

#include "cli/console.h"
#include "cli/example_text.h"
#include "cli/inputs.h"
#include "cli/reading.h"

/* ---------------------------------------------------------------- count */

struct count_values {
    struct reading reading;
    bool walk;
};

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

struct count_result {
    uint64_t n_records;
    struct tfeed_error error;       /* code OK: it was counted */
    struct tfeed_error index_error; /* why its index was left aside; code OK: it was not */
};

/* An index that fits its file knows. */
static bool count_by_index(const char *name, struct count_result *counted)
{
    struct tfeed_index *index;
    const tfeed_status status = tfeed_index_open(name, NULL, &index, &counted->index_error);

    if (status == TFEED_OK) {
        counted->n_records = tfeed_index_count(index);
        tfeed_index_close(index);
    }
    if (status == TFEED_OK || status == TFEED_NOT_FOUND)
        counted->index_error.code = TFEED_OK;
    return status == TFEED_OK;
}

static void count_file(const void *state, const char *name, void *result)
{
    const struct count_values *values = state;
    struct count_result *counted = result;
    struct tfeed_dataset_count_options options;
    struct tfeed_dataset_count_report found;

    if (values->reading.compression == TFEED_COMPRESSION_AUTO && !values->walk &&
        strcmp(name, "-") != 0 && count_by_index(name, counted))
        return;
    tfeed_dataset_count_options_init(&options);
    options.compression = (enum tfeed_compression)values->reading.compression;
    options.n_threads = reading_file_threads();
    options.progress = reading_show_progress;
    if (tfeed_dataset_count(name, &options, &found, &counted->error) == TFEED_OK)
        counted->error.code = TFEED_OK;
    counted->n_records = found.n_records;
}

static enum exit_code count_done(void *state, const char *name, void *result)
{
    const struct count_result *counted = result;

    if (counted->index_error.code != TFEED_OK)
        report("%s; it is left aside", counted->index_error.message);
    if (counted->error.code != TFEED_OK)
        return report_error(&counted->error);
    print_count(state, name, counted->n_records);
    return EXIT_FINE;
}

static enum exit_code run_count(const void *values, const struct operands *operands)
{
    struct count_values copy = *(const struct count_values *)values;

    return reading_visit_at_once(&copy.reading, operands, sizeof(struct count_result), count_file,
                                 count_done, &copy);
}

static const struct option_spec count_options[] = {
    READING_OPTIONS(struct count_values),
    {.name = "walk",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct count_values, walk),
     .help = "by the lengths, even where there is an index"},
    {0}};
static const struct count_values count_defaults = {0};

const struct command command_count = {
    .name = "count",
    .group = "Look",
    .summary = "count records",
    .usage = "[options] INPUT...",
    .details =
        "Counts the records of each file: its index says at once (see 'tfeed index'), else they "
        "are\n"
        "counted by their lengths. Payloads are not checked (see 'tfeed verify'). With --json an\n"
        "object per file: {\"file\", \"records\"}. A damaged file has no count.\n"
        "\n"
        "examples:\n"
        "  tfeed count train.tfrecords\n"
        "  tfeed count --json 'train-*.tfrecords'",
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
    struct tfeed_block *first_block; /* of the first record */
    struct tfeed_error error;        /* what ended it; code OK: its end */
    uint64_t n_records;
    uint64_t n_payload_bytes;
    size_t min_bytes;
    size_t max_bytes;
    uint64_t n_stream_bytes;
    enum tfeed_compression compression;
    struct example_text first;      /* no features: no record, or it is no Example */
    struct tfeed_error index_error; /* why its index cannot be used */
    bool has_index;
    bool is_example;
    bool was_opened;
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

static void print_lists_json(struct json_writer *json, const struct info *info)
{
    json_key(json, "feature_lists");
    json_begin_array(json);
    for (size_t i = 0; i < info->first.n_lists; i++) {
        const struct tfeed_list_view *list = &info->first.lists[i];
        json_begin_object(json);
        json_key(json, "name");
        json_string_bytes(json, list->name, list->name_len);
        print_number_json(json, "steps", list->n_steps);
        json_end_object(json);
    }
    json_end_array(json);
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
    if (info->is_example && info->first.is_sequence)
        print_lists_json(&json, info);
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
    if (info->has_index)
        output_text("  index        yes\n");
    if (info->index_error.code != TFEED_OK) {
        output_text("  index        ");
        output_name(info->index_error.message);
        output_text("\n");
    }
    if (info->n_records == 0)
        return;
    output_text(info->is_example ? "  first record\n" : "  first record is not an Example\n");
    if (info->is_example)
        example_text_print(&info->first, 4);
}

/* Reads to the end. The first record is looked at when it comes, and its block kept: what is
   printed of it stands below what is known at the end only. */
static tfeed_status scan(struct info *info, struct tfeed_record_reader *reader,
                         struct tfeed_error *reterr)
{
    struct tfeed_record_view views[RUN_RECORDS];
    tfeed_status status;
    size_t n;

    while ((status = tfeed_record_reader_next_run(reader, views, RUN_RECORDS, &n, reterr)) ==
           TFEED_OK) {
        if (info->n_records == 0) {
            info->first_block = tfeed_block_ref(views[0].block);
            status = look_at_first(info, &views[0], reterr);
            if (status != TFEED_OK)
                return status;
        }
        add_lengths(info, views, n);
        reading_show_progress(NULL, info->n_records, UINT64_MAX,
                              tfeed_record_reader_offset(reader));
    }
    info->is_ok = status == TFEED_OUT_OF_RANGE;
    info->n_stream_bytes = tfeed_record_reader_offset(reader);
    info->compression = tfeed_record_reader_compression(reader);
    return info->is_ok ? TFEED_OK : status;
}

static void look_for_index(struct info *info)
{
    struct tfeed_index *index;
    const tfeed_status status = tfeed_index_open(info->name, NULL, &index, &info->index_error);

    info->has_index = status == TFEED_OK;
    if (status == TFEED_OK)
        tfeed_index_close(index);
    if (status == TFEED_OK || status == TFEED_NOT_FOUND)
        info->index_error.code = TFEED_OK;
}

static void info_file(const void *state, const char *name, void *result)
{
    const struct info_values *values = state;
    const struct tfeed_record_reader_options options = reading_reader_options(&values->reading);
    struct info *info = result;
    struct tfeed_record_reader *reader;

    info->name = name;
    if (tfeed_record_reader_open(name, &options, &reader, &info->error) != TFEED_OK)
        return;
    info->was_opened = true;
    if (strcmp(name, "-") != 0)
        look_for_index(info);
    if (scan(info, reader, &info->error) == TFEED_OK)
        info->error.code = TFEED_OK;
    tfeed_record_reader_close(reader);
}

static enum exit_code info_done(void *state, const char *name, void *result)
{
    const struct info_values *values = state;
    struct info *info = result;
    enum exit_code code = EXIT_FINE;

    (void)name;
    if (info->was_opened && (info->is_ok || info->error.code == TFEED_DATA_LOSS)) {
        if (values->reading.json)
            print_info_json(info);
        else
            print_info(info);
    }
    if (info->error.code != TFEED_OK)
        code = report_error(&info->error);
    example_text_clear(&info->first);
    tfeed_block_unref(info->first_block);
    return code;
}

static enum exit_code run_info(const void *values, const struct operands *operands)
{
    struct info_values copy = *(const struct info_values *)values;

    return reading_visit_at_once(&copy.reading, operands, sizeof(struct info), info_file, info_done,
                                 &copy);
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
        "\"values\"}] or null, \"ok\"}; of a SequenceExample \"features\" is its context, and\n"
        "\"feature_lists\": [{\"name\", \"steps\"}] follows.\n"
        "\n"
        "example:\n"
        "  tfeed info train.tfrecords",
    .options = info_options,
    .defaults = &info_defaults,
    .values_bytes = sizeof info_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_info,
};
