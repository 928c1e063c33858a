/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * gathering.c - statistics over all inputs.
 */
#include "cli/gathering.h"

#include "cli/console.h"

struct gathering {
    const struct tfeed_dataset_stats_options *options;
    struct tfeed_dataset_stats *sum;
};

/* Of one file. */
struct gathered {
    struct tfeed_dataset_stats *stats;
    tfeed_status status;
    struct tfeed_error error;
};

static void gather_file(const void *state, const char *name, void *result)
{
    const struct gathering *gathering = state;
    struct gathered *gathered = result;

    struct tfeed_dataset_stats_options options = *gathering->options;

    options.n_threads = reading_file_threads();
    gathered->status = tfeed_dataset_stats_new(&options, &gathered->stats, &gathered->error);
    if (gathered->status == TFEED_OK)
        gathered->status = tfeed_dataset_stats_add_file(gathered->stats, name, &gathered->error);
}

static enum exit_code add_file(void *state, const char *name, void *result)
{
    const struct gathering *gathering = state;
    struct gathered *gathered = result;
    enum exit_code code = EXIT_FINE;
    struct tfeed_error error;

    (void)name;
    if (gathered->stats &&
        tfeed_dataset_stats_merge(gathering->sum, gathered->stats, &error) != TFEED_OK)
        code = report_error(&error);
    if (gathered->status != TFEED_OK)
        code = exit_code_worst(code, report_error(&gathered->error));
    tfeed_dataset_stats_free(gathered->stats);
    return code;
}

enum exit_code gather(const struct reading *reading, struct tfeed_dataset_stats_options *options,
                      const struct operands *operands, struct tfeed_dataset_stats **ret_stats)
{
    struct gathering gathering = {.options = options};
    struct tfeed_error error;

    *ret_stats = NULL;
    options->inspect.reader = reading_reader_options(reading);
    options->inspect.progress = reading_show_progress;
    if (tfeed_dataset_stats_new(options, &gathering.sum, &error) != TFEED_OK)
        return report_error(&error);
    const enum exit_code code = reading_visit_at_once(reading, operands, sizeof(struct gathered),
                                                      gather_file, add_file, &gathering);
    *ret_stats = gathering.sum;
    return code;
}
