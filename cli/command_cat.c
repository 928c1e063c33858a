/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_cat.c - `tfeed cat` and `tfeed head`: records on standard output.
 *
 * Both are one loop over records; head ends it early. Records before a damaged one are printed.
 */
#include <inttypes.h>

#include "cli/console.h"
#include "cli/example_text.h"
#include "cli/reading.h"

enum { HEAD_RECORDS = 10, RECORDS_A_LOOK = 128 };

struct cat_values {
    struct reading reading;
    uint64_t n_records; /* of each file; cat: all */
    bool raw;
    bool utf8;
};

struct cat {
    const struct cat_values *values;
    struct example_text text;
    struct json_writer json;
};

static void print_raw_json(struct cat *cat, const struct tfeed_record_view *record)
{
    json_begin_object(&cat->json);
    json_key(&cat->json, "raw");
    if (cat->values->utf8 && json_is_text(record->data, record->len))
        json_string_bytes(&cat->json, record->data, record->len);
    else
        json_base64(&cat->json, record->data, record->len);
    json_end_object(&cat->json);
    json_end_line(&cat->json);
}

static void print_heading(const char *name, const struct tfeed_record_view *record)
{
    output_name(name);
    output_format(": record %" PRIu64 " at byte %" PRIu64 ", %zu bytes\n", record->record,
                  record->offset, record->len);
}

static enum exit_code print_record(struct cat *cat, const char *name,
                                   const struct tfeed_record_view *record)
{
    struct tfeed_error error;

    if (cat->values->raw) {
        if (cat->values->reading.json)
            print_raw_json(cat, record);
        else
            output_bytes(record->data, record->len);
        return EXIT_FINE;
    }
    tfeed_status status = example_text_read(&cat->text, record->data, record->len, &error);
    if (status == TFEED_INVALID_ARGUMENT) {
        report("%s: record %" PRIu64 " at byte %" PRIu64 ": %s; --raw prints what is no Example",
               name, record->record, record->offset, error.message);
        return EXIT_DATA;
    }
    if (status == TFEED_OK && cat->values->reading.json) {
        status = example_text_print_json(&cat->text, &cat->json, cat->values->utf8, &error);
    } else if (status == TFEED_OK) {
        print_heading(name, record);
        example_text_print(&cat->text, 2);
    }
    return status == TFEED_OK ? EXIT_FINE : report_error(&error);
}

static enum exit_code cat_records(struct cat *cat, const char *name,
                                  struct tfeed_record_reader *reader)
{
    struct tfeed_record_view record;
    struct tfeed_error error;

    for (uint64_t n = 0; n < cat->values->n_records && !output_failed(); n++) {
        const tfeed_status status = tfeed_record_reader_next(reader, &record, &error);
        if (status == TFEED_OUT_OF_RANGE)
            return EXIT_FINE;
        if (status != TFEED_OK)
            return report_error(&error);
        if (n % RECORDS_A_LOOK == 0)
            progress_update(record.offset);
        const enum exit_code code = print_record(cat, name, &record);
        if (code != EXIT_FINE)
            return code;
    }
    return EXIT_FINE;
}

static enum exit_code cat_file(void *state, const char *name)
{
    struct cat *cat = state;
    struct tfeed_record_reader *reader;
    enum exit_code code = reading_open(&cat->values->reading, name, &reader);

    if (code == EXIT_FINE) {
        code = cat_records(cat, name, reader);
        tfeed_record_reader_close(reader);
    }
    return code;
}

static enum exit_code run_cat(const void *values, const struct operands *operands)
{
    struct cat cat = {.values = values};
    const enum exit_code code = reading_visit_files(&cat.values->reading, operands, cat_file, &cat);

    example_text_clear(&cat.text);
    return code;
}

#define CAT_OPTIONS                                                                                \
    READING_OPTIONS(struct cat_values),                                                            \
        {.name = "raw",                                                                            \
         .kind = OPTION_FLAG,                                                                      \
         .offset = offsetof(struct cat_values, raw),                                               \
         .help = "the bytes of the records, whatever they hold"},                                  \
        {.name = "utf8",                                                                           \
         .kind = OPTION_FLAG,                                                                      \
         .offset = offsetof(struct cat_values, utf8),                                              \
         .help = "in JSON: bytes that are UTF-8 text as text"},                                    \
    {                                                                                              \
        0                                                                                          \
    }

static const struct option_spec cat_options[] = {CAT_OPTIONS};

static const struct option_spec head_options[] = {
    {.name = "records",
     .letter = 'n',
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct cat_values, n_records),
     .argument = "N",
     .help = "how many of each file (default: 10)",
     .max = UINT64_MAX},
    CAT_OPTIONS,
};

static const struct cat_values cat_defaults = {.n_records = UINT64_MAX};
static const struct cat_values head_defaults = {.n_records = HEAD_RECORDS};

const struct command command_cat = {
    .name = "cat",
    .group = "Look",
    .summary = "print all records",
    .usage = "[options] INPUT...",
    .details =
        "Prints every record as an Example: a heading and a line a feature, or with --json\n"
        "\n"
        "  {\"features\": {NAME: {\"int64\"|\"float\"|\"bytes\": [...]}}}\n"
        "\n"
        "in the record's own key order, with bytes in base64, floats with 9 digits, NaN and\n"
        "infinities as \"NaN\", \"Infinity\", \"-Infinity\", and integers in full.\n"
        "\n"
        "--raw prints the payloads themselves, one behind the other, or with --json\n"
        "{\"raw\": BASE64}. Checksums are verified; printing stops at the first damage of a file.",
    .options = cat_options,
    .defaults = &cat_defaults,
    .values_bytes = sizeof cat_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_cat,
};

const struct command command_head = {
    .name = "head",
    .group = "Look",
    .summary = "print the first records",
    .usage = "[options] INPUT...",
    .details = "Prints the first records of each file in the forms of 'tfeed cat'.",
    .options = head_options,
    .defaults = &head_defaults,
    .values_bytes = sizeof head_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_cat,
};
