/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * schema_file.c - a schema from a file, as `tfeed schema --json` prints it.
 */
#include "cli/schema_file.h"

#include <stdlib.h>
#include <string.h>

#include <tfeed/io.h>
#include <tfeed/schema.h>

#include "cli/console.h"

/* More than the library takes: then it says so. */
enum { TEXT_BYTES = (16 << 20) + 1 };

static tfeed_status read_text(const char *name, char *text, size_t *ret_len,
                              struct tfeed_error *error)
{
    const struct tfeed_file_system *files = tfeed_local_files();
    void *input;
    size_t len = 0;
    size_t n = 1;
    tfeed_status status = files->open_input(files->user_data, name, NULL, &input, error);

    if (status != TFEED_OK)
        return status;
    while (status == TFEED_OK && n > 0 && len < TEXT_BYTES) {
        status = files->read(input, len, text + len, TEXT_BYTES - len, &n, error);
        if (status == TFEED_OK)
            len += n;
    }
    files->close_input(input);
    *ret_len = len;
    return status;
}

static bool is_empty(const struct tfeed_sequence_schema *schema)
{
    return tfeed_sequence_schema_n_lists(schema) == 0 &&
           tfeed_schema_n_columns(tfeed_sequence_schema_context(schema)) == 0;
}

static enum exit_code make_schema(const char *name, const char *text, size_t len,
                                  struct tfeed_sequence_schema **ret_schema)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    const tfeed_status status =
        tfeed_sequence_schema_from_json(text, len, NULL, ret_schema, &error);

    if (status != TFEED_OK) {
        report("%s: not a schema: %s", name, error.message);
        return status == TFEED_INVALID_ARGUMENT ? EXIT_USAGE : exit_code_of(status);
    }
    if (is_empty(*ret_schema)) {
        report("%s: a schema without a column: there is nothing to check", name);
        tfeed_sequence_schema_unref(*ret_schema);
        *ret_schema = NULL;
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}

enum exit_code schema_file_read(const char *name, struct tfeed_sequence_schema **ret_schema)
{
    struct tfeed_error error = TFEED_ERROR_INIT;
    enum exit_code code;
    size_t len = 0;
    char *text = malloc(TEXT_BYTES);

    *ret_schema = NULL;
    if (!text) {
        report("no memory for a schema");
        return EXIT_IO;
    }
    if (read_text(name, text, &len, &error) != TFEED_OK)
        code = report_error(&error);
    else
        code = make_schema(strcmp(name, "-") == 0 ? "standard input" : name, text, len, ret_schema);
    free(text);
    return code;
}
