/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_verify.c - `tfeed verify`: is every byte of these files what was written?
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/damage_print.h"
#include "cli/inputs.h"
#include "cli/reading.h"
#include "cli/schema_file.h"
#include "cli/stop.h"

enum { MAX_ERRORS = 100, MOST_ERRORS = 1 << 20 };

struct verify_values {
    struct reading reading;
    uint64_t max_errors;
    const char *index_dir;
    const char *schema;
    bool quick;
    bool index;
    bool text;
    bool force;
};

struct verify {
    const struct verify_values *values;
    struct tfeed_sequence_schema *schema; /* NULL: none */
    uint32_t n_threads;                   /* inside a file */
};

/* What came of a file. */
struct verified {
    struct tfeed_dataset_verify_report found;
    struct tfeed_error error;
    tfeed_status status;
};

static void print_text(const char *name, const struct tfeed_dataset_verify_report *found)
{
    const bool is_damaged = found->n_errors > found->n_misfits;

    output_name(name);
    if (found->is_ok) {
        output_format(": ok, %" PRIu64 " record%s, %" PRIu64 " byte%s%s\n", found->n_records,
                      plural(found->n_records), found->n_bytes, plural(found->n_bytes),
                      found->has_index ? ", indexed" : "");
        return;
    }
    output_format(": %s, %" PRIu64 " good record%s, %" PRIu64 " error%s%s%s%s",
                  is_damaged ? "damaged" : "does not fit the schema", found->n_records,
                  plural(found->n_records), found->n_errors, plural(found->n_errors),
                  found->cause ? " (" : "", found->cause ? found->cause : "",
                  found->cause ? ")" : "");
    if (is_damaged && found->n_misfits > 0)
        output_format(", of which %" PRIu64 " %s not fit the schema", found->n_misfits,
                      found->n_misfits == 1 ? "does" : "do");
    output_text("\n");
}

static bool go_on(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    return reading_show_progress(user_data, n_records, n_total, n_bytes) && !stop_requested();
}

static void verify_file(const void *state, const char *name, void *result)
{
    const struct verify *verify = state;
    const struct verify_values *values = verify->values;
    struct verified *verified = result;
    struct tfeed_dataset_verify_options options;
    struct tfeed_dataset_index_options index;

    tfeed_dataset_verify_options_init(&options);
    options.compression = (enum tfeed_compression)values->reading.compression;
    options.max_errors = values->max_errors;
    options.headers_only = values->quick;
    options.n_threads = verify->n_threads;
    options.progress = go_on;
    if (verify->schema && tfeed_sequence_schema_n_lists(verify->schema) > 0)
        options.sequence_schema = verify->schema;
    else if (verify->schema)
        options.schema = tfeed_sequence_schema_context(verify->schema);
    if (values->index) {
        tfeed_dataset_index_options_init(&index);
        index.form = values->text ? TFEED_INDEX_TEXT : TFEED_INDEX_PACKED;
        index.index_dir = values->index_dir;
        index.overwrite = values->force;
        options.index = &index;
    }
    verified->status = tfeed_dataset_verify(name, &options, &verified->found, &verified->error);
}

static enum exit_code print_verified(void *state, const char *name, void *result)
{
    const struct verify *verify = state;
    struct verified *verified = result;
    const struct tfeed_dataset_verify_report *found = &verified->found;
    const bool is_read = verified->status == TFEED_OK;
    enum exit_code code = EXIT_FINE;

    if (verify->values->reading.json)
        damage_print_json(name, NULL, verify->values->index, verify->schema != NULL, found,
                          is_read ? NULL : &verified->error);
    else
        damage_report_faults(name, found);
    if (verified->status == TFEED_ALREADY_EXISTS) {
        report("%s; --force replaces it", verified->error.message);
        code = EXIT_USAGE;
    } else if (!is_read) {
        code = report_error(&verified->error);
    } else if (!verify->values->reading.json) {
        print_text(name, found);
    }
    if (is_read && verify->values->index && !found->has_index)
        report("%s: no index was made, since the file %s", name,
               found->n_errors > found->n_misfits ? "is damaged" : "does not fit the schema");
    if (found->n_errors > 0)
        code = exit_code_worst(code, EXIT_DATA);
    tfeed_dataset_verify_report_clear(&verified->found);
    return code;
}

/* What the options ask for together; false, with a message: that cannot be. */
static bool are_possible(const struct verify_values *values, const struct operands *operands)
{
    if (!values->index && (values->text || values->index_dir || values->force)) {
        report("--text, --index-dir and --force go with --index; try 'tfeed help verify'");
        return false;
    }
    if (values->schema && values->quick) {
        report("--schema looks at payloads, which --quick does not read: take one of them");
        return false;
    }
    if (values->schema && strcmp(values->schema, "-") == 0 &&
        inputs_have_standard_input(operands)) {
        report("standard input can be read only once: name a file for the schema");
        return false;
    }
    return !values->index || inputs_can_be_indexed(operands);
}

/* Several files are read side by side, one file by several threads. */
static enum exit_code run_verify(const void *user_values, const struct operands *operands)
{
    const struct verify_values *values = user_values;
    struct verify verify = {.values = values, .n_threads = 1};
    struct tfeed_file_list inputs;

    if (!are_possible(values, operands))
        return EXIT_USAGE;
    enum exit_code code = inputs_find(&inputs, operands, NULL);

    if (code == EXIT_FINE && inputs.n_files == 1)
        verify.n_threads = (uint32_t)values->reading.threads;
    tfeed_file_list_clear(&inputs);
    if (code == EXIT_FINE && values->schema)
        code = schema_file_read(values->schema, &verify.schema);
    if (code != EXIT_FINE)
        return code;
    if (values->index)
        stop_hold();
    code = reading_visit_at_once(&values->reading, operands, sizeof(struct verified), verify_file,
                                 print_verified, &verify);
    tfeed_sequence_schema_unref(verify.schema);
    return code;
}

static const struct option_spec verify_options[] = {
    READING_OPTIONS(struct verify_values),
    {.name = "quick",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct verify_values, quick),
     .help = "headers only: payloads are not checked"},
    {.name = "max-errors",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct verify_values, max_errors),
     .argument = "N",
     .help = "how many errors of a file are listed (default: 100); all are counted",
     .max = MOST_ERRORS},
    {.name = "schema",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct verify_values, schema),
     .argument = "FILE",
     .help = "check every good record against the schema in FILE, too, which is as\n"
             "'tfeed schema --json' prints it; - is standard input"},
    {.name = "index",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct verify_values, index),
     .help = "make INPUT.tfidx, too, as 'tfeed index' does, without reading twice"},
    {.name = "text",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct verify_values, text),
     .help = "with --index: the form of other loaders, a line 'offset size' for\n"
             "each record"},
    {.name = "index-dir",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct verify_values, index_dir),
     .argument = "DIR",
     .help = "with --index: where the indexes go (default: beside the files)"},
    OPTION_FORCE(struct verify_values, force, "with --index: replace an index that is there"),
    {0}};

static const struct verify_values verify_defaults = {.max_errors = MAX_ERRORS};

const struct command command_verify = {
    .name = "verify",
    .group = "Check",
    .summary = "read everything and check every checksum",
    .usage = "[options] INPUT...",
    .details =
        "Reads the files to their ends and checks lengths, checksums and compression. Behind\n"
        "damage it goes on: a bad payload is stepped over, behind a bad length the next record is\n"
        "searched for. With --json an object per file:\n"
        "\n"
        "  {\"file\", \"records\", \"bytes\", \"ok\", \"cause\", \"hint\", \"lost_bytes\",\n"
        "   \"errors_total\", \"errors\": [{\"record\", \"offset\", \"end\", \"code\", "
        "\"message\"}]}\n"
        "\n"
        "records counts the good ones; records and offsets are numbered from 0, offsets in the\n"
        "uncompressed stream; cause is truncated, flipped_bits, wrong_compression, trailing_bytes\n"
        "or null. Bytes from offset to end are lost, and count as one record. hint, where there "
        "is\n"
        "one, and lost_bytes stand with errors only; index (true or false) with --index. A single\n"
        "file is read by several threads. Of a damaged file no index is made; 'tfeed repair'\n"
        "saves what is good.\n"
        "\n"
        "With --schema a record that does not fit is an error as well, of code INVALID_ARGUMENT:\n"
        "a feature is missing, or has another kind or number of values. Nothing of it is lost; it\n"
        "is not counted in records but in misfits_total, which stands with --schema only. With\n"
        "lists in the schema records are SequenceExamples. What the schema does not name may be\n"
        "there.\n"
        "\n"
        "examples:\n"
        "  tfeed verify 'train-*.tfrecords'\n"
        "  tfeed schema --full --json train.tfrecords >train.schema.json\n"
        "  tfeed verify --schema train.schema.json new.tfrecords",
    .options = verify_options,
    .defaults = &verify_defaults,
    .values_bytes = sizeof verify_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_verify,
};
