/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * local_file.c - the local file system: inputs, mapped or read. Its outputs are local_output.c.
 *
 * A regular file is mapped whole (one block that unmaps itself with its last reference) or read by
 * pread; pipes, terminals and devices are read in order. Mapping is for files that do not change
 * meanwhile: one that is cut short under its map faults, whatever is done.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/allocator_internal.h"
#include "core/block_internal.h"
#include "core/error_internal.h"
#include "io/local_output_private.h"

struct local_input {
    const struct tfeed_allocator *allocator;
    char *path;
    int fd;
    bool is_regular; /* has a size, can be mapped, and pread works */
};

/* A map's owner, until its block's last reference goes. */
struct local_map {
    const struct tfeed_allocator *allocator;
    void *address;
    size_t len;
};

/* "-" is standard input wherever its offset stands, so it is read in order even when it is a
 * regular file. The duplicate can be closed like any other file. */
static int open_descriptor(const char *path, bool *ret_is_standard)
{
    *ret_is_standard = strcmp(path, "-") == 0;
    if (*ret_is_standard)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    int fd;
    do
        fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR); /* a FIFO waits for its writer */
    return fd;
}

static void local_close_input(void *opaque)
{
    struct local_input *input = opaque;
    if (input == NULL)
        return;
    const int kept_errno = errno;
    if (input->fd >= 0)
        (void)close(input->fd); /* nothing was written: nothing can be lost */
    tfi_free(input->allocator, input->path);
    tfi_free(input->allocator, input);
    errno = kept_errno;
}

static tfeed_status local_open_input(void *user_data, const char *path,
                                     const struct tfeed_allocator *allocator, void **ret_input,
                                     struct tfeed_error *reterr)
{
    (void)user_data;
    struct local_input *input = tfi_alloc_zeroed(allocator, 1, sizeof *input);
    if (input == NULL)
        return tfi_fail_memory(reterr, "an input");
    input->allocator = allocator;
    input->fd = -1;
    input->path = tfi_strndup(allocator, path, strlen(path));
    tfeed_status status = TFEED_OK;
    bool is_standard = false;
    struct stat about;
    if (input->path == NULL)
        status = tfi_fail_memory(reterr, "an input");
    else if ((input->fd = open_descriptor(path, &is_standard)) < 0)
        status = tfi_fail_errno(reterr, errno, path, "open");
    else if (fstat(input->fd, &about) != 0)
        status = tfi_fail_errno(reterr, errno, path, "stat");
    else if (S_ISDIR(about.st_mode))
        status = tfi_fail_errno(reterr, EISDIR, path, "open");
    if (status != TFEED_OK) {
        local_close_input(input);
        return status;
    }
    input->is_regular = S_ISREG(about.st_mode) && !is_standard;
    *ret_input = input;
    return TFEED_OK;
}

/* Files such as those of /proc say 0 and hold bytes all the same: 0 is no answer. */
static uint64_t local_input_size(void *opaque)
{
    const struct local_input *input = opaque;
    struct stat about;
    if (!input->is_regular || fstat(input->fd, &about) != 0 || about.st_size <= 0)
        return TFEED_SIZE_UNKNOWN;
    return (uint64_t)about.st_size;
}

static tfeed_status local_read(void *opaque, uint64_t offset, void *data, size_t len,
                               size_t *ret_len, struct tfeed_error *reterr)
{
    const struct local_input *input = opaque;
    ssize_t n;
    do
        n = input->is_regular ? pread(input->fd, data, len, (off_t)offset)
                              : read(input->fd, data, len);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return tfi_fail_errno(reterr, errno, input->path, "read");
    *ret_len = (size_t)n;
    return TFEED_OK;
}

static void unmap(void *opaque)
{
    struct local_map *map = opaque;
    const int kept_errno = errno;
    (void)munmap(map->address, map->len); /* cannot fail on what mmap gave */
    errno = kept_errno;
    tfi_free(map->allocator, map);
}

/* No advice is given: the kernel maps what lies around a fault, and asking it to populate the map
 * in advance gained nothing (measured on cached files, small pages and large). */
static tfeed_status local_map(void *opaque, struct tfeed_bytes *ret_content,
                              struct tfeed_error *reterr)
{
    const struct local_input *input = opaque;
    const uint64_t size = local_input_size(opaque);
    if (size == TFEED_SIZE_UNKNOWN)
        return tfi_fail(reterr, TFEED_UNIMPLEMENTED, "%s: has no size to be mapped with",
                        input->path);
    struct local_map *map = tfi_alloc(input->allocator, sizeof *map);
    if (map == NULL)
        return tfi_fail_memory(reterr, "a map");
    *map = (struct local_map){.allocator = input->allocator, .len = (size_t)size};
    map->address = mmap(NULL, map->len, PROT_READ, MAP_SHARED, input->fd, 0);
    if (map->address == MAP_FAILED) { /* some file systems cannot */
        tfi_free(input->allocator, map);
        return tfi_fail(reterr, TFEED_UNIMPLEMENTED, "%s: cannot be mapped", input->path);
    }
    struct tfeed_bytes content = {.data = map->address, .len = map->len};
    const tfeed_status status =
        tfi_block_wrap(input->allocator, map->len, unmap, map, &content.block, reterr);
    if (status != TFEED_OK) {
        unmap(map);
        return status;
    }
    *ret_content = content;
    return TFEED_OK;
}

static uint64_t modified_ns(const struct stat *about)
{
    const uint64_t ns_per_second = 1000000000;
    if (about->st_mtim.tv_sec <= 0)
        return 0;
    return (uint64_t)about->st_mtim.tv_sec * ns_per_second + (uint64_t)about->st_mtim.tv_nsec;
}

static tfeed_status local_look(void *user_data, const char *path, struct tfeed_file_info *ret_info,
                               struct tfeed_error *reterr)
{
    (void)user_data;
    struct stat about;
    if (strcmp(path, "-") == 0) {
        *ret_info = (struct tfeed_file_info){.size = TFEED_SIZE_UNKNOWN};
        return TFEED_OK;
    }
    if (stat(path, &about) != 0)
        return tfi_fail_errno(reterr, errno == ENOTDIR ? ENOENT : errno, path, "look");
    *ret_info = (struct tfeed_file_info){.size = S_ISREG(about.st_mode) ? (uint64_t)about.st_size
                                                                        : TFEED_SIZE_UNKNOWN,
                                         .is_folder = S_ISDIR(about.st_mode),
                                         .modified_ns = modified_ns(&about)};
    return TFEED_OK;
}

/* The next entry; NULL at the end, and with *ret_errno when there is no going on. */
static const struct dirent *next_entry(DIR *folder, int *ret_errno)
{
    errno = 0;
    const struct dirent *entry = readdir(folder);
    *ret_errno = entry == NULL ? errno : 0;
    return entry;
}

static tfeed_status local_list(void *user_data, const char *folder, tfeed_file_found_fn found,
                               void *found_data, struct tfeed_error *reterr)
{
    (void)user_data;
    const char *name = folder[0] == '\0' ? "." : folder;
    DIR *opened = opendir(name);
    if (opened == NULL)
        return tfi_fail_errno(reterr, errno == ENOTDIR ? ENOENT : errno, name, "list");
    tfeed_status status = TFEED_OK;
    const struct dirent *entry;
    int failure = 0;
    while (status == TFEED_OK && (entry = next_entry(opened, &failure)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            status = found(found_data, entry->d_name, reterr);
    (void)closedir(opened);
    if (status == TFEED_OK && failure != 0)
        return tfi_fail_errno(reterr, failure, name, "list");
    return status;
}

const struct tfeed_file_system *tfeed_local_files(void)
{
    static const struct tfeed_file_system local = {
        .struct_size = sizeof local,
        .name = "local",
        .open_input = local_open_input,
        .close_input = local_close_input,
        .input_size = local_input_size,
        .read = local_read,
        .map = local_map,
        .open_output = tfi_local_open_output,
        .write = tfi_local_write,
        .flush = tfi_local_flush,
        .commit = tfi_local_commit,
        .discard = tfi_local_discard,
        .look = local_look,
        .list = local_list,
        .cut = tfi_local_cut,
    };
    return &local;
}
