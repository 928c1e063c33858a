/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * record_keys.c - the records that have a key, by the index of their file.
 */
#include "cli/record_keys.h"

#include "cli/console.h"
#include "cli/inputs.h"

enum exit_code record_keys_open(const char *name, struct tfeed_index **ret_index)
{
    struct tfeed_error error;
    const tfeed_status status = tfeed_index_open(name, NULL, ret_index, &error);

    if (status == TFEED_OK)
        return EXIT_FINE;
    if (status != TFEED_NOT_FOUND)
        report("%s; 'tfeed index --force --key FEATURE' makes it anew", error.message);
    else if (inputs_are_one_file(name, name))
        report("%s: has no index; 'tfeed index --key FEATURE' makes one with keys", name);
    else
        report("%s: No such file or directory", name);
    return exit_code_of(status);
}

enum exit_code record_keys_walk(struct tfeed_index *index, const char *name, const char *key,
                                size_t len, record_keys_fn found, void *state, bool *ret_was_there)
{
    struct tfeed_record_view record;
    struct tfeed_error error;
    enum exit_code code = EXIT_FINE;

    *ret_was_there = false;
    for (uint64_t from = 0; code == EXIT_FINE && !output_failed(); from = record.record + 1) {
        const tfeed_status status = tfeed_index_read_key(index, key, len, from, &record, &error);
        if (status == TFEED_NOT_FOUND)
            break;
        if (status == TFEED_FAILED_PRECONDITION) {
            report("%s; 'tfeed index --force --key FEATURE' makes it anew", error.message);
            return EXIT_IO;
        }
        if (status != TFEED_OK)
            return report_error(&error);
        *ret_was_there = true;
        code = found(state, name, &record);
    }
    return code;
}
