/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * file_system.c - which table an option names, and whether a foreign one is complete.
 */
#include "io/io_internal.h"

#include "core/error_internal.h"

static bool can_read(const struct tfeed_file_system *table)
{
    return table->open_input != NULL && table->close_input != NULL && table->input_size != NULL &&
           table->read != NULL;
}

static bool can_write(const struct tfeed_file_system *table)
{
    return table->write != NULL && table->flush != NULL && table->commit != NULL &&
           table->discard != NULL;
}

tfeed_status tfi_file_system_resolve(const struct tfeed_file_system *given,
                                     const struct tfeed_file_system **ret_file_system,
                                     struct tfeed_error *reterr)
{
    if (given == NULL)
        given = tfeed_local_files();
    if (given->struct_size < sizeof *given)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "a file system's struct_size must be %zu, not %zu", sizeof *given,
                        given->struct_size);
    if (!can_read(given) || (given->open_output != NULL && !can_write(given)) ||
        (given->look == NULL) != (given->list == NULL))
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "file system \"%s\" lacks a function",
                        given->name == NULL ? "" : given->name);
    *ret_file_system = given;
    return TFEED_OK;
}
