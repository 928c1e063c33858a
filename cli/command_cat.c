/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_cat.c - `tfeed cat` and `tfeed head`: records on standard output.
 *
 * Both are one loop over records; head ends it early. Records before a damaged one are printed.
 * Chosen records are looked up, which steps over the others without a look at them.
 */
#include <stdlib.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/reading.h"
#include "cli/record_list.h"
#include "cli/record_print.h"

enum { HEAD_RECORDS = 10 };

struct cat_values {
    struct reading reading;
    struct printing printing;
    const char *records; /* cat: "0-9,50"; NULL: all */
    uint64_t n_records;  /* of each file; cat: all */
};

struct cat {
    const struct cat_values *values;
    struct record_printer printer;
    struct record_list chosen;
};

static enum exit_code cat_file(void *state, const char *name)
{
    struct cat *cat = state;
    struct tfeed_record_reader *reader;
    uint64_t n_printed;
    enum exit_code code = reading_open(&cat->values->reading, name, &reader);

    if (code == EXIT_FINE) {
        code = record_printer_rest(&cat->printer, name, reader, cat->values->n_records,
                                   (size_t)cat->values->reading.threads, &n_printed);
        tfeed_record_reader_close(reader);
    }
    return code;
}

/* The first must be there, the others as far as the file goes. */
static enum exit_code cat_span(struct cat *cat, const char *name,
                               struct tfeed_record_getter *getter, const struct record_span *span)
{
    struct tfeed_record_view record;
    struct tfeed_error error;
    enum exit_code code = EXIT_FINE;

    for (uint64_t n = span->first; n <= span->last && code == EXIT_FINE && !output_failed(); n++) {
        const tfeed_status status = tfeed_record_getter_get(getter, n, &record, &error);
        if (status == TFEED_OUT_OF_RANGE && n > span->first)
            break;
        code = status == TFEED_OK ? record_printer_print(&cat->printer, name, &record)
                                  : report_error(&error);
    }
    return code;
}

static enum exit_code cat_chosen(void *state, const char *name)
{
    struct cat *cat = state;
    enum exit_code code;
    struct tfeed_record_getter *getter = record_printer_open(&cat->values->reading, name, &code);

    if (!getter)
        return code;
    for (size_t i = 0; i < cat->chosen.n_spans && code == EXIT_FINE; i++)
        code = cat_span(cat, name, getter, &cat->chosen.spans[i]);
    tfeed_record_getter_close(getter);
    return code;
}

static enum exit_code run_cat(const void *user_values, const struct operands *operands)
{
    const struct cat_values *values = user_values;
    struct cat *cat = calloc(1, sizeof *cat);
    enum exit_code code;

    if (!cat) {
        report("no memory");
        return EXIT_IO;
    }
    cat->values = values;
    code = record_printer_init(&cat->printer, &values->printing, values->reading.json);
    if (code == EXIT_FINE && values->records && !record_list_add(&cat->chosen, values->records))
        code = EXIT_USAGE;
    if (code == EXIT_FINE)
        code = reading_visit_files(&values->reading, operands,
                                   values->records ? cat_chosen : cat_file, cat);
    code = record_printer_end(&cat->printer, code);
    free(cat);
    return code;
}

static const struct option_spec cat_options[] = {
    READING_OPTIONS(struct cat_values),
    PRINTING_OPTIONS(struct cat_values),
    {.name = "records",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct cat_values, records),
     .argument = "LIST",
     .help = "of each file only these, from 0: 0-9,50,100-"},
    {0}};

static const struct option_spec head_options[] = {{.name = "records",
                                                   .letter = 'n',
                                                   .kind = OPTION_NUMBER,
                                                   .offset = offsetof(struct cat_values, n_records),
                                                   .argument = "N",
                                                   .help = "how many of each file (default: 10)",
                                                   .max = UINT64_MAX},
                                                  READING_OPTIONS(struct cat_values),
                                                  PRINTING_OPTIONS(struct cat_values),
                                                  {0}};

static const struct cat_values cat_defaults = {.n_records = UINT64_MAX};
static const struct cat_values head_defaults = {.n_records = HEAD_RECORDS};

const struct command command_cat = {
    .name = "cat",
    .group = "Look",
    .summary = "print records, all or chosen ones",
    .usage = "[options] INPUT...",
    .details =
        "Prints every record as an Example: a heading and a line a feature, or with --json\n"
        "\n"
        "  {\"features\": {NAME: {\"int64\"|\"float\"|\"bytes\": [...]}}}\n"
        "\n"
        "or, where it has feature lists (field 2), as a SequenceExample\n"
        "\n"
        "  {\"context\": {NAME: {...}}, \"feature_lists\": {NAME: [{...}, ...]}}\n"
        "\n"
        "in the record's own key order, with bytes in base64, floats with 9 digits, NaN and\n"
        "infinities as \"NaN\", \"Infinity\", \"-Infinity\", and integers in full.\n"
        "\n"
        "--raw prints the payloads themselves, one behind the other, or with --json\n"
        "{\"raw\": BASE64}. Checksums are verified; printing stops at the first damage of a file,\n"
        "of which 'tfeed get' and 'tfeed repair' give what is good.\n"
        "\n"
        "--records steps over the others by their lengths; what lies there is not checked.\n"
        "\n"
        "'tfeed convert jsonl' makes records of such JSON again.\n"
        "\n"
        "examples:\n"
        "  tfeed cat --json --features label 'train-*.tfrecords'\n"
        "  tfeed cat --records 0-9,50 train.tfrecords\n"
        "  gunzip <old.gz | tfeed cat -",
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
    .details = "Prints the first records of each file in the forms of 'tfeed cat'.\n"
               "\n"
               "examples:\n"
               "  tfeed head -n 1 train.tfrecords\n"
               "  tfeed head -n 3 --json train.tfrecords",
    .options = head_options,
    .defaults = &head_defaults,
    .values_bytes = sizeof head_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_cat,
};
