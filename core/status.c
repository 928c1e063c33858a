/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * status.c - the names and short texts of the status codes, from the one list in status.h.
 */
#include <tfeed/status.h>

const char *tfeed_status_name(tfeed_status status)
{
    switch (status) {
#define STATUS_CASE(name, number, text)                                                            \
    case TFEED_##name:                                                                             \
        return #name;
        TFEED_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "UNKNOWN";
}

const char *tfeed_status_text(tfeed_status status)
{
    switch (status) {
#define STATUS_CASE(name, number, text)                                                            \
    case TFEED_##name:                                                                             \
        return text;
        TFEED_STATUS_LIST(STATUS_CASE)
#undef STATUS_CASE
    }
    return "unknown error";
}
