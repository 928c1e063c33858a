/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * making.c - what all commands share that make files of records.
 */
#include "cli/making.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/stop.h"

/* All outputs are open at once, so that all appear or none. */
static void allow_many_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* without it, fewer outputs fit */
}

enum exit_code making_begin(const struct making *making, const struct operands *operands,
                            struct tfeed_file_list *inputs,
                            struct tfeed_dataset_write_options *options)
{
    *inputs = (struct tfeed_file_list){0};
    if (!making->out || making->out[0] == '\0') {
        report("where to? --out is %s", making->out ? "''" : "missing");
        return EXIT_USAGE;
    }
    const enum exit_code code = inputs_find(inputs, operands, &making->incomplete);
    if (code != EXIT_FINE)
        return code;
    tfeed_dataset_write_options_init(options);
    options->input_compression = (enum tfeed_compression)making->input_compression;
    options->compression = (enum tfeed_compression)(making->compression + TFEED_COMPRESSION_NONE);
    options->overwrite = making->force;
    options->sync = making->sync;
    options->allow_incomplete = making->incomplete;
    options->n_threads = (uint32_t)making->threads;
    options->progress = progress_go_on;
    allow_many_files();
    stop_hold();
    progress_start((enum progress_when)making->progress, inputs_total_bytes(inputs));
    progress_file(making->out, 0);
    return EXIT_FINE;
}

enum exit_code making_report(const struct tfeed_error *error)
{
    if (error->code == TFEED_ALREADY_EXISTS) {
        report("%s; --force replaces it", error->message);
        return EXIT_USAGE;
    }
    if (inputs_report_missing(error))
        return EXIT_IO;
    const enum exit_code code = report_error(error);
    /* a place in a file: the data are wrong; else what was asked for is */
    if (error->code == TFEED_INVALID_ARGUMENT && error->offset == TFEED_NOWHERE)
        return EXIT_USAGE;
    return code;
}

static void print_made(const struct making *making, const struct tfeed_dataset_write_report *made)
{
    if (making->out && strcmp(making->out, "-") == 0)
        return; /* the records are there */
    for (size_t i = 0; i < made->n_outputs; i++) {
        const struct tfeed_dataset_output *output = &made->outputs[i];
        if (!output->appeared)
            continue;
        output_name(output->path);
        output_format(": %" PRIu64 " record%s\n", output->n_records, plural(output->n_records));
    }
}

enum exit_code making_end(const struct making *making, struct tfeed_file_list *inputs,
                          struct tfeed_dataset_write_report *made, enum exit_code code,
                          tfeed_status status, const struct tfeed_error *error)
{
    progress_end();
    print_made(making, made);
    if (code == EXIT_FINE && status != TFEED_OK)
        code = making_report(error);
    tfeed_dataset_write_report_clear(made);
    tfeed_file_list_clear(inputs);
    return code;
}
