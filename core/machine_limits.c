/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * machine_limits.c - how much of the machine this process may use.
 *
 * /proc/self/cgroup names our group in each hierarchy, "4:memory:/job/step" (version 1) or
 * "0::/job/step" (version 2, and none of its own for a controller that version 1 has). Every group
 * on the way up limits us too:
 *
 *      /sys/fs/cgroup/memory/job/step   ─▶   …/memory/job   ─▶   …/memory
 *
 * Inside a container the path may be the host's and lie outside of what is mounted; then only the
 * last of these is there, and it is the container's own.
 */
#include "core/machine_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 8192, PATH_BYTES = 4096 };

/* --- reading small files ------------------------------------------------------------------- */

/* The first FILE_BYTES - 1 bytes of folder/name as a text; false when it cannot be read. */
static bool read_text(const char *folder, const char *name, char text[FILE_BYTES])
{
    char path[PATH_BYTES];
    const int path_len = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (path_len < 0 || (size_t)path_len >= sizeof path)
        return false;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t len = 0;
    ssize_t n;
    do {
        n = read(fd, text + len, FILE_BYTES - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    (void)close(fd); /* nothing was written: nothing can be lost */
    text[len] = '\0';
    return n == 0;
}

/* A number without sign at the text's beginning; false for "max", -1 and the like. */
static bool parse_number(const char *text, uint64_t *ret_number)
{
    if (*text < '0' || *text > '9')
        return false;
    *ret_number = strtoull(text, NULL, 10);
    return true;
}

static bool read_number(const char *folder, const char *name, uint64_t *ret_number)
{
    char text[FILE_BYTES];
    return read_text(folder, name, text) && parse_number(text, ret_number);
}

/* The number in the line of `text` that begins with `name`; 0 when there is none. */
static uint64_t number_after(const char *text, const char *name)
{
    const size_t name_len = strlen(name);
    uint64_t number = 0;
    for (const char *line = text; line != NULL;) {
        if (strncmp(line, name, name_len) == 0 &&
            parse_number(line + name_len + strspn(line + name_len, " \t"), &number))
            return number;
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return 0;
}

/* --- one control group --------------------------------------------------------------------- */

/* Quota and period, in microseconds: so much processor time in so much time. */
static bool read_quota(const char *group, uint64_t *ret_quota, uint64_t *ret_period)
{
    char text[FILE_BYTES];
    if (read_text(group, "cpu.max", text)) {
        const char *blank = strchr(text, ' ');
        return blank != NULL && parse_number(text, ret_quota) &&
               parse_number(blank + 1, ret_period);
    }
    return read_number(group, "cpu.cfs_quota_us", ret_quota) &&
           read_number(group, "cpu.cfs_period_us", ret_period);
}

static void limit_processors(const char *group, struct tfi_machine *machine)
{
    uint64_t quota, period;
    if (!read_quota(group, &quota, &period) || period == 0)
        return;
    const uint64_t n = quota / period + (quota % period != 0);
    if (n < (uint64_t)machine->n_processors)
        machine->n_processors = n > 0 ? (int)n : 1;
}

/* Cached file pages count as used, but go when memory is asked for. */
static uint64_t reclaimable_bytes(const char *group, bool is_version_2)
{
    char text[FILE_BYTES];
    if (!read_text(group, "memory.stat", text))
        return 0;
    return is_version_2 ? number_after(text, "active_file") + number_after(text, "inactive_file")
                        : number_after(text, "total_active_file") +
                              number_after(text, "total_inactive_file");
}

static void limit_memory(const char *group, struct tfi_machine *machine)
{
    uint64_t limit, used;
    const bool is_version_2 = read_number(group, "memory.max", &limit);
    if (!is_version_2 && !read_number(group, "memory.limit_in_bytes", &limit))
        return;
    if (!read_number(group, is_version_2 ? "memory.current" : "memory.usage_in_bytes", &used))
        used = 0;
    const uint64_t reclaimable = reclaimable_bytes(group, is_version_2);
    used -= used < reclaimable ? used : reclaimable;
    const uint64_t left = limit > used ? limit - used : 0;
    if (left < machine->memory_bytes)
        machine->memory_bytes = left;
}

/* --- all of them --------------------------------------------------------------------------- */

/* Looks at the group that `path` ("/job/step") names in a hierarchy, and at all above it. */
static void look_upwards(const char *hierarchy, const char *path, struct tfi_machine *machine)
{
    char group[PATH_BYTES];
    const int len = snprintf(group, sizeof group, "%s%s", hierarchy, path);
    if (len < 0 || (size_t)len >= sizeof group)
        return;
    for (;;) {
        limit_processors(group, machine);
        limit_memory(group, machine);
        char *slash = strrchr(group + strlen(hierarchy), '/');
        if (slash == NULL)
            return;
        *slash = '\0';
    }
}

/* A line of /proc/self/cgroup: number, controllers, path, with a colon between. */
static void look_at_line(const char *root, char *line, struct tfi_machine *machine)
{
    char hierarchy[PATH_BYTES];
    char *controllers = strchr(line, ':');
    char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL)
        return;
    *path++ = '\0';
    controllers++;
    const bool is_version_2 = *controllers == '\0';
    const int len = snprintf(hierarchy, sizeof hierarchy, "%s/sys/fs/cgroup%s%s", root,
                             is_version_2 ? "" : "/", controllers);
    if (len >= 0 && (size_t)len < sizeof hierarchy)
        look_upwards(hierarchy, path, machine);
}

static int n_in_affinity_mask(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    const long n_online = sysconf(_SC_NPROCESSORS_ONLN); /* over 1024 the set is too small */
    return n_online > 0 ? (int)n_online : 1;
}

void tfi_machine_look(const char *root, struct tfi_machine *ret_machine)
{
    char text[FILE_BYTES];
    struct tfi_machine machine = {.n_processors = n_in_affinity_mask(),
                                  .memory_bytes = TFI_MEMORY_UNKNOWN};
    char proc[PATH_BYTES];
    (void)snprintf(proc, sizeof proc, "%s/proc", root);
    if (read_text(proc, "meminfo", text)) {
        const uint64_t available = number_after(text, "MemAvailable:");
        if (available > 0)
            machine.memory_bytes = available << 10; /* from KiB */
    }
    if (read_text(proc, "self/cgroup", text)) {
        char *rest = text;
        for (char *line; (line = strsep(&rest, "\n")) != NULL;)
            look_at_line(root, line, &machine);
    }
    *ret_machine = machine;
}

int tfi_n_processors(void)
{
    struct tfi_machine machine;
    tfi_machine_look("", &machine);
    return machine.n_processors;
}
