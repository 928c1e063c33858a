/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * version.h - which tfeed a program was compiled with, which one it runs with, and on what.
 */
#ifndef TFEED_VERSION_H
#define TFEED_VERSION_H

#include <tfeed/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TFEED_VERSION_MAJOR 0
#define TFEED_VERSION_MINOR 1
#define TFEED_VERSION_PATCH 0
#define TFEED_VERSION       "0.1.0"

/** The version of the library that runs, "0.1.0". Static. Thread safety: immutable. */
TFEED_API const char *tfeed_version(void);

/**
 * Tells whether the environment variable TFEED_CPU can be honoured; a command calls it at its
 * start.
 *
 * TFEED_CPU=baseline|sse42|avx2|avx512 makes the library use instructions up to that level only.
 * The library itself never refuses: what it cannot honour it passes over.
 *
 * @return TFEED_OK                   it can, or is not set
 *         TFEED_INVALID_ARGUMENT     it is no level's name
 *         TFEED_FAILED_PRECONDITION  the machine lacks what it asks for; the message names what
 * Thread safety: immutable.   Blocks: no.
 */
TFEED_API TFEED_MUST_USE tfeed_status tfeed_cpu_check(struct tfeed_error *reterr);

#ifdef __cplusplus
}
#endif
#endif
