/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * machine.c - where a figure comes from.
 *
 * The build is described by what the compiler says about itself: that cannot differ from what was
 * done, and holds no path of the machine that built it.
 */
#include "bench/machine.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <tfeed/crc32c.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown compiler"
#endif

#ifdef __OPTIMIZE__
#define OPTIMISED "optimised"
#else
#define OPTIMISED "not optimised"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZERS ", with AddressSanitizer"
#elif defined(__SANITIZE_THREAD__)
#define SANITIZERS ", with ThreadSanitizer"
#else
#define SANITIZERS ""
#endif

static void read_processor_name(char *name, size_t size)
{
    static const char key[] = "model name";
    char line[512];
    FILE *file = fopen("/proc/cpuinfo", "re");

    snprintf(name, size, "unknown");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        const char *colon = strncmp(line, key, strlen(key)) == 0 ? strchr(line, ':') : NULL;
        if (colon) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(name, size, "%.*s", (int)size - 1, colon + 2);
            break;
        }
    }
    fclose(file);
}

void bench_machine_describe(struct bench_machine *ret_machine)
{
    cpu_set_t set;

    read_processor_name(ret_machine->processor, sizeof ret_machine->processor);
    ret_machine->n_processors =
        sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    ret_machine->compiler = COMPILER;
    ret_machine->build = OPTIMISED SANITIZERS;
    ret_machine->checksum = tfeed_crc32c_variant();
}
