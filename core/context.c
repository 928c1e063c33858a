/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * context.c - what the pieces of one program share: seeds, shared names, runners, log, memory.
 *
 * Runners and shared objects are opaque: a table of functions and a pointer. They are added one by
 * one and leave together, at the end of the context, in reverse order, runners first: a runner may
 * use a shared queue, never the other way round.
 *
 * Threads: fully concurrent, but for tfeed_context_close. The mutex is held for list surgery only:
 *          no function of a runner or a shared object is called under it.
 */
#include "core/context_internal.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/thread_internal.h"

struct runner_entry {
    const struct tfi_runner_functions *functions;
    void *runner;
};

/* Never removed or changed before the context ends, so it can be used without the mutex. */
struct shared_entry {
    struct shared_entry *next; /* the one that was added before */
    const struct tfi_shared_functions *functions;
    void *object;
    char *name;
};

struct tfeed_context {
    _Atomic size_t n_refs;
    _Atomic int64_t n_unseeded; /* calls of next_seeds without an op seed */
    int64_t graph_seed;
    const struct tfeed_allocator *allocator;
    tfeed_log_fn log;
    void *log_user_data;

    struct tfi_mutex mutex; /* guards all that follows */
    bool is_closed;
    size_t n_runners;
    size_t runners_capacity;
    struct runner_entry *runners; /* in the order of adding */
    struct shared_entry *shared;  /* the last added first */
};

/* --- making and ending --------------------------------------------------------------------- */

void tfeed_context_options_init(struct tfeed_context_options *options)
{
    *options = (struct tfeed_context_options){.struct_size = sizeof *options,
                                              .graph_seed = TFEED_SEED_UNSET};
}

tfeed_status tfeed_context_new(const struct tfeed_context_options *options,
                               struct tfeed_context **ret_context, struct tfeed_error *reterr)
{
    struct tfeed_context_options defaults;
    tfeed_context_options_init(&defaults);
    if (options == NULL)
        options = &defaults;
    if (options->struct_size != sizeof *options)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT,
                        "context options have struct_size %zu, expected %zu: call "
                        "tfeed_context_options_init first",
                        options->struct_size, sizeof *options);

    struct tfeed_context *context = tfi_alloc_zeroed(options->allocator, 1, sizeof *context);
    if (context == NULL)
        return tfi_fail_memory(reterr, "a context");
    atomic_init(&context->n_refs, 1);
    atomic_init(&context->n_unseeded, 0);
    context->graph_seed = options->graph_seed;
    context->allocator = options->allocator;
    context->log = options->log;
    context->log_user_data = options->log_user_data;
    tfi_mutex_init(&context->mutex);
    *ret_context = context;
    return TFEED_OK;
}

struct tfeed_context *tfi_context_ref(struct tfeed_context *context)
{
    /* relaxed: the caller has a reference already */
    if (context != NULL)
        atomic_fetch_add_explicit(&context->n_refs, 1, memory_order_relaxed);
    return context;
}

static void free_shared(const struct tfeed_context *context, struct shared_entry *entry)
{
    if (entry == NULL)
        return;
    if (entry->object != NULL)
        entry->functions->unref(entry->object);
    tfi_free(context->allocator, entry->name);
    tfi_free(context->allocator, entry);
}

/* Gives back runners and shared objects, the last added first; later ones are refused. */
static void end_contents(struct tfeed_context *context)
{
    tfi_mutex_lock(&context->mutex);
    context->is_closed = true;
    struct runner_entry *runners = context->runners;
    size_t n_runners = context->n_runners;
    struct shared_entry *shared = context->shared;
    context->runners = NULL;
    context->n_runners = context->runners_capacity = 0;
    context->shared = NULL;
    tfi_mutex_unlock(&context->mutex);

    while (n_runners > 0) {
        n_runners--;
        runners[n_runners].functions->free(runners[n_runners].runner);
    }
    tfi_free(context->allocator, runners);
    while (shared != NULL) {
        struct shared_entry *entry = shared;
        shared = entry->next;
        free_shared(context, entry);
    }
}

void tfi_context_unref(struct tfeed_context *context)
{
    /* acquire-release: whoever frees sees all uses by other threads ended */
    if (context == NULL ||
        atomic_fetch_sub_explicit(&context->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    tfi_mutex_clear(&context->mutex);
    tfi_free(context->allocator, context);
}

/* The i-th runner in the order of adding; false behind the last. */
static bool get_runner(struct tfeed_context *context, size_t i, struct runner_entry *ret_entry)
{
    tfi_mutex_lock(&context->mutex);
    const bool is_there = i < context->n_runners;
    if (is_there)
        *ret_entry = context->runners[i];
    tfi_mutex_unlock(&context->mutex);
    return is_there;
}

/* Writes "a, b": the threads that still run, "" for none. */
static void describe_live(struct tfeed_context *context, char *text, size_t text_bytes)
{
    struct runner_entry entry;
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; get_runner(context, i, &entry); i++) {
        const size_t separator = len > 0 ? 2 : 0;
        if (len + separator + 1 >= text_bytes)
            return;
        char *to = text + len + separator;
        to[0] = '\0';
        entry.functions->describe_live(entry.runner, to, text_bytes - len - separator);
        if (to[0] == '\0') {
            text[len] = '\0';
            continue;
        }
        memcpy(text + len, ", ", separator);
        len += separator + strlen(to);
    }
}

tfeed_status tfeed_context_close(struct tfeed_context *context, struct tfeed_error *reterr)
{
    if (context == NULL)
        return TFEED_OK;
    struct runner_entry entry;
    for (size_t i = 0; get_runner(context, i, &entry); i++)
        entry.functions->cancel(entry.runner);

    char live[TFEED_ERROR_MESSAGE_BYTES / 2];
    describe_live(context, live, sizeof live);
    if (live[0] != '\0')
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION,
                        "the context cannot end while threads run: %s", live);
    end_contents(context);
    tfi_context_unref(context);
    return TFEED_OK;
}

/* --- seeds, memory, log -------------------------------------------------------------------- */

struct tfeed_seeds tfeed_context_next_seeds(struct tfeed_context *context, int64_t op_seed)
{
    if (context == NULL)
        return tfeed_seeds_derive(TFEED_SEED_UNSET, op_seed, 0);
    int64_t n_before = 0;
    if (op_seed == TFEED_SEED_UNSET)
        n_before = atomic_fetch_add_explicit(&context->n_unseeded, 1, memory_order_relaxed);
    return tfeed_seeds_derive(context->graph_seed, op_seed, n_before);
}

const struct tfeed_allocator *tfi_context_allocator(const struct tfeed_context *context)
{
    return context != NULL ? context->allocator : NULL;
}

int64_t tfi_context_graph_seed(const struct tfeed_context *context)
{
    return context != NULL ? context->graph_seed : TFEED_SEED_UNSET;
}

void tfi_context_log(const struct tfeed_context *context, enum tfeed_log_level level,
                     const char *format, ...)
{
    if (context == NULL || context->log == NULL)
        return;
    char line[TFEED_ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    if (vsnprintf(line, sizeof line, format, args) < 0)
        line[0] = '\0';
    va_end(args);
    tfi_mask_text(line);
    context->log(context->log_user_data, level, line);
}

/* --- runners ------------------------------------------------------------------------------- */

static tfeed_status add_runner_locked(struct tfeed_context *context, struct runner_entry entry,
                                      struct tfeed_error *reterr) TFI_REQUIRES(&context->mutex);

static tfeed_status add_runner_locked(struct tfeed_context *context, struct runner_entry entry,
                                      struct tfeed_error *reterr)
{
    enum { FIRST_CAPACITY = 4 };
    if (context->is_closed)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "the context has ended");
    if (context->n_runners == context->runners_capacity) {
        const size_t capacity =
            context->runners_capacity > 0 ? 2 * context->runners_capacity : FIRST_CAPACITY;
        struct runner_entry *runners =
            tfi_realloc_array(context->allocator, context->runners, capacity, sizeof *runners);
        if (runners == NULL)
            return tfi_fail_memory(reterr, "a queue runner");
        context->runners = runners;
        context->runners_capacity = capacity;
    }
    context->runners[context->n_runners++] = entry;
    return TFEED_OK;
}

tfeed_status tfi_context_add_runner(struct tfeed_context *context,
                                    const struct tfi_runner_functions *functions, void *runner,
                                    struct tfeed_error *reterr)
{
    const struct runner_entry entry = {.functions = functions, .runner = runner};
    tfi_mutex_lock(&context->mutex);
    tfeed_status status = add_runner_locked(context, entry, reterr);
    tfi_mutex_unlock(&context->mutex);
    return status;
}

tfeed_status tfi_context_start_runners(struct tfeed_context *context, void *coordinator,
                                       struct tfeed_error *reterr)
{
    struct runner_entry entry;
    for (size_t i = 0; get_runner(context, i, &entry); i++)
        TFI_TRY(entry.functions->start(entry.runner, coordinator, reterr));
    return TFEED_OK;
}

/* --- shared names -------------------------------------------------------------------------- */

static struct shared_entry *find_shared_locked(const struct tfeed_context *context,
                                               const char *name) TFI_REQUIRES(&context->mutex);

static struct shared_entry *find_shared_locked(const struct tfeed_context *context,
                                               const char *name)
{
    struct shared_entry *entry = context->shared;
    while (entry != NULL && strcmp(entry->name, name) != 0)
        entry = entry->next;
    return entry;
}

static struct shared_entry *find_shared(struct tfeed_context *context, const char *name)
{
    tfi_mutex_lock(&context->mutex);
    struct shared_entry *entry = find_shared_locked(context, name);
    tfi_mutex_unlock(&context->mutex);
    return entry;
}

/* Puts entry into the table, unless the context has ended or another thread was first; then *entry
 * becomes the other one, NULL where there is none. Returns whether it went in. */
static bool insert_shared(struct tfeed_context *context, struct shared_entry **entry)
{
    tfi_mutex_lock(&context->mutex);
    struct shared_entry *other = find_shared_locked(context, (*entry)->name);
    const bool goes_in = other == NULL && !context->is_closed;
    if (goes_in) {
        (*entry)->next = context->shared;
        context->shared = *entry;
    } else {
        *entry = other;
    }
    tfi_mutex_unlock(&context->mutex);
    return goes_in;
}

static tfeed_status use_shared(struct shared_entry *entry,
                               const struct tfi_shared_functions *functions, void *request,
                               void **ret_object, struct tfeed_error *reterr)
{
    if (strcmp(entry->functions->kind, functions->kind) != 0)
        return tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "shared name '%s' is a %s, not a %s",
                        entry->name, entry->functions->kind, functions->kind);
    if (functions->check != NULL)
        TFI_TRY(functions->check(request, entry->object, reterr));
    *ret_object = functions->ref(entry->object);
    return TFEED_OK;
}

static tfeed_status make_shared(struct tfeed_context *context, const char *name,
                                const struct tfi_shared_functions *functions, void *request,
                                struct shared_entry **ret_entry, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    struct shared_entry *entry = tfi_alloc_zeroed(context->allocator, 1, sizeof *entry);
    if (entry != NULL)
        entry->name = tfi_strndup(context->allocator, name, strlen(name));
    if (entry == NULL || entry->name == NULL)
        status = tfi_fail_memory(reterr, "a shared name");
    else
        status = functions->make(request, &entry->object, reterr);
    if (status != TFEED_OK) {
        free_shared(context, entry);
        return status;
    }
    entry->functions = functions;
    *ret_entry = entry;
    return TFEED_OK;
}

/* `make` runs outside the mutex, since it may use the context. When two threads make the same name
 * at once, the second's object goes again and it uses the first's. */
tfeed_status tfi_context_share(struct tfeed_context *context, const char *name,
                               const struct tfi_shared_functions *functions, void *request,
                               void **ret_object, struct tfeed_error *reterr)
{
    struct shared_entry *entry = find_shared(context, name);
    if (entry != NULL)
        return use_shared(entry, functions, request, ret_object, reterr);

    struct shared_entry *made = NULL;
    TFI_TRY(make_shared(context, name, functions, request, &made, reterr));
    *ret_object = functions->ref(made->object);
    entry = made;
    if (insert_shared(context, &entry))
        return TFEED_OK;

    functions->unref(*ret_object);
    *ret_object = NULL;
    free_shared(context, made);
    if (entry == NULL)
        return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "the context has ended");
    return use_shared(entry, functions, request, ret_object, reterr);
}
