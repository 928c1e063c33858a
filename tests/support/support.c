/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * support.c - helpers of the tests that touch the operating system: memory, files, threads.
 */
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_SANITIZER 1
#endif
#endif
#ifdef HAS_LEAK_SANITIZER
int __lsan_do_recoverable_leak_check(void); /* <sanitizer/lsan_interface.h>, where that is there */
#endif

static _Noreturn void die(const char *what, const char *name)
{
    fprintf(stderr, "test support: %s: %s: %s\n", name, what, strerror(errno));
    abort();
}

/* --- allocator ----------------------------------------------------------------------------- */

/* Stands right before the bytes that are handed out. */
struct prefix {
    size_t size;
    void *base;
};

static void *hook_alloc(void *user_data, size_t size, size_t alignment)
{
    enum { MOST_FILLED = 4096 };
    struct t_allocator *allocator = user_data;
    if (atomic_fetch_add(&allocator->n_calls, 1) + 1 == allocator->fail_at)
        return NULL;
    if (allocator->limit_bytes > 0 &&
        size > allocator->limit_bytes - t_outstanding_bytes(allocator)) {
        errno = ENOMEM;
        die("more was asked for than the test allows", "allocator");
    }
    if (alignment < sizeof(struct prefix))
        alignment = sizeof(struct prefix);
    void *base = NULL;
    if (posix_memalign(&base, alignment, alignment + size) != 0)
        return NULL;
    uint8_t *memory = (uint8_t *)base + alignment;
    ((struct prefix *)(void *)memory)[-1] = (struct prefix){.size = size, .base = base};
    /* nobody may count on zeros; under a limit programs run often, and a part must do */
    memset(memory, 0xa5, allocator->limit_bytes > 0 && size > MOST_FILLED ? MOST_FILLED : size);
    atomic_fetch_add(&allocator->outstanding_bytes, size);
    return memory;
}

static void hook_free(void *user_data, void *memory)
{
    struct t_allocator *allocator = user_data;
    if (memory == NULL)
        return;
    const struct prefix prefix = ((struct prefix *)memory)[-1];
    atomic_fetch_sub(&allocator->outstanding_bytes, prefix.size);
    free(prefix.base);
}

static void *hook_realloc(void *user_data, void *memory, size_t size)
{
    void *moved = hook_alloc(user_data, size, sizeof(struct prefix));
    if (moved == NULL)
        return NULL;
    const size_t old_size = ((struct prefix *)memory)[-1].size;
    memcpy(moved, memory, old_size < size ? old_size : size);
    hook_free(user_data, memory);
    return moved;
}

void t_allocator_init(struct t_allocator *allocator)
{
    allocator->hooks = (struct tfeed_allocator){
        .alloc = hook_alloc, .realloc = hook_realloc, .free = hook_free, .user_data = allocator};
    atomic_init(&allocator->outstanding_bytes, 0);
    atomic_init(&allocator->n_calls, 0);
    allocator->fail_at = 0;
    allocator->limit_bytes = 0;
}

size_t t_outstanding_bytes(const struct t_allocator *allocator)
{
    return allocator != NULL ? atomic_load(&allocator->outstanding_bytes) : 0;
}

bool t_has_failed(const struct t_allocator *allocator)
{
    return allocator->fail_at > 0 && atomic_load(&allocator->n_calls) >= allocator->fail_at;
}

bool t_has_leaks(void)
{
#ifdef HAS_LEAK_SANITIZER
    return __lsan_do_recoverable_leak_check() != 0;
#else
    return false;
#endif
}

/* --- files --------------------------------------------------------------------------------- */

void t_temp_dir_init(struct t_temp_dir *dir)
{
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    int len = snprintf(dir->path, sizeof dir->path, "%s/tfeed-test-XXXXXX", parent);
    if (len < 0 || (size_t)len >= sizeof dir->path)
        errno = ENAMETOOLONG;
    else if (mkdtemp(dir->path) != NULL)
        return;
    die("no temporary directory", parent);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *position)
{
    (void)info;
    (void)kind;
    (void)position;
    return remove(path);
}

void t_temp_dir_clear(struct t_temp_dir *dir)
{
    enum { N_OPEN = 16 };
    if (dir->path[0] == '\0')
        return;
    if (nftw(dir->path, remove_entry, N_OPEN, FTW_DEPTH | FTW_PHYS) != 0)
        die("cannot be removed", dir->path);
    dir->path[0] = '\0';
}

char *t_temp_path(const struct t_temp_dir *dir, const char *name, char path[T_PATH_BYTES])
{
    int len = snprintf(path, T_PATH_BYTES, "%s/%s", dir->path, name);
    if (len < 0 || len >= T_PATH_BYTES) {
        errno = ENAMETOOLONG;
        die("no path", name);
    }
    return path;
}

uint8_t *t_read_file(const char *path, size_t *ret_len)
{
    size_t len = 0, capacity = 1 << 16;
    uint8_t *data = malloc(capacity);
    FILE *file = fopen(path, "rb");
    if (file == NULL || data == NULL)
        die("cannot be opened", path);
    size_t n;
    while ((n = fread(data + len, 1, capacity - len - 1, file)) > 0) {
        len += n;
        if (len + 1 < capacity)
            continue;
        capacity *= 2;
        data = realloc(data, capacity);
        if (data == NULL)
            die("no memory", path);
    }
    if (ferror(file))
        die("cannot be read", path);
    fclose(file);
    data[len] = '\0';
    *ret_len = len;
    return data;
}

void t_write_file(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        die("cannot be opened", path);
    if (fwrite(data, 1, len, file) != len || fclose(file) != 0)
        die("cannot be written", path);
}

/* --- memory and threads -------------------------------------------------------------------- */

void t_guarded_init(struct t_guarded *guarded, size_t len)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t usable = (len + page - 1) / page * page;
    uint8_t *mapping =
        mmap(NULL, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED || mprotect(mapping + usable, page, PROT_NONE) != 0)
        die("cannot be mapped", "guarded buffer");
    *guarded = (struct t_guarded){.data = mapping + usable - len,
                                  .len = len,
                                  .mapping = mapping,
                                  .mapping_bytes = usable + page};
}

void t_guarded_init_copy(struct t_guarded *guarded, const void *data, size_t len)
{
    t_guarded_init(guarded, len);
    if (len > 0)
        memcpy(guarded->data, data, len);
}

void t_guarded_clear(struct t_guarded *guarded)
{
    if (guarded->mapping != NULL && munmap(guarded->mapping, guarded->mapping_bytes) != 0)
        die("cannot be unmapped", "guarded buffer");
    *guarded = (struct t_guarded){.data = NULL};
}

int t_n_threads(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/task");
    if (dir == NULL)
        die("cannot be opened", "/proc/self/task");
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

static void sleep_a_millisecond(void)
{
    const struct timespec millisecond = {.tv_nsec = 1000000};
    nanosleep(&millisecond, NULL);
}

static void *tell_id(void *ret_id)
{
    *(long *)ret_id = syscall(SYS_gettid);
    return NULL;
}

int t_n_threads_at_rest(void)
{
    long id = 0;
    pthread_t first;
    char listed[T_PATH_BYTES];
    if (pthread_create(&first, NULL, tell_id, &id) != 0 || pthread_join(first, NULL) != 0)
        die("cannot be started", "a thread");
    (void)snprintf(listed, sizeof listed, "/proc/self/task/%ld", id);
    while (access(listed, F_OK) == 0)
        sleep_a_millisecond();
    return t_n_threads();
}

bool t_n_threads_becomes(int n)
{
    enum { N_LOOKS = 60000 };
    for (int look = 0; look < N_LOOKS; look++) {
        if (t_n_threads() == n)
            return true;
        sleep_a_millisecond();
    }
    return false;
}
