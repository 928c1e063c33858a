/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_doctor.c - `tfeed doctor`: what this build can do on this machine, and whether it does.
 */
#include <stdio.h>

#include <tfeed/inspect.h>
#include <tfeed/sources.h>

#include "cli/console.h"
#include "cli/json_writer.h"

struct doctor_values {
    const char *folder;
    uint64_t threads; /* makes no difference */
    bool json;
};

enum { NAME_COLUMN = 14, KINDS_BYTES = 512 };

static void print_finding(void *user_data, const struct tfeed_finding *finding)
{
    const struct doctor_values *values = user_data;
    struct json_writer json = {0};

    if (!values->json) {
        output_format("%-*s %s%s\n", NAME_COLUMN, finding->name,
                      finding->is_ok ? "" : "PROBLEM: ", finding->value);
        return;
    }
    json_begin_object(&json);
    json_key(&json, "check");
    json_string(&json, finding->name);
    json_key(&json, "found");
    json_string(&json, finding->value);
    json_key(&json, "ok");
    json_bool(&json, finding->is_ok);
    json_end_object(&json);
    json_end_line(&json);
}

/* What `convert` can read is the program's, not the library's. */
static void print_sources(struct doctor_values *values)
{
    const struct tfeed_source_table *table = tfeed_sources();
    char kinds[KINDS_BYTES] = "";
    size_t len = 0;

    for (size_t i = 0; i < table->n_kinds && len < sizeof kinds; i++)
        len += (size_t)snprintf(kinds + len, sizeof kinds - len, "%s%s", i > 0 ? ", " : "",
                                table->kinds[i]->name);
    const struct tfeed_finding finding = {"sources", kinds, true};
    print_finding(values, &finding);
}

static enum exit_code run_doctor(const void *user_values, const struct operands *operands)
{
    struct doctor_values values = *(const struct doctor_values *)user_values;

    (void)operands;
    const bool is_ok = tfeed_doctor(values.folder, print_finding, &values);
    print_sources(&values);
    if (!is_ok)
        report("something is not as it should be; see above");
    return is_ok ? EXIT_FINE : EXIT_DATA;
}

static const struct option_spec doctor_options[] = {
    OPTION_JSON(struct doctor_values, json, "JSON Lines: one object a line"),
    {.name = "folder",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct doctor_values, folder),
     .argument = "DIR",
     .help = "where a small file is tried (default: $TMPDIR, else /tmp)"},
    OPTION_THREADS_IDLE(struct doctor_values, threads),
    {0}};

static const struct doctor_values doctor_defaults = {0};

const struct command command_doctor = {
    .name = "doctor",
    .group = "Check",
    .summary = "what is built in, what this machine can do, and its limits",
    .usage = "[options]",
    .details =
        "Shows versions, compressions, instructions, processors, memory, limits and the launcher,\n"
        "and tries checksums and a small file. Exit status: 1 when something is not as it should\n"
        "be. With --json an object a check: {\"check\", \"found\", \"ok\"}.",
    .options = doctor_options,
    .defaults = &doctor_defaults,
    .values_bytes = sizeof doctor_defaults,
    .run = run_doctor,
};
