/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * command_get.c - `tfeed get`: single records of a file, by their numbers or keys.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <tfeed/inspect.h>

#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/record_keys.h"
#include "cli/record_list.h"
#include "cli/record_print.h"
#include "cli/stop.h"

/* Of records that cannot be printed: whoever asks for all of a rotten file is told so many. */
enum { MAX_FAULTS = 100 };

struct get_values {
    struct reading reading;
    struct printing printing;
    const char *key;
};

struct get {
    const struct get_values *values;
    struct record_printer printer;
    struct record_list chosen;
    uint64_t damaged;  /* the record that was last said to be; TFEED_NOWHERE: none */
    uint64_t dead_end; /* behind which no other can be found, once that was said */
    unsigned n_faults;
};

/* Says what damage lies at record n, or on the way to it; false: none of this span is behind it. */
static bool step_over(struct get *get, const char *name, uint64_t n,
                      const struct tfeed_error *error)
{
    if (error->record != get->damaged || error->record == TFEED_NOWHERE)
        (void)report_error(error);
    get->damaged = error->record;
    if (error->record == n)
        return true;
    if (error->record != get->dead_end)
        report("%s: records behind record %" PRIu64 " cannot be found by number; 'tfeed repair' "
               "saves the good ones",
               name, error->record);
    get->dead_end = error->record;
    return false;
}

/* The first must be there, the others as far as the file goes. A record that cannot be printed does
 * not keep the others from being printed. */
static enum exit_code get_span(struct get *get, const char *name,
                               struct tfeed_record_getter *getter, const struct record_span *span)
{
    enum exit_code code = EXIT_FINE;

    for (uint64_t n = span->first; n <= span->last && !output_failed(); n++) {
        struct tfeed_record_view record;
        struct tfeed_error error;
        enum exit_code printed = EXIT_DATA;
        const tfeed_status status = tfeed_record_getter_get(getter, n, &record, &error);
        if (status == TFEED_OUT_OF_RANGE && n > span->first)
            break;
        if (status == TFEED_OK)
            printed = record_printer_print(&get->printer, name, &record);
        else if (status != TFEED_DATA_LOSS)
            return exit_code_worst(code, report_error(&error));
        else if (!step_over(get, name, n, &error))
            return EXIT_DATA;
        code = exit_code_worst(code, printed);
        get->n_faults += printed != EXIT_FINE;
        if (get->n_faults == MAX_FAULTS || code > EXIT_DATA)
            break;
    }
    return code;
}

static enum exit_code get_all(struct get *get, const char *name)
{
    enum exit_code code;
    struct tfeed_record_getter *getter = record_printer_open(&get->values->reading, name, &code);

    if (!getter)
        return code;
    for (size_t i = 0; i < get->chosen.n_spans && get->n_faults < MAX_FAULTS && !output_failed();
         i++)
        code = exit_code_worst(code, get_span(get, name, getter, &get->chosen.spans[i]));
    if (get->n_faults == MAX_FAULTS)
        report("%s: %d records could not be printed; no other is tried", name, MAX_FAULTS);
    tfeed_record_getter_close(getter);
    return code;
}

static enum exit_code print_found(void *state, const char *name,
                                  const struct tfeed_record_view *record)
{
    struct get *get = state;

    return record_printer_print(&get->printer, name, record);
}

/* All records of a key, by the index that was made with it. */
static enum exit_code get_key(struct get *get, const char *name, struct tfeed_index *index,
                              const char *key)
{
    bool was_there;
    const enum exit_code code =
        record_keys_walk(index, name, key, strlen(key), print_found, get, &was_there);

    if (code != EXIT_FINE || was_there)
        return code;
    report("%s: no record has the key \"%s\"", name, key);
    return EXIT_DATA;
}

/* A key that is not there does not keep the others from being looked up. */
static enum exit_code get_keys(struct get *get, const char *name, const struct operands *others)
{
    struct tfeed_index *index;
    enum exit_code code = record_keys_open(name, &index);

    if (code != EXIT_FINE)
        return code;
    code = get_key(get, name, index, get->values->key);
    for (size_t i = 0; i < others->n_names && code <= EXIT_DATA && !output_failed(); i++)
        code = exit_code_worst(code, get_key(get, name, index, others->names[i]));
    tfeed_index_close(index);
    return code;
}

/* Takes the operands apart: a file, and which of its records. */
static enum exit_code take_operands(struct get *get, const struct operands *operands,
                                    struct tfeed_file_list *inputs)
{
    const struct operands file = {operands->names, 1};

    if (operands->n_names == 1 && !get->values->key) {
        report("which records? expected numbers, or --key; try 'tfeed help get'");
        return EXIT_USAGE;
    }
    for (size_t i = 1; i < operands->n_names && !get->values->key; i++)
        if (!record_list_add(&get->chosen, operands->names[i]))
            return EXIT_USAGE;
    const enum exit_code code = inputs_find(inputs, &file, NULL);
    if (code == EXIT_FINE && inputs->n_files != 1) {
        report("'%s' names %zu files: records are taken from one", file.names[0], inputs->n_files);
        return EXIT_USAGE;
    }
    return code;
}

static enum exit_code run_get(const void *user_values, const struct operands *operands)
{
    const struct get_values *values = user_values;
    struct tfeed_file_list inputs = {0};
    struct get *get = calloc(1, sizeof *get);
    const struct operands more = {operands->names + 1, operands->n_names - 1};
    enum exit_code code;

    if (!get) {
        report("no memory");
        return EXIT_IO;
    }
    get->values = values;
    get->damaged = TFEED_NOWHERE;
    get->dead_end = TFEED_NOWHERE;
    code = record_printer_init(&get->printer, &values->printing, values->reading.json);
    if (code == EXIT_FINE)
        code = take_operands(get, operands, &inputs);
    if (code == EXIT_FINE) {
        const char *name = inputs.paths[0];
        reading_one_at_a_time();
        progress_start((enum progress_when)values->reading.progress, inputs_total_bytes(&inputs));
        progress_file(name, 0);
        stop_reading(name);
        code = values->key ? get_keys(get, name, &more) : get_all(get, name);
        stop_reading(NULL);
        progress_end();
    }
    code = record_printer_end(&get->printer, code);
    tfeed_file_list_clear(&inputs);
    free(get);
    return code;
}

static const struct option_spec get_options[] = {
    {.name = "key",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct get_values, key),
     .argument = "KEY",
     .help = "the records whose key this is; more keys may follow the file"},
    READING_OPTIONS_ALONE(struct get_values),
    OPTION_THREADS_IDLE(struct get_values, reading.threads),
    PRINTING_OPTIONS(struct get_values),
    {0}};

static const struct get_values get_defaults = {0};

const struct command command_get = {
    .name = "get",
    .group = "Look",
    .summary = "print single records, by number or key",
    .usage = "[options] FILE RECORD... | FILE --key KEY [KEY...]",
    .details =
        "Prints records of a file by their numbers, which count from 0, in the forms of\n"
        "'tfeed cat': 7, or ranges 0-9 and 100-; a range may end behind the last record. In the\n"
        "order in which they are asked for; a pipe can give them in rising order only.\n"
        "\n"
        "A record that is damaged, or not there, does not keep the others from being printed; a\n"
        "message says so. Where a length and its record are both damaged, only an index finds the\n"
        "next one.\n"
        "\n"
        "With an index beside the file (see 'tfeed index') a record is one read; without one the "
        "way\n"
        "there goes from length to length. The record's own checksum is verified.\n"
        "\n"
        "--key takes an index that was made with --key FEATURE, and prints every record whose "
        "value\n"
        "of that feature is KEY. Exit status 1: one of them is not there, or damaged.\n"
        "\n"
        "examples:\n"
        "  tfeed get train.tfrecords 4711\n"
        "  tfeed index --key id train.tfrecords && tfeed get train.tfrecords --key 0815\n"
        "  xargs tfeed get train.tfrecords --raw --key <keys.txt >found",
    .options = get_options,
    .defaults = &get_defaults,
    .values_bytes = sizeof get_defaults,
    .min_operands = 1,
    .max_operands = COMMAND_MANY,
    .run = run_get,
};
