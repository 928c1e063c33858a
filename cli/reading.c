/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * reading.c - what all commands that read record files share.
 */
#include "cli/reading.h"

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/stop.h"

static enum exit_code visit_each(const struct tfeed_file_list *inputs, visit_fn visit, void *state)
{
    enum exit_code code = EXIT_FINE;
    uint64_t bytes_before = 0;

    for (size_t i = 0; i < inputs->n_files && !output_failed(); i++) {
        const char *name = inputs->paths[i];
        stop_reading(name);
        progress_file(name, bytes_before);
        code = exit_code_worst(code, visit(state, name));
        output_flush();
        if (inputs->sizes[i] != TFEED_SIZE_UNKNOWN)
            bytes_before += inputs->sizes[i];
    }
    stop_reading(NULL);
    return code;
}

enum exit_code reading_visit_files(const struct reading *reading, const struct operands *operands,
                                   visit_fn visit, void *state)
{
    struct tfeed_file_list inputs;
    enum exit_code code = inputs_find(&inputs, operands);

    if (code == EXIT_FINE) {
        progress_start((enum progress_when)reading->progress, inputs_total_bytes(&inputs));
        code = visit_each(&inputs, visit, state);
        progress_end();
    }
    tfeed_file_list_clear(&inputs);
    return code;
}

enum exit_code reading_open(const struct reading *reading, const char *name,
                            struct tfeed_record_reader **ret_reader)
{
    struct tfeed_record_reader_options options;
    struct tfeed_error error;

    tfeed_record_reader_options_init(&options);
    options.compression = (enum tfeed_compression)reading->compression;
    if (tfeed_record_reader_open(name, &options, ret_reader, &error) != TFEED_OK)
        return report_error(&error);
    return EXIT_FINE;
}
