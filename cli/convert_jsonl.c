/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * convert_jsonl.c - the kind "jsonl" of `tfeed convert`.
 *
 * On the way to JSON it is `cat --json` into a file that appears whole at the end; the library has
 * the way back.
 */
#include "cli/convert_jsonl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/record_print.h"
#include "cli/stop.h"

static bool ends_with(const char *name, size_t len, const char *suffix)
{
    const size_t suffix_len = strlen(suffix);

    return len > suffix_len && memcmp(name + len - suffix_len, suffix, suffix_len) == 0;
}

bool convert_jsonl_is_name(const char *name)
{
    size_t len = strlen(name);

    if (ends_with(name, len, ".gz"))
        len -= strlen(".gz");
    return ends_with(name, len, ".jsonl") || ends_with(name, len, ".ndjson") ||
           ends_with(name, len, ".json");
}

enum exit_code convert_from_jsonl(const struct making *making, const struct operands *operands,
                                  bool utf8)
{
    struct tfeed_dataset_write_report made = {0};
    struct tfeed_dataset_write_options options;
    struct tfeed_file_list inputs;
    struct tfeed_error error;
    tfeed_status status = TFEED_OK;

    const enum exit_code code = making_begin(making, operands, &inputs, &options);
    if (code == EXIT_FINE)
        status = tfeed_dataset_from_jsonl((const char *const *)inputs.paths, inputs.n_files,
                                          making->out, utf8, &options, &made, &error);
    return making_end(making, &inputs, &made, code, status, &error);
}

/* ------------------------------------------------------------- to JSON lines */

struct jsonl_output {
    const struct making *making;
    struct record_printer printer;
    uint64_t n_records;
};

static enum exit_code print_file(struct jsonl_output *output, const char *name)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_error error;

    tfeed_record_reader_options_init(&options);
    options.compression = (enum tfeed_compression)output->making->input_compression;
    options.map = TFEED_MAP_NEVER; /* a file that is cut is no reason to leave ours behind */
    if (tfeed_record_reader_open(name, &options, &reader, &error) != TFEED_OK)
        return report_error(&error);
    uint64_t n_printed;
    const enum exit_code code = record_printer_rest(&output->printer, name, reader, UINT64_MAX,
                                                    (size_t)output->making->threads, &n_printed);
    output->n_records += n_printed;
    tfeed_record_reader_close(reader);
    return code;
}

static enum exit_code print_inputs(struct jsonl_output *output,
                                   const struct tfeed_file_list *inputs)
{
    const struct making *making = output->making;
    struct tfeed_error error;
    uint64_t bytes_before = 0;
    enum exit_code code = EXIT_FINE;

    if (output_begin_file(making->out, making->force, making->sync, &error) != TFEED_OK)
        return making_report(&error);
    for (size_t i = 0; i < inputs->n_files && code == EXIT_FINE; i++) {
        progress_file(inputs->paths[i], bytes_before);
        code = print_file(output, inputs->paths[i]);
        if (inputs->sizes[i] != TFEED_SIZE_UNKNOWN)
            bytes_before += inputs->sizes[i];
    }
    if (output_end_file(code == EXIT_FINE, &error) != TFEED_OK)
        return making_report(&error);
    return code;
}

enum exit_code convert_to_jsonl(const struct making *making, const struct operands *operands,
                                bool utf8, bool raw)
{
    const struct printing printing = {.utf8 = utf8, .raw = raw};
    struct tfeed_dataset_write_options options;
    struct tfeed_file_list inputs;
    struct jsonl_output *output = calloc(1, sizeof *output);

    if (!output) {
        report("no memory");
        return EXIT_IO;
    }
    output->making = making;
    enum exit_code code = making_begin(making, operands, &inputs, &options);
    if (code == EXIT_FINE)
        code = record_printer_init(&output->printer, &printing, true);
    if (code == EXIT_FINE) {
        code = print_inputs(output, &inputs);
        progress_end();
        code = record_printer_end(&output->printer, code);
        if (code == EXIT_FINE && strcmp(making->out, "-") != 0) {
            output_name(making->out);
            output_format(": %" PRIu64 " record%s\n", output->n_records, plural(output->n_records));
        }
    }
    tfeed_file_list_clear(&inputs);
    free(output);
    return code;
}
