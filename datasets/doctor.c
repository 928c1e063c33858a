/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * doctor.c - what this build can do on this machine, and whether it does.
 *
 * A table of checks; each writes its finding as one line. Nothing here is needed to run; it is what
 * somebody is asked for who reports that something is slow or wrong.
 */
#include <tfeed/inspect.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <tfeed/crc32c.h>
#include <tfeed/shard.h>
#include <tfeed/version.h>

#include "core/budget_internal.h"
#include "core/cpu_internal.h"
#include "core/error_internal.h"
#include "core/machine_internal.h"
#include "io/io_internal.h"

enum { VALUE_BYTES = 512, PATH_BYTES = 4096, TRIED_RECORDS = 3 };

struct value {
    char text[VALUE_BYTES];
    size_t len;
};

static void say(struct value *value, const char *format, ...) TFI_PRINTF(2, 3);

static void say(struct value *value, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int n = vsnprintf(value->text + value->len, VALUE_BYTES - value->len, format, list);
    va_end(list);
    value->len += n > 0 ? (size_t)n : 0;
    if (value->len >= VALUE_BYTES)
        value->len = VALUE_BYTES - 1;
}

/* "1.5 GiB", or the bytes where they are few. */
static void say_bytes(struct value *value, uint64_t n_bytes)
{
    static const char units[] = "KMGTPE";
    uint64_t scaled = n_bytes; /* in tenths of the unit before */
    size_t unit = 0;
    if (n_bytes < 10240) {
        say(value, "%" PRIu64 " bytes", n_bytes);
        return;
    }
    for (; scaled >= UINT64_C(1024) * 1024 && unit + 2 < sizeof units; unit++)
        scaled /= 1024;
    const uint64_t tenths = scaled / 1024 * 10 + scaled % 1024 * 10 / 1024;
    say(value, "%" PRIu64 ".%" PRIu64 " %ciB", tenths / 10, tenths % 10, units[unit]);
}

/* ------------------------------------------------------------------ the build */

static bool look_at_version(const char *folder, struct value *value)
{
    (void)folder;
    say(value, "%s", tfeed_version());
    if (strcmp(tfeed_version(), TFEED_VERSION) != 0)
        say(value, ", built as %s", TFEED_VERSION);
    return strcmp(tfeed_version(), TFEED_VERSION) == 0;
}

static bool look_at_compiler(const char *folder, struct value *value)
{
    (void)folder;
#if defined(__clang__)
    say(value, "clang %s", __clang_version__);
#else
    say(value, "gcc %s", __VERSION__);
#endif
#if !defined(__OPTIMIZE__)
    say(value, ", not optimised");
#endif
    return true;
}

/* The words that a compression may be named by are those that were built in. */
static bool look_at_compressions(const char *folder, struct value *value)
{
    (void)folder;
    for (int i = TFEED_COMPRESSION_NONE; i < TFEED_COMPRESSION_NONE + 16; i++) {
        const char *name = tfeed_compression_name((enum tfeed_compression)i);
        if (strcmp(name, "unknown") == 0)
            break;
        say(value, "%s%s", i > TFEED_COMPRESSION_NONE ? ", " : "", name);
        if (i == TFEED_COMPRESSION_GZIP)
            say(value, " (read by %s)", tfi_gzip_inflater_name());
    }
    return true;
}

/* -------------------------------------------------------------- the processor */

static bool look_at_instructions(const char *folder, struct value *value)
{
    struct tfeed_error error;
    (void)folder;
    if (tfeed_cpu_check(&error) != TFEED_OK) {
        say(value, "%s", error.message);
        return false;
    }
    const enum tfi_cpu_level best = tfi_cpu_level_of(tfi_cpu_features());
    say(value, "%s", tfi_cpu_level_name(tfi_cpu_level()));
    if (tfi_cpu_level() != best)
        say(value, ", as TFEED_CPU asks; this machine can run %s", tfi_cpu_level_name(best));
    return true;
}

/* The published check value, and lengths at which the code takes different ways. */
static bool look_at_checksums(const char *folder, struct value *value)
{
    static const uint32_t check_value = 0xe3069283;
    (void)folder;
    uint8_t bytes[4096];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    bool is_ok = tfeed_crc32c(0, "123456789", 9) == check_value;
    for (size_t len = 0; len <= sizeof bytes && is_ok; len += 1 + len / 3) {
        uint32_t piecewise = 0;
        for (size_t i = 0; i < len; i++)
            piecewise = tfeed_crc32c(piecewise, bytes + i, 1);
        is_ok = piecewise == tfeed_crc32c(0, bytes, len);
    }
    say(value, "%s, %s", tfeed_crc32c_variant(),
        is_ok ? "agrees with its check value" : "does not compute CRC-32C");
    return is_ok;
}

static bool look_at_processors(const char *folder, struct value *value)
{
    struct tfi_machine machine;
    const long n_online = sysconf(_SC_NPROCESSORS_ONLN);
    (void)folder;
    tfi_machine_look("", &machine);
    say(value, "%d", machine.n_processors);
    if (n_online > machine.n_processors)
        say(value, " of %ld, by the affinity mask or the control group", n_online);
    return true;
}

/* ------------------------------------------------------------------ the limits */

static bool look_at_memory(const char *folder, struct value *value)
{
    struct tfi_machine machine;
    (void)folder;
    tfi_machine_look("", &machine);
    if (machine.memory_bytes == TFI_MEMORY_UNKNOWN) {
        say(value, "not known");
    } else {
        say_bytes(value, machine.memory_bytes);
        say(value, " available");
    }
    say(value, "; the loader takes at most ");
    say_bytes(value, tfi_budget_default_bytes());
    say(value, " unless told");
    return true;
}

static void say_limit(struct value *value, rlim_t limit)
{
    if (limit == RLIM_INFINITY)
        say(value, "no limit");
    else
        say(value, "%" PRIu64, (uint64_t)limit);
}

static bool look_at_limits(const char *folder, struct value *value)
{
    enum { FEW_FILES = 64 };
    struct rlimit files, space, size;
    (void)folder;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || getrlimit(RLIMIT_AS, &space) != 0 ||
        getrlimit(RLIMIT_FSIZE, &size) != 0) {
        say(value, "not known");
        return true;
    }
    say(value, "open files ");
    say_limit(value, files.rlim_cur);
    say(value, ", address space ");
    say_limit(value, space.rlim_cur);
    say(value, ", size of a file ");
    say_limit(value, size.rlim_cur);
    if (files.rlim_cur < FEW_FILES)
        say(value, "; too few open files for more than a few inputs: ulimit -n");
    return files.rlim_cur >= FEW_FILES;
}

static bool look_at_launcher(const char *folder, struct value *value)
{
    struct tfeed_shard shard;
    struct tfeed_error error;
    (void)folder;
    if (tfeed_shard_detect(&shard, &error) != TFEED_OK) {
        say(value, "%s", error.message);
        return false;
    }
    say(value, "%s, shard %" PRId64 " of %" PRId64, shard.launcher, shard.index, shard.n_shards);
    return true;
}

/* ------------------------------------------------------------------- files */

static tfeed_status write_tried(const char *path, struct tfeed_error *reterr)
{
    struct tfeed_record_writer *writer;
    TFI_TRY(tfeed_record_writer_open(path, NULL, &writer, reterr));
    tfeed_status status = TFEED_OK;
    for (int i = 0; i < TRIED_RECORDS && status == TFEED_OK; i++)
        status = tfeed_record_writer_write(writer, path, strlen(path), reterr);
    if (status == TFEED_OK)
        status = tfeed_record_writer_close(writer, reterr);
    tfeed_record_writer_free(writer);
    return status;
}

static tfeed_status read_tried(const char *path, enum tfeed_map map, struct tfeed_error *reterr)
{
    struct tfeed_record_reader_options options;
    struct tfeed_record_reader *reader;
    struct tfeed_record_view view;
    int n = 0;
    tfeed_record_reader_options_init(&options);
    options.map = map;
    TFI_TRY(tfeed_record_reader_open(path, &options, &reader, reterr));
    tfeed_status status;
    while ((status = tfeed_record_reader_next(reader, &view, reterr)) == TFEED_OK)
        n += view.len == strlen(path) && memcmp(view.data, path, view.len) == 0;
    tfeed_record_reader_close(reader);
    if (status != TFEED_OUT_OF_RANGE)
        return status;
    return n == TRIED_RECORDS ? TFEED_OK
                              : tfi_fail_at(reterr, TFEED_DATA_LOSS, path, TFEED_NOWHERE,
                                            TFEED_NOWHERE, "what was written is not what was read");
}

static bool look_at_files(const char *folder, struct value *value)
{
    char path[PATH_BYTES];
    struct tfeed_error error;
    if (folder == NULL)
        folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    if (snprintf(path, sizeof path, "%s/tfeed-doctor-%ld", folder, (long)getpid()) >=
        (int)sizeof path) {
        say(value, "the name of the folder is too long");
        return false;
    }
    tfeed_status status = write_tried(path, &error);
    if (status == TFEED_OK) {
        status = read_tried(path, TFEED_MAP_AUTO, &error);
        if (status == TFEED_OK)
            status = read_tried(path, TFEED_MAP_NEVER, &error);
        (void)unlink(path);
    }
    if (status == TFEED_OK)
        say(value, "%s: written, mapped and read", folder);
    else
        say(value, "%s", error.message);
    return status == TFEED_OK;
}

static const struct {
    const char *name;
    bool (*look)(const char *folder, struct value *value);
} checks[] = {
    {"version", look_at_version},
    {"compiler", look_at_compiler},
    {"compressions", look_at_compressions},
    {"instructions", look_at_instructions},
    {"checksums", look_at_checksums},
    {"processors", look_at_processors},
    {"memory", look_at_memory},
    {"limits", look_at_limits},
    {"launcher", look_at_launcher},
    {"files", look_at_files},
};

bool tfeed_doctor(const char *folder,
                  void (*found)(void *user_data, const struct tfeed_finding *finding),
                  void *user_data)
{
    bool all_ok = true;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        struct value value = {"", 0};
        const bool is_ok = checks[i].look(folder, &value);
        tfi_mask_text(value.text);
        const struct tfeed_finding finding = {checks[i].name, value.text, is_ok};
        found(user_data, &finding);
        all_ok = all_ok && is_ok;
    }
    return all_ok;
}
