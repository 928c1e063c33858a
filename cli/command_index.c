/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_index.c - `tfeed index`: where each record of these files is, kept beside them.
 */
#include <inttypes.h>
#include <string.h>

#include <tfeed/datasets.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/json_writer.h"
#include "cli/reading.h"
#include "cli/stop.h"

struct index_values {
    struct reading reading;
    const char *key;
    const char *index_dir;
    const char *out;
    bool verify;
    bool text;
    bool force;
};

/* What came of a file. */
struct indexed {
    struct tfeed_dataset_index_report made;
    struct tfeed_error error;
    tfeed_status status;
};

static bool go_on(void *user_data, uint64_t n_records, uint64_t n_total, uint64_t n_bytes)
{
    return reading_show_progress(user_data, n_records, n_total, n_bytes) && !stop_requested();
}

static void index_file(const void *state, const char *name, void *result)
{
    const struct index_values *values = state;
    struct indexed *indexed = result;
    struct tfeed_dataset_index_options options;

    tfeed_dataset_index_options_init(&options);
    options.compression = (enum tfeed_compression)values->reading.compression;
    options.verify = values->verify;
    options.key_feature = values->key;
    options.form = values->text ? TFEED_INDEX_TEXT : TFEED_INDEX_PACKED;
    options.index_path = values->out;
    options.index_dir = values->index_dir;
    options.overwrite = values->force;
    options.progress = go_on;
    indexed->status = tfeed_dataset_index(name, &options, &indexed->made, &indexed->error);
}

static void print_json(const struct index_values *values, const char *name,
                       const struct tfeed_dataset_index_report *made)
{
    struct json_writer json = {0};

    json_begin_object(&json);
    json_key(&json, "file");
    json_string(&json, name);
    json_key(&json, "records");
    json_uint(&json, made->n_records);
    json_key(&json, "bytes");
    json_uint(&json, made->n_bytes);
    if (values->key != NULL) {
        json_key(&json, "keys");
        json_uint(&json, made->n_keys);
        json_key(&json, "without_key");
        json_uint(&json, made->n_without_key);
    }
    json_end_object(&json);
    json_end_line(&json);
}

static void print_text(const struct index_values *values, const char *name,
                       const struct tfeed_dataset_index_report *made)
{
    output_name(name);
    output_format(": %" PRIu64 " record%s", made->n_records, plural(made->n_records));
    if (values->key != NULL)
        output_format(", %" PRIu64 " with the key, %" PRIu64 " without", made->n_keys,
                      made->n_without_key);
    output_text("\n");
}

static enum exit_code print_indexed(void *state, const char *name, void *result)
{
    const struct index_values *values = state;
    const struct indexed *indexed = result;

    if (indexed->status == TFEED_ALREADY_EXISTS) {
        report("%s; --force replaces it", indexed->error.message);
        return EXIT_USAGE;
    }
    if (indexed->status != TFEED_OK)
        return report_error(&indexed->error);
    if (values->out != NULL && strcmp(values->out, "-") == 0)
        return EXIT_FINE; /* the index is there */
    if (values->reading.json)
        print_json(values, name, &indexed->made);
    else
        print_text(values, name, &indexed->made);
    if (values->key != NULL && indexed->made.n_keys == 0 && indexed->made.n_records > 0)
        report("%s: no record has one string or integer in '%s': nothing can be looked up", name,
               values->key);
    return EXIT_FINE;
}

/* What cannot be meant, said before any work is done. */
static enum exit_code check_values(const struct index_values *values,
                                   const struct operands *operands)
{
    struct tfeed_file_list inputs;
    enum exit_code code = EXIT_FINE;

    if (values->key != NULL && (values->key[0] == '\0' || values->text)) {
        report(values->text ? "a text has no place for a --key; try 'tfeed help index'"
                            : "'' is no --key; try 'tfeed help index'");
        return EXIT_USAGE;
    }
    if (!inputs_can_be_indexed(operands))
        return EXIT_USAGE;
    if (values->out == NULL)
        return EXIT_FINE;
    if (values->index_dir != NULL) {
        report("--out and --index-dir name two places; try 'tfeed help index'");
        return EXIT_USAGE;
    }
    code = inputs_find(&inputs, operands, NULL);
    if (code == EXIT_FINE && inputs.n_files != 1) {
        report("--out takes one input, not %zu; try --index-dir", inputs.n_files);
        code = EXIT_USAGE;
    }
    if (code == EXIT_FINE && inputs_are_one_file(values->out, inputs.paths[0])) {
        report("--out %s is the file of records: its index would take its place", values->out);
        code = EXIT_USAGE;
    }
    tfeed_file_list_clear(&inputs);
    return code;
}

static enum exit_code run_index(const void *user_values, const struct operands *operands)
{
    struct index_values values = *(const struct index_values *)user_values;
    const enum exit_code code = check_values(&values, operands);

    if (code != EXIT_FINE)
        return code;
    stop_hold();
    return reading_visit_at_once(&values.reading, operands, sizeof(struct indexed), index_file,
                                 print_indexed, &values);
}

static const struct option_spec index_options[] = {
    READING_OPTIONS(struct index_values),
    {.name = "key",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct index_values, key),
     .argument = "FEATURE",
     .help = "records can be looked up by its value, see 'tfeed get'"},
    {.name = "verify",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct index_values, verify),
     .help = "check payloads too; a bad one is an error"},
    {.name = "text",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct index_values, text),
     .help = "the form of other loaders: a line 'offset size' for each record"},
    OPTION_OUT(struct index_values, out, "PATH",
               "of the index of one file (default: INPUT.tfidx); - is standard output"),
    {.name = "index-dir",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct index_values, index_dir),
     .argument = "DIR",
     .help = "where the indexes go (default: beside the files)"},
    OPTION_FORCE(struct index_values, force, "replace an index that is there"),
    {0}};

static const struct index_values index_defaults = {0};

const struct command command_index = {
    .name = "index",
    .group = "Index",
    .summary = "make an index: count at once, read record N alone",
    .usage = "[options] INPUT...",
    .details =
        "Writes INPUT.tfidx beside each file, by its lengths: payloads are not read unless "
        "--verify\n"
        "or --key asks for it. 'tfeed count' and 'tfeed get' and the loader take it from there. "
        "An\n"
        "index that no longer fits its file is noticed and left aside; --force makes it anew. Of "
        "a\n"
        "damaged file no index is made ('tfeed repair' saves what is good of it).\n"
        "\n"
        "The key of a record is the value of FEATURE where it is one string or one integer. With\n"
        "--json an object per file: {\"file\", \"records\", \"bytes\"}, and with --key {\"keys\",\n"
        "\"without_key\"}.",
    .options = index_options,
    .defaults = &index_defaults,
    .values_bytes = sizeof index_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_index,
};
