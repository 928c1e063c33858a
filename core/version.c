/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * version.c - the library's own version.
 */
#include <tfeed/version.h>

const char *tfeed_version(void)
{
    return TFEED_VERSION;
}
