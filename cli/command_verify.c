/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_verify.c - `tfeed verify`: is every byte of these files what was written?
 */
#include <inttypes.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/json_writer.h"
#include "cli/reading.h"

enum { MAX_ERRORS = 100, MOST_ERRORS = 1 << 20 };

struct verify_values {
    struct reading reading;
    uint64_t max_errors;
};

static void print_json_number(struct json_writer *json, const char *key, uint64_t value)
{
    json_key(json, key);
    if (value == TFEED_NOWHERE)
        json_null(json);
    else
        json_uint(json, value);
}

static void print_json_fault(struct json_writer *json, uint64_t record, uint64_t offset,
                             tfeed_status code, const char *message)
{
    json_begin_object(json);
    print_json_number(json, "record", record);
    print_json_number(json, "offset", offset);
    json_key(json, "code");
    json_string(json, tfeed_status_name(code));
    json_key(json, "message");
    json_string(json, message);
    json_end_object(json);
}

/* `stopped`: what kept the file from being read to its end, besides damage; or NULL. */
static void print_json(const char *name, const struct tfeed_dataset_verify_report *report,
                       const struct tfeed_error *stopped)
{
    struct json_writer json = {0};

    json_begin_object(&json);
    json_key(&json, "file");
    json_string(&json, name);
    print_json_number(&json, "records", report->n_records);
    print_json_number(&json, "bytes", report->n_bytes);
    json_key(&json, "ok");
    json_bool(&json, report->is_ok);
    json_key(&json, "cause");
    if (report->cause)
        json_string(&json, report->cause);
    else
        json_null(&json);
    print_json_number(&json, "errors_total", report->n_errors + (stopped ? 1 : 0));
    json_key(&json, "errors");
    json_begin_array(&json);
    for (size_t i = 0; i < report->n_faults; i++) {
        const struct tfeed_dataset_fault *fault = &report->faults[i];
        print_json_fault(&json, fault->record, fault->offset, fault->code, fault->message);
    }
    if (stopped)
        print_json_fault(&json, stopped->record, stopped->offset, stopped->code, stopped->message);
    json_end_array(&json);
    json_end_object(&json);
    json_end_line(&json);
}

static void print_faults(const char *name, const struct tfeed_dataset_verify_report *found)
{
    for (size_t i = 0; i < found->n_faults; i++)
        report("%s", found->faults[i].message);
    if (found->n_errors > found->n_faults)
        report("%s: errors that are not listed: %" PRIu64, name, found->n_errors - found->n_faults);
}

static void print_text(const char *name, const struct tfeed_dataset_verify_report *found)
{
    output_name(name);
    if (found->is_ok)
        output_format(": ok, %" PRIu64 " records, %" PRIu64 " bytes\n", found->n_records,
                      found->n_bytes);
    else
        output_format(": damaged, %" PRIu64 " good records, %" PRIu64 " error%s%s%s%s\n",
                      found->n_records, found->n_errors, found->n_errors == 1 ? "" : "s",
                      found->cause ? " (" : "", found->cause ? found->cause : "",
                      found->cause ? ")" : "");
}

static bool show_progress(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    (void)user_data;
    (void)n_records;
    (void)n_total;
    progress_update(n_bytes);
    return true;
}

static enum exit_code verify_file(void *state, const char *name)
{
    const struct verify_values *values = state;
    struct tfeed_dataset_verify_options options;
    struct tfeed_dataset_verify_report found;
    struct tfeed_error error;
    enum exit_code code = EXIT_FINE;

    tfeed_dataset_verify_options_init(&options);
    options.compression = (enum tfeed_compression)values->reading.compression;
    options.max_errors = values->max_errors;
    options.progress = show_progress;
    const tfeed_status status = tfeed_dataset_verify(name, &options, &found, &error);

    if (values->reading.json)
        print_json(name, &found, status == TFEED_OK ? NULL : &error);
    else
        print_faults(name, &found);
    if (status != TFEED_OK)
        code = report_error(&error);
    else if (!values->reading.json)
        print_text(name, &found);
    if (found.n_errors > 0)
        code = exit_code_worst(code, EXIT_DATA);
    tfeed_dataset_verify_report_clear(&found);
    return code;
}

static enum exit_code run_verify(const void *values, const struct operands *operands)
{
    struct verify_values copy = *(const struct verify_values *)values;

    return reading_visit_files(&copy.reading, operands, verify_file, &copy);
}

static const struct option_spec verify_options[] = {
    READING_OPTIONS(struct verify_values),
    {.name = "max-errors",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct verify_values, max_errors),
     .argument = "N",
     .help = "how many errors of a file are listed (default: 100); all are counted",
     .max = MOST_ERRORS},
    {0}};

static const struct verify_values verify_defaults = {.max_errors = MAX_ERRORS};

const struct command command_verify = {
    .name = "verify",
    .group = "Check",
    .summary = "read everything and check every checksum",
    .usage = "[options] INPUT...",
    .details =
        "Reads the files to their ends and checks lengths, checksums and compression. Behind a "
        "bad\n"
        "payload it goes on; a bad length ends the file. With --json an object per file:\n"
        "\n"
        "  {\"file\", \"records\", \"bytes\", \"ok\", \"cause\", \"errors_total\",\n"
        "   \"errors\": [{\"record\", \"offset\", \"code\", \"message\"}]}\n"
        "\n"
        "records counts the good ones; records and offsets are numbered from 0, offsets in the\n"
        "uncompressed stream; cause is truncated, flipped_bits, wrong_compression, trailing_bytes\n"
        "or null.",
    .options = verify_options,
    .defaults = &verify_defaults,
    .values_bytes = sizeof verify_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_verify,
};
