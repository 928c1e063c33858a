/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_verify.c - `tfeed verify`: is every byte of these files what was written?
 */
#include <inttypes.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/damage_print.h"
#include "cli/inputs.h"
#include "cli/reading.h"

enum { MAX_ERRORS = 100, MOST_ERRORS = 1 << 20 };

struct verify_values {
    struct reading reading;
    uint64_t max_errors;
    bool quick;
};

struct verify {
    const struct verify_values *values;
    uint32_t n_threads; /* inside a file */
};

/* What came of a file. */
struct verified {
    struct tfeed_dataset_verify_report found;
    struct tfeed_error error;
    tfeed_status status;
};

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

static void verify_file(const void *state, const char *name, void *result)
{
    const struct verify *verify = state;
    const struct verify_values *values = verify->values;
    struct verified *verified = result;
    struct tfeed_dataset_verify_options options;

    tfeed_dataset_verify_options_init(&options);
    options.compression = (enum tfeed_compression)values->reading.compression;
    options.max_errors = values->max_errors;
    options.headers_only = values->quick;
    options.n_threads = verify->n_threads;
    options.progress = reading_show_progress;
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
        damage_print_json(name, NULL, found, is_read ? NULL : &verified->error);
    else
        damage_report_faults(name, found);
    if (!is_read)
        code = report_error(&verified->error);
    else if (!verify->values->reading.json)
        print_text(name, found);
    if (found->n_errors > 0)
        code = exit_code_worst(code, EXIT_DATA);
    tfeed_dataset_verify_report_clear(&verified->found);
    return code;
}

/* Several files are read side by side, one file by several threads. */
static enum exit_code run_verify(const void *user_values, const struct operands *operands)
{
    const struct verify_values *values = user_values;
    struct verify verify = {.values = values, .n_threads = 1};
    struct tfeed_file_list inputs;
    const enum exit_code code = inputs_find(&inputs, operands);

    if (code == EXIT_FINE && inputs.n_files == 1)
        verify.n_threads = (uint32_t)values->reading.threads;
    tfeed_file_list_clear(&inputs);
    if (code != EXIT_FINE)
        return code;
    return reading_visit_at_once(&values->reading, operands, sizeof(struct verified), verify_file,
                                 print_verified, &verify);
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
        "one, and lost_bytes stand with damage only. A single file is read by several threads.\n"
        "'tfeed repair' saves what is good.",
    .options = verify_options,
    .defaults = &verify_defaults,
    .values_bytes = sizeof verify_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_verify,
};
