/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_machine_limits.c - processors and memory as containers limit them, on machines of files.
 */
#include <criterion/criterion.h>

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/machine_internal.h"
#include "tests/support/support.h"

#define KIB UINT64_C(1024)
#define GIB (UINT64_C(1) << 30)

static struct t_temp_dir root;

static void begin(void)
{
    t_temp_dir_init(&root);
}

static void end(void)
{
    t_temp_dir_clear(&root);
}

TestSuite(machine_limits, .init = begin, .fini = end);

/* Writes a file of the machine with the folders that lead to it. */
static void put(const char *name, const char *text)
{
    char path[T_PATH_BYTES];
    t_temp_path(&root, name, path);
    for (char *slash = strchr(path + strlen(root.path) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777); /* it may be there */
        *slash = '/';
    }
    t_write_file(path, text, strlen(text));
}

static void put_memory(void)
{
    put("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:         1048576 kB\n"
                        "MemAvailable:    8388608 kB\n");
}

static struct tfi_machine look(void)
{
    struct tfi_machine machine;
    tfi_machine_look(root.path, &machine);
    return machine;
}

static int n_in_mask(void)
{
    cpu_set_t set;
    cr_assert_eq(sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_COUNT(&set);
}

/* A quota of `n` processors is met, or the mask where that is smaller. */
static void expect_processors(int n)
{
    const int expected = n < n_in_mask() ? n : n_in_mask();
    cr_assert_eq(look().n_processors, expected);
}

Test(machine_limits, without_any_file_the_mask_counts_and_memory_is_unknown)
{
    cr_assert_eq(look().n_processors, n_in_mask());
    cr_assert_eq(look().memory_bytes, TFI_MEMORY_UNKNOWN);
}

Test(machine_limits, processors_follow_the_affinity_mask)
{
    cpu_set_t all, one;
    cr_assert_eq(sched_getaffinity(0, sizeof all, &all), 0);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
    cr_assert_eq(look().n_processors, 1);
    cr_assert_eq(tfi_n_processors(), 1);
}

Test(machine_limits, available_memory_is_what_the_kernel_says)
{
    put_memory();
    cr_assert_eq(look().memory_bytes, 8 * GIB);
}

Test(machine_limits, version_2_quota_is_rounded_up)
{
    put("proc/self/cgroup", "0::/job\n");
    put("sys/fs/cgroup/job/cpu.max", "50000 100000\n");
    expect_processors(1);
    put("sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    expect_processors(2);
    put("sys/fs/cgroup/job/cpu.max", "max 100000\n");
    cr_assert_eq(look().n_processors, n_in_mask());
}

Test(machine_limits, version_1_quota_is_rounded_up)
{
    put("proc/self/cgroup", "3:cpu,cpuacct:/job\n2:memory:/job\n");
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "110000\n");
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    expect_processors(2);
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "100000\n");
    expect_processors(1);
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    cr_assert_eq(look().n_processors, n_in_mask());
}

Test(machine_limits, limits_of_the_groups_above_count_too)
{
    put_memory();
    put("proc/self/cgroup", "0::/job/step\n");
    put("sys/fs/cgroup/job/step/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/job/cpu.max", "100000 100000\n");
    put("sys/fs/cgroup/job/step/memory.max", "max\n");
    put("sys/fs/cgroup/memory.max", "4294967296\n");
    expect_processors(1);
    cr_assert_eq(look().memory_bytes, 4 * GIB);
}

Test(machine_limits, group_outside_of_what_is_mounted_leaves_the_top_one)
{
    put("proc/self/cgroup", "4:memory:/docker/0123456789abcdef\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
    cr_assert_eq(look().memory_bytes, GIB);
}

Test(machine_limits, memory_in_use_is_taken_off_but_not_cached_files)
{
    put_memory();
    put("proc/self/cgroup", "0::/\n");
    put("sys/fs/cgroup/memory.max", "1048576\n");
    put("sys/fs/cgroup/memory.current", "921600\n");
    cr_assert_eq(look().memory_bytes, 124 * KIB);
    put("sys/fs/cgroup/memory.stat", "anon 1\nfile 819200\ninactive_file 102400\n"
                                     "active_file 204800\nslab 7\n");
    cr_assert_eq(look().memory_bytes, 424 * KIB);
    put("sys/fs/cgroup/memory.current", "99999999\n");
    cr_assert_eq(look().memory_bytes, 0);
}

Test(machine_limits, version_1_memory_is_read_from_its_totals)
{
    put_memory();
    put("proc/self/cgroup", "4:memory:/job\n");
    put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1048576\n");
    put("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "1048576\n");
    put("sys/fs/cgroup/memory/job/memory.stat",
        "inactive_file 1\nactive_file 1\ntotal_inactive_file 1024\ntotal_active_file 2048\n");
    cr_assert_eq(look().memory_bytes, 3 * KIB);
    put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n");
    cr_assert_eq(look().memory_bytes, 8 * GIB);
}

Test(machine_limits, damaged_files_set_no_limit)
{
    put("proc/meminfo", "MemAvailable: much\n");
    put("proc/self/cgroup", "\nno colon\n1:\n0::\n0::/job\n");
    put("sys/fs/cgroup/job/cpu.max", "100000\n");
    put("sys/fs/cgroup/job/memory.max", "\n");
    cr_assert_eq(look().n_processors, n_in_mask());
    cr_assert_eq(look().memory_bytes, TFI_MEMORY_UNKNOWN);
}
