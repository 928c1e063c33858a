/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_cat.c - `tfeed cat` and `tfeed head`: records on standard output.
 *
 * Both are one loop over records; head ends it early. Records before a damaged one are printed, and
 * those behind it where that is asked.
 * Chosen records are looked up, which steps over the others without a look at them.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/damage_print.h"
#include "cli/inputs.h"
#include "cli/making.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/record_drop.h"
#include "cli/record_list.h"
#include "cli/record_print.h"
#include "cli/stop.h"

enum { HEAD_RECORDS = 10, PROGRESS_RECORDS = 128, MAX_LISTED_LOSSES = 100 };

struct cat_values {
    struct reading reading;
    struct printing printing;
    const char *records;   /* cat: "0-9,50"; NULL: all */
    const char *drop_keys; /* cat: "KEY,KEY"; NULL: none */
    const char *out;       /* cat: of a new file of records; NULL: text is printed */
    uint64_t n_records;    /* of each file; cat: all */
    bool force;
    bool skip_damaged;
};

struct cat {
    const struct cat_values *values;
    struct record_printer printer;
    struct tfeed_record_writer *writer; /* NULL: text is printed */
    uint64_t n_written;
    bool writer_failed; /* it takes no more; where its reader has gone that is no error */
    bool has_losses;    /* of any file */
    uint64_t n_losses;  /* of the file at hand */
    struct record_list chosen;
    struct record_drop dropped;
};

/* ---------------------------------------------------------------- records */

/* Nobody takes what is put from here on. */
static bool has_ended(const struct cat *cat)
{
    return output_failed() || cat->writer_failed;
}

static enum exit_code put(struct cat *cat, const char *name, const struct tfeed_record_view *record)
{
    struct tfeed_error error;

    if (!cat->writer)
        return record_printer_print(&cat->printer, name, record);
    if (tfeed_record_writer_write(cat->writer, record->data, record->len, &error) != TFEED_OK) {
        cat->writer_failed = true;
        return report_error(&error);
    }
    cat->n_written++;
    return stop_requested() ? EXIT_INTERRUPTED : EXIT_FINE;
}

/* The next n_records, or as many as there are. */
static enum exit_code put_next(struct cat *cat, const char *name,
                               struct tfeed_record_reader *reader, uint64_t n_records)
{
    struct tfeed_record_view record;
    struct tfeed_error error;
    enum exit_code code = EXIT_FINE;
    uint64_t n_printed;

    if (!cat->writer)
        return record_printer_rest(&cat->printer, name, reader, n_records,
                                   (size_t)cat->values->reading.threads, &n_printed);
    for (uint64_t i = 0; i < n_records && code == EXIT_FINE && !cat->writer_failed; i++) {
        const tfeed_status status = tfeed_record_reader_next(reader, &record, &error);
        if (status == TFEED_OUT_OF_RANGE)
            break;
        code = status == TFEED_OK ? put(cat, name, &record) : report_error(&error);
        if (status == TFEED_OK && i % PROGRESS_RECORDS == 0)
            progress_update(record.offset);
    }
    return code;
}

static enum exit_code pass_over(struct tfeed_record_reader *reader)
{
    struct tfeed_record_view record;
    struct tfeed_error error;

    return tfeed_record_reader_next(reader, &record, &error) == TFEED_OK ? EXIT_FINE
                                                                         : report_error(&error);
}

/* ------------------------------------------------------------------ files */

static void report_loss(void *user_data, const struct tfeed_record_loss *loss,
                        const struct tfeed_error *error)
{
    struct cat *cat = user_data;

    cat->has_losses = true;
    if (++cat->n_losses <= MAX_LISTED_LOSSES)
        damage_report_fault(error->message, loss->offset, loss->end_offset);
}

static enum exit_code open_reader(struct cat *cat, const char *name,
                                  struct tfeed_record_reader **ret_reader)
{
    struct tfeed_record_reader_options options = reading_reader_options(&cat->values->reading);
    struct tfeed_error error;

    cat->n_losses = 0;
    if (cat->values->skip_damaged) {
        options.on_error = TFEED_ON_ERROR_SKIP;
        options.max_skipped = UINT64_MAX;
        options.on_loss = report_loss;
        options.loss_data = cat;
    }
    if (tfeed_record_reader_open(name, &options, ret_reader, &error) != TFEED_OK)
        return report_error(&error);
    return EXIT_FINE;
}

static enum exit_code cat_file(void *state, const char *name)
{
    struct cat *cat = state;
    const struct record_drop *dropped = &cat->dropped;
    struct tfeed_record_reader *reader;
    enum exit_code code = EXIT_FINE;
    uint64_t at = 0;

    if (cat->values->drop_keys)
        code = record_drop_find(&cat->dropped, name);
    if (code == EXIT_FINE)
        code = open_reader(cat, name, &reader);
    if (code != EXIT_FINE)
        return code;
    for (size_t i = 0; i < dropped->n_records && code == EXIT_FINE; i++) {
        const uint64_t next = dropped->records[i];
        if (next < at)
            continue; /* it has two of the keys */
        code = put_next(cat, name, reader, next - at);
        if (code == EXIT_FINE && !has_ended(cat))
            code = pass_over(reader);
        at = next + 1;
    }
    if (code == EXIT_FINE && !has_ended(cat))
        code = put_next(cat, name, reader, cat->values->n_records);
    tfeed_record_reader_close(reader);
    if (cat->n_losses > MAX_LISTED_LOSSES)
        report("%s: errors that are not listed: %" PRIu64, name, cat->n_losses - MAX_LISTED_LOSSES);
    return code;
}

/* The first must be there, the others as far as the file goes. */
static enum exit_code cat_span(struct cat *cat, const char *name,
                               struct tfeed_record_getter *getter, const struct record_span *span)
{
    struct tfeed_record_view record;
    struct tfeed_error error;
    enum exit_code code = EXIT_FINE;

    for (uint64_t n = span->first; n <= span->last && code == EXIT_FINE && !has_ended(cat); n++) {
        const tfeed_status status = tfeed_record_getter_get(getter, n, &record, &error);
        if (status == TFEED_OUT_OF_RANGE && n > span->first)
            break;
        code = status == TFEED_OK ? put(cat, name, &record) : report_error(&error);
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

/* ------------------------------------------------------------- the command */

static enum exit_code check_values(const struct cat_values *values, const struct operands *operands)
{
    const struct printing *printing = &values->printing;

    if (values->drop_keys && values->records)
        report("--records and --drop-keys both choose: take one of them");
    else if (values->drop_keys && inputs_have_standard_input(operands))
        report("--drop-keys needs an index, which standard input has not: name a file");
    else if (values->skip_damaged && (values->records || values->drop_keys))
        report("--skip-damaged goes with all records: %s finds its own by their numbers ('tfeed "
               "get' goes on behind a damaged one)",
               values->records ? "--records" : "--drop-keys");
    else if (values->force && !values->out)
        report("--force goes with --out; try 'tfeed help cat'");
    else if (values->out && values->out[0] == '\0')
        report("where to? --out is ''");
    else if (values->out &&
             (printing->features || printing->raw || printing->utf8 || values->reading.json))
        report("--out takes the records as they are: --json, --features, --raw and --utf8 are of "
               "what is printed");
    else
        return EXIT_FINE;
    return EXIT_USAGE;
}

static enum exit_code open_output(struct cat *cat)
{
    const struct cat_values *values = cat->values;
    struct tfeed_record_writer_options options;
    struct tfeed_error error;

    tfeed_record_writer_options_init(&options);
    options.overwrite = values->force;
    const tfeed_status status =
        tfeed_record_writer_open(values->out, &options, &cat->writer, &error);
    if (status == TFEED_OK)
        stop_hold();
    return status == TFEED_OK ? EXIT_FINE : making_report(&error);
}

/* Ends the file that is made: it appears when all went well, or a key was not there. */
static enum exit_code close_output(struct cat *cat, bool keep, enum exit_code code)
{
    struct tfeed_error error;

    if (keep && tfeed_record_writer_close(cat->writer, &error) != TFEED_OK)
        code = exit_code_worst(code, report_error(&error));
    else if (keep && strcmp(cat->values->out, "-") != 0) {
        output_name(cat->values->out);
        output_format(": %" PRIu64 " record%s\n", cat->n_written, plural(cat->n_written));
    }
    tfeed_record_writer_free(cat->writer);
    return code;
}

static enum exit_code cat_all(struct cat *cat, const struct operands *operands)
{
    const struct cat_values *values = cat->values;
    enum exit_code code = check_values(values, operands);

    if (code == EXIT_FINE && values->records && !record_list_add(&cat->chosen, values->records))
        code = EXIT_USAGE;
    if (code == EXIT_FINE && values->drop_keys &&
        !record_drop_init(&cat->dropped, values->drop_keys))
        code = EXIT_USAGE;
    if (code == EXIT_FINE && values->out)
        code = open_output(cat);
    if (code == EXIT_FINE)
        code = reading_visit_files(&values->reading, operands,
                                   values->records ? cat_chosen : cat_file, cat);
    const bool is_whole = code == EXIT_FINE && !cat->writer_failed;
    code = record_drop_end(&cat->dropped, code);
    if (cat->has_losses)
        code = exit_code_worst(code, EXIT_DATA);
    return cat->writer ? close_output(cat, is_whole, code) : code;
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
    if (code == EXIT_FINE)
        code = cat_all(cat, operands);
    code = record_printer_end(&cat->printer, code);
    free(cat);
    return code;
}

#define OPTION_SKIP_DAMAGED                                                                        \
    {                                                                                              \
        .name = "skip-damaged", .kind = OPTION_FLAG,                                               \
        .offset = offsetof(struct cat_values, skip_damaged),                                       \
        .help = "go on behind damage, and say what is lost"                                        \
    }

static const struct option_spec cat_options[] = {
    READING_OPTIONS(struct cat_values),
    PRINTING_OPTIONS(struct cat_values),
    OPTION_SKIP_DAMAGED,
    {.name = "records",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct cat_values, records),
     .argument = "LIST",
     .help = "of each file only these, from 0: 0-9,50,100-"},
    {.name = "drop-keys",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct cat_values, drop_keys),
     .argument = "KEY,...",
     .help = "all but the records whose key one of these is"},
    OPTION_OUT(
        struct cat_values, out, "FILE",
        "make a new file of the records, as they are, instead of text;\n- is standard output"),
    OPTION_FORCE(struct cat_values, force, "with --out: replace a file that is there"),
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
                                                  OPTION_SKIP_DAMAGED,
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
        "{\"raw\": BASE64}. Checksums are verified; printing stops at the first damage of a file.\n"
        "With --skip-damaged it goes on behind it, as 'tfeed verify' and 'tfeed repair' do: each\n"
        "loss is a message with the record's number and the bytes, up to 100 of a file, and exit\n"
        "status is 1 at the end. A file that --out makes has all that is good then.\n"
        "\n"
        "--records steps over the others by their lengths; what lies there is not checked.\n"
        "\n"
        "--drop-keys takes an index that was made with 'tfeed index --key FEATURE', and leaves "
        "out\n"
        "every record whose value of that feature is one of the keys. Files are never changed in\n"
        "place: --out makes a new one of what is left. Exit status 1: a key is in no file.\n"
        "\n"
        "'tfeed convert jsonl' makes records of such JSON again.\n"
        "\n"
        "examples:\n"
        "  tfeed cat --json --features label 'train-*.tfrecords'\n"
        "  tfeed cat --records 0-9,50 train.tfrecords\n"
        "  tfeed cat --drop-keys bob,eve people.tfrecords --out fewer.tfrecords\n"
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
    .details = "Prints the first records of each file in the forms of 'tfeed cat'. With\n"
               "--skip-damaged it goes on behind damage; what is lost does not count.\n"
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
