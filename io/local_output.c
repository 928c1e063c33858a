/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * local_output.c - local outputs: a file that appears whole under its name, or not at all.
 *
 *    open_output ──▶ .NAME.tfeed-XXXXXXXX ──commit──▶ NAME
 *                            │
 *                            └──discard, or any failure──▶ (removed)
 *
 * The temporary file lies in the folder of the final one, so that the rename stays within one file
 * system, and begins with a dot, so that patterns do not match it. It is created with mode 0666:
 * the umask applies as to any new file. Nothing is renamed over what is no regular file: devices,
 * FIFOs and sockets are opened and written through. So is a file that is written in place or
 * appended to: it has its name from the start, and keeps what it was given.
 */
#include "io/local_output_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"

struct local_output {
    const struct tfeed_allocator *allocator;
    char *path;      /* as given, for messages */
    char *target;    /* what appears; NULL: written through */
    char *temporary; /* what is written until then; NULL: written through */
    int fd;
    bool overwrite;
    bool in_place; /* or appending */
    bool appends;
    bool sync;
    bool created; /* the temporary file is there */
    uint64_t n_written;
    uint64_t n_asked; /* of them, those that the disk was asked to take */
};

enum {
    SUFFIX_DIGITS = 8,
    N_NAME_ATTEMPTS = 100, /* of 2^32 names: more than one is taken only by design */
    KEPT_NAME_BYTES = 200  /* of NAME, so that the temporary name stays below NAME_MAX */
};

/* Ends the output whatever its state; a file that did not get its name goes. */
static void output_free(struct local_output *output)
{
    const int kept_errno = errno;
    if (output->fd >= 0)
        (void)close(output->fd); /* what was written is given up anyhow */
    if (output->created)
        (void)unlink(output->temporary);
    tfi_free(output->allocator, output->temporary);
    free(output->target); /* from realpath or strdup */
    tfi_free(output->allocator, output->path);
    tfi_free(output->allocator, output);
    errno = kept_errno;
}

/* Names that lead to a descriptor that is open already. Their target may be a regular file, but it
 * must not be replaced: whoever opened it looks at this one. */
static bool names_descriptor(const char *path)
{
    return strcmp(path, "/dev/stdout") == 0 || strcmp(path, "/dev/stderr") == 0 ||
           strncmp(path, "/dev/fd/", strlen("/dev/fd/")) == 0 ||
           strncmp(path, "/proc/self/fd/", strlen("/proc/self/fd/")) == 0;
}

static tfeed_status open_through(struct local_output *output, struct tfeed_error *reterr)
{
    if (strcmp(output->path, "-") == 0) {
        output->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    } else {
        do
            output->fd = open(output->path, O_WRONLY | O_CLOEXEC);
        while (output->fd < 0 && errno == EINTR); /* a FIFO waits for its reader */
    }
    if (output->fd < 0)
        return tfi_fail_errno(reterr, errno, output->path, "open for writing");
    return TFEED_OK;
}

/* Fills in target: the path itself, or what its symbolic links lead to. */
static tfeed_status find_target(struct local_output *output, bool exists,
                                struct tfeed_error *reterr)
{
    struct stat about;
    if (exists)
        output->target = realpath(output->path, NULL);
    else if (lstat(output->path, &about) == 0)
        return tfi_fail_at(reterr, TFEED_NOT_FOUND, output->path, TFEED_NOWHERE, TFEED_NOWHERE,
                           "is a symbolic link that leads nowhere");
    else
        output->target = strdup(output->path);
    if (output->target != NULL)
        return TFEED_OK;
    return errno == ENOMEM ? tfi_fail_memory(reterr, "an output")
                           : tfi_fail_errno(reterr, errno, output->path, "resolve");
}

/* Creates the temporary file under a name that is not taken. */
static tfeed_status create_temporary(struct local_output *output, struct tfeed_error *reterr)
{
    const char *slash = strrchr(output->target, '/');
    const char *name = slash == NULL ? output->target : slash + 1;
    const int folder_len = (int)(name - output->target);
    const size_t room = strlen(output->target) + sizeof "..tfeed-" + SUFFIX_DIGITS;
    output->temporary = tfi_alloc(output->allocator, room);
    if (output->temporary == NULL)
        return tfi_fail_memory(reterr, "an output");

    for (int attempt = 0; attempt < N_NAME_ATTEMPTS; attempt++) {
        uint32_t suffix = (uint32_t)attempt;
        (void)getrandom(&suffix, sizeof suffix, 0); /* without it, the attempts count up */
        (void)snprintf(output->temporary, room, "%.*s.%.*s.tfeed-%08x", folder_len, output->target,
                       KEPT_NAME_BYTES, name, suffix);
        output->fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (output->fd >= 0) {
            output->created = true;
            return TFEED_OK;
        }
        if (errno != EEXIST)
            break;
    }
    return tfi_fail_errno(reterr, errno, output->path, "create");
}

static tfeed_status refuse_append(const struct local_output *output, struct tfeed_error *reterr)
{
    return tfi_fail_at(reterr, TFEED_INVALID_ARGUMENT, output->path, TFEED_NOWHERE, TFEED_NOWHERE,
                       "is no regular file: there is nothing to append to");
}

/* A file that is there from now on, under its name. O_APPEND in any case, so that nothing is
 * written over should somebody else write too. */
static tfeed_status open_in_place(struct local_output *output, struct tfeed_error *reterr)
{
    int mode = O_APPEND;
    if (!output->appends)
        mode |= output->overwrite ? O_TRUNC : O_EXCL;
    output->fd = open(output->path, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0666);
    return output->fd >= 0 ? TFEED_OK
                           : tfi_fail_errno(reterr, errno, output->path, "open for writing");
}

static tfeed_status open_file(struct local_output *output, struct tfeed_error *reterr)
{
    struct stat about;
    if (strcmp(output->path, "-") == 0 || names_descriptor(output->path))
        return output->appends ? refuse_append(output, reterr) : open_through(output, reterr);
    const size_t path_len = strlen(output->path);
    const bool exists = stat(output->path, &about) == 0;
    if (!exists && errno != ENOENT)
        return tfi_fail_errno(reterr, errno, output->path, "stat");
    if (exists ? S_ISDIR(about.st_mode) : path_len > 0 && output->path[path_len - 1] == '/')
        return tfi_fail_errno(reterr, EISDIR, output->path, "open for writing");
    if (exists && !S_ISREG(about.st_mode))
        return output->appends ? refuse_append(output, reterr) : open_through(output, reterr);
    if (exists && !output->overwrite && !output->appends)
        return tfi_fail_errno(reterr, EEXIST, output->path, "create");
    if (path_len == 0)
        return tfi_fail_errno(reterr, ENOENT, output->path, "create");
    if (output->in_place)
        return open_in_place(output, reterr);
    TFI_TRY(find_target(output, exists, reterr));
    return create_temporary(output, reterr);
}

tfeed_status tfi_local_open_output(void *user_data, const char *path, uint32_t flags,
                                   const struct tfeed_allocator *allocator, void **ret_output,
                                   struct tfeed_error *reterr)
{
    (void)user_data;
    struct local_output *output = tfi_alloc_zeroed(allocator, 1, sizeof *output);
    if (output == NULL)
        return tfi_fail_memory(reterr, "an output");
    output->allocator = allocator;
    output->fd = -1;
    output->overwrite = (flags & TFEED_OUTPUT_OVERWRITE) != 0;
    output->appends = (flags & TFEED_OUTPUT_APPEND) != 0;
    output->in_place = output->appends || (flags & TFEED_OUTPUT_IN_PLACE) != 0;
    output->sync = (flags & TFEED_OUTPUT_SYNC) != 0;
    output->path = tfi_strndup(allocator, path, strlen(path));
    const tfeed_status status =
        output->path == NULL ? tfi_fail_memory(reterr, "an output") : open_file(output, reterr);
    if (status != TFEED_OK) {
        output_free(output);
        return status;
    }
    *ret_output = output;
    return TFEED_OK;
}

/* Has the disk begin with what was written, so that little is left to wait for in the end. */
static void ask_disk(struct local_output *output)
{
    enum { STEP_BYTES = 16 << 20 };
    const uint64_t n = output->n_written - output->n_asked;
    if (n < STEP_BYTES)
        return;
    const int kept_errno = errno;
    (void)sync_file_range(output->fd, (off_t)output->n_asked, (off_t)n, SYNC_FILE_RANGE_WRITE);
    errno = kept_errno;
    output->n_asked = output->n_written;
}

tfeed_status tfi_local_write(void *opaque, const void *data, size_t len, struct tfeed_error *reterr)
{
    struct local_output *output = opaque;
    const uint8_t *next = data;
    while (len > 0) {
        const ssize_t n = write(output->fd, next, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return tfi_fail_errno(reterr, errno, output->path, "write");
        next += n;
        len -= (size_t)n;
        output->n_written += (uint64_t)n;
    }
    if (output->sync)
        ask_disk(output);
    return TFEED_OK;
}

/* Whether a sync failed for another reason than that there is nothing to sync: a pipe, a read-only
 * file system. */
static bool sync_failed(int result)
{
    return result != 0 && errno != EINVAL && errno != EROFS;
}

/* Nothing is held back here. What a crash of the machine should leave has to be on the disk. */
tfeed_status tfi_local_flush(void *opaque, struct tfeed_error *reterr)
{
    const struct local_output *output = opaque;
    if (output->in_place && output->sync && sync_failed(fdatasync(output->fd)))
        return tfi_fail_errno(reterr, errno, output->path, "sync");
    return TFEED_OK;
}

/* Gives the temporary file its name unless that is taken, in one step, so that a file made since
 * open is not lost. Where the file system lacks the flag, a second name is made: link never
 * replaces. */
static int name_if_free(const char *temporary, const char *target)
{
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, target, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(temporary, target) != 0)
        return -1;
    (void)unlink(temporary); /* the file has its name: a second one is untidy, no failure */
    return 0;
}

/* Has the name on the disk, too. A folder that cannot be synced keeps it as well as it can. */
static void sync_folder(const struct local_output *output)
{
    const char *slash = strrchr(output->target, '/');
    const size_t len = slash == NULL ? 0 : (size_t)(slash - output->target) + 1;
    char *folder =
        tfi_strndup(output->allocator, len == 0 ? "." : output->target, len == 0 ? 1 : len);
    const int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    tfi_free(output->allocator, folder);
}

/* Network file systems report a failed write only here, so it comes before the rename. */
static tfeed_status close_file(struct local_output *output, struct tfeed_error *reterr)
{
    const int fd = output->fd;
    if (output->sync && sync_failed(fsync(fd)))
        return tfi_fail_errno(reterr, errno, output->path, "sync");
    output->fd = -1; /* after close it is gone, whatever close says */
    if (close(fd) != 0 && errno != EINTR)
        return tfi_fail_errno(reterr, errno, output->path, "close");
    return TFEED_OK;
}

tfeed_status tfi_local_commit(void *opaque, struct tfeed_error *reterr)
{
    struct local_output *output = opaque;
    tfeed_status status = close_file(output, reterr);
    if (status == TFEED_OK && output->created) {
        const int failed = output->overwrite ? rename(output->temporary, output->target)
                                             : name_if_free(output->temporary, output->target);
        if (failed != 0)
            status = tfi_fail_errno(reterr, errno, output->path, "rename");
        output->created = failed != 0; /* still under its temporary name: to be removed */
        if (failed == 0 && output->sync)
            sync_folder(output);
    }
    output_free(output);
    return status;
}

void tfi_local_discard(void *opaque)
{
    output_free(opaque);
}

tfeed_status tfi_local_cut(void *opaque, uint64_t size, struct tfeed_error *reterr)
{
    const struct local_output *output = opaque;
    int result;
    do
        result = ftruncate(output->fd, (off_t)size);
    while (result != 0 && errno == EINTR);
    return result == 0 ? TFEED_OK : tfi_fail_errno(reterr, errno, output->path, "truncate");
}
