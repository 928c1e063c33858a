/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_diff.c - `tfeed diff`: do two sets hold the same records?
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/json_writer.h"
#include "cli/reading.h"

enum { MAX_SHOWN = 10 };

struct diff_values {
    struct reading reading;
    uint64_t n_shown;
    bool content;
    bool brief;
};

struct diff {
    const struct diff_values *values;
    uint64_t n_shown;
    struct json_writer json;
};

static void json_record(struct json_writer *json, const char *key, const char *path,
                        const struct tfeed_record_view *view)
{
    json_key(json, key);
    if (!view) {
        json_null(json);
        return;
    }
    json_begin_object(json);
    json_key(json, "file");
    json_string(json, path);
    json_key(json, "record");
    json_uint(json, view->record);
    json_key(json, "offset");
    json_uint(json, view->offset);
    json_key(json, "bytes");
    json_uint(json, view->len);
    json_end_object(json);
}

static void print_json(struct diff *diff, const struct tfeed_dataset_difference *difference)
{
    struct json_writer *json = &diff->json;

    json_begin_object(json);
    json_key(json, "position");
    json_uint(json, difference->position);
    json_record(json, "a", difference->a_path, difference->a);
    json_record(json, "b", difference->b_path, difference->b);
    json_key(json, "what");
    json_string(json, difference->what);
    json_end_object(json);
    json_end_line(json);
}

static void print_place(const char *path, const struct tfeed_record_view *view)
{
    output_name(path);
    output_format(": record %" PRIu64 " at byte %" PRIu64, view->record, view->offset);
}

static void print_text(const struct tfeed_dataset_difference *difference)
{
    if (difference->a)
        print_place(difference->a_path, difference->a);
    if (difference->a && difference->b)
        output_text(", ");
    if (difference->b)
        print_place(difference->b_path, difference->b);
    output_text(": ");
    output_name(difference->what);
    output_text("\n");
}

static bool show(void *user_data, const struct tfeed_dataset_difference *difference)
{
    struct diff *diff = user_data;

    if (diff->values->brief)
        return false;
    if (diff->n_shown < diff->values->n_shown) {
        diff->n_shown++;
        if (diff->values->reading.json)
            print_json(diff, difference);
        else
            print_text(difference);
    }
    return !output_failed();
}

static bool is_same(const struct tfeed_dataset_diff_report *found)
{
    return found->n_different + found->n_only_a + found->n_only_b == 0;
}

static void print_summary(struct diff *diff, const struct tfeed_dataset_diff_report *found)
{
    struct json_writer *json = &diff->json;

    if (diff->values->brief && !is_same(found)) {
        output_text(diff->values->reading.json ? "{\"differ\": true}\n" : "they differ\n");
        return;
    }
    if (!diff->values->reading.json) {
        output_format("%" PRIu64 " record%s %s the same", found->n_same, plural(found->n_same),
                      found->n_same == 1 ? "is" : "are");
        if (found->n_different > 0)
            output_format(", %" PRIu64 " differ%s", found->n_different,
                          found->n_different == 1 ? "s" : "");
        if (found->n_only_a > 0)
            output_format(", %" PRIu64 " more in the first", found->n_only_a);
        if (found->n_only_b > 0)
            output_format(", %" PRIu64 " more in the second", found->n_only_b);
        output_text("\n");
        return;
    }
    json_begin_object(json);
    json_key(json, "same");
    json_uint(json, found->n_same);
    json_key(json, "different");
    json_uint(json, found->n_different);
    json_key(json, "only_a");
    json_uint(json, found->n_only_a);
    json_key(json, "only_b");
    json_uint(json, found->n_only_b);
    json_end_object(json);
    json_end_line(json);
}

static enum exit_code compare(const struct diff_values *values, const struct tfeed_file_list *a,
                              const struct tfeed_file_list *b)
{
    struct diff diff = {.values = values};
    struct tfeed_dataset_diff_options options;
    struct tfeed_dataset_diff_report found;
    struct tfeed_error error;

    tfeed_dataset_diff_options_init(&options);
    options.inspect.reader = reading_reader_options(&values->reading);
    options.inspect.progress = reading_show_progress;
    options.by_content = values->content;
    options.n_threads = (uint32_t)values->reading.threads;
    options.differs = show;
    options.user_data = &diff;
    const tfeed_status status =
        tfeed_dataset_diff((const char *const *)a->paths, a->n_files, (const char *const *)b->paths,
                           b->n_files, &options, &found, &error);
    if (status != TFEED_OK)
        return report_error(&error);
    print_summary(&diff, &found);
    return is_same(&found) ? EXIT_FINE : EXIT_DATA;
}

static enum exit_code run_diff(const void *user_values, const struct operands *operands)
{
    const struct diff_values *values = user_values;
    const struct operands a_name = {operands->names, 1};
    const struct operands b_name = {operands->names + 1, 1};
    struct tfeed_file_list a = {0};
    struct tfeed_file_list b = {0};
    enum exit_code code = EXIT_FINE;

    if (strcmp(operands->names[0], "-") == 0 && strcmp(operands->names[1], "-") == 0) {
        report("standard input can be read only once");
        return EXIT_USAGE;
    }
    code = inputs_find(&a, &a_name, NULL);
    if (code == EXIT_FINE)
        code = inputs_find(&b, &b_name, NULL);
    if (code == EXIT_FINE) {
        const uint64_t a_bytes = inputs_total_bytes(&a);
        const uint64_t b_bytes = inputs_total_bytes(&b);
        reading_one_at_a_time();
        progress_start((enum progress_when)values->reading.progress,
                       a_bytes > 0 && b_bytes > 0 ? a_bytes + b_bytes : 0);
        progress_file(operands->names[0], 0);
        code = compare(values, &a, &b);
        progress_end();
    }
    tfeed_file_list_clear(&a);
    tfeed_file_list_clear(&b);
    return code;
}

static const struct option_spec diff_options[] = {
    READING_OPTIONS(struct diff_values),
    {.name = "content",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct diff_values, content),
     .help = "Examples with the same features are the same, in whatever\n"
             "order and form"},
    {.name = "max-shown",
     .kind = OPTION_NUMBER,
     .offset = offsetof(struct diff_values, n_shown),
     .argument = "N",
     .help = "how many differences are shown (default: 10); all are counted",
     .max = UINT64_MAX},
    {.name = "brief",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct diff_values, brief),
     .help = "stop at the first difference, and say only that there is one"},
    {0}};

static const struct diff_values diff_defaults = {.n_shown = MAX_SHOWN};

const struct command command_diff = {
    .name = "diff",
    .group = "Look",
    .summary = "compare the records of two files or sets",
    .usage = "[options] A B",
    .details =
        "Compares the first record of A with the first of B, and so on. A and B are files, "
        "patterns\n"
        "or sets: how records are divided into files and compressed makes no difference.\n"
        "\n"
        "Exit status: 0 the same, 1 they differ. With --json an object a difference:\n"
        "\n"
        "  {\"position\", \"a\": {\"file\", \"record\", \"offset\", \"bytes\"} or null, \"b\", "
        "\"what\"}\n"
        "\n"
        "and at last {\"same\", \"different\", \"only_a\", \"only_b\"}; with --brief {\"differ\": "
        "true}\n"
        "where they do.",
    .options = diff_options,
    .defaults = &diff_defaults,
    .values_bytes = sizeof diff_defaults,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_diff,
};
