/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * context.c - what the pieces of one program share: seeds, shared names, runners, log, memory.
 *
 * Runners and shared objects are opaque: a table of functions and a pointer. They are added one by
 * one and leave together, at the end of the context, in reverse order, runners first: a runner may
 * use a shared queue, never the other way round.
 *
 * Invariants
 *   (1) A shared entry is in both the table and the list, or in neither. The table finds, the list
 *       keeps the order of adding.
 *   (2) Whoever found an entry takes a reference to its object before the reading ends; the entry
 *       may go then.
 * Threads:  fully concurrent, but for tfeed_context_close. Names are looked up without a lock. The
 *           mutex is held for list surgery only: no function of a runner or a shared object is
 *           called under it.
 */
#include "core/context_internal.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/allocator_internal.h"
#include "core/error_internal.h"
#include "core/name_table_internal.h"
#include "core/thread_internal.h"

struct runner_entry {
    const struct tfi_runner_functions *functions;
    void *runner;
};

/* Never changed once it is in the table. */
struct shared_entry {
    struct tfi_name_entry in_table; /* first: what the table finds */
    struct shared_entry *next;      /* the one that was added before */
    const struct tfi_shared_functions *functions;
    void *object;
    char name[];
};

struct tfeed_context {
    _Atomic size_t n_refs;
    _Atomic int64_t n_unseeded; /* calls of next_seeds without an op seed */
    int64_t graph_seed;
    const struct tfeed_allocator *allocator;
    tfeed_log_fn log;
    void *log_user_data;
    struct tfi_name_table *names; /* (1); changed under the mutex, read without it */

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
    const tfeed_status status = tfi_name_table_new(context->allocator, &context->names, reterr);
    if (status != TFEED_OK) {
        tfi_free(options->allocator, context);
        return status;
    }
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
    for (struct shared_entry *entry = shared; entry != NULL; entry = entry->next)
        tfi_name_table_remove(context->names, &entry->in_table);
    tfi_mutex_unlock(&context->mutex);
    tfi_name_table_wait_for_readers(context->names); /* (2) */

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
    tfi_name_table_free(context->names);
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

size_t tfi_context_n_runners(struct tfeed_context *context)
{
    tfi_mutex_lock(&context->mutex);
    const size_t n = context->n_runners;
    tfi_mutex_unlock(&context->mutex);
    return n;
}

void *tfi_context_runner(struct tfeed_context *context, size_t i)
{
    struct runner_entry entry;
    return get_runner(context, i, &entry) ? entry.runner : NULL;
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

/* What a name led to: a reference to its object, and how to handle it. */
struct found {
    const struct tfi_shared_functions *functions;
    void *object;
};

static struct found take(const struct tfi_name_entry *in_table)
{
    const struct shared_entry *entry = (const struct shared_entry *)in_table; /* its beginning */
    return (struct found){.functions = entry->functions,
                          .object = entry->functions->ref(entry->object)};
}

/* False where the name is new. */
static bool find_shared(struct tfeed_context *context, const char *name, struct found *ret_found)
{
    tfi_name_table_read_begin(context->names);
    struct tfi_name_entry *in_table = tfi_name_table_find(context->names, name);
    if (in_table != NULL)
        *ret_found = take(in_table); /* (2) */
    tfi_name_table_read_end(context->names);
    return in_table != NULL;
}

/* What was found, if the request fits. */
static tfeed_status use_found(const struct found *found, const char *name,
                              const struct tfi_shared_functions *functions, void *request,
                              void **ret_object, struct tfeed_error *reterr)
{
    tfeed_status status = TFEED_OK;
    if (strcmp(found->functions->kind, functions->kind) != 0)
        status = tfi_fail(reterr, TFEED_INVALID_ARGUMENT, "shared name '%s' is a %s, not a %s",
                          name, found->functions->kind, functions->kind);
    else if (functions->check != NULL)
        status = functions->check(request, found->object, reterr);
    if (status != TFEED_OK)
        found->functions->unref(found->object);
    else
        *ret_object = found->object;
    return status;
}

static tfeed_status make_shared(struct tfeed_context *context, const char *name,
                                const struct tfi_shared_functions *functions, void *request,
                                struct shared_entry **ret_entry, struct tfeed_error *reterr)
{
    const size_t name_bytes = strlen(name) + 1;
    struct shared_entry *entry =
        tfi_alloc_zeroed(context->allocator, 1, sizeof *entry + name_bytes);
    if (entry == NULL)
        return tfi_fail_memory(reterr, "a shared name");
    memcpy(entry->name, name, name_bytes);
    entry->in_table.name = entry->name;
    entry->functions = functions;
    const tfeed_status status = functions->make(request, &entry->object, reterr);
    if (status != TFEED_OK) {
        tfi_free(context->allocator, entry);
        return status;
    }
    *ret_entry = entry;
    return TFEED_OK;
}

/* Whether a new entry got its name. */
enum insertion { INSERTED, NAME_TAKEN, CONTEXT_CLOSED };

static enum insertion insert_shared(struct tfeed_context *context, struct shared_entry *entry)
{
    enum insertion insertion = CONTEXT_CLOSED;
    tfi_mutex_lock(&context->mutex);
    if (!context->is_closed) {
        const bool is_in = tfi_name_table_add(context->names, &entry->in_table) == &entry->in_table;
        insertion = is_in ? INSERTED : NAME_TAKEN;
        if (is_in) {
            entry->next = context->shared;
            context->shared = entry;
        }
    }
    tfi_mutex_unlock(&context->mutex);
    return insertion;
}

/* `make` runs outside the mutex, since it may use the context. When two threads make the same name
 * at once, the second's object goes again and it uses the first's. */
tfeed_status tfi_context_share(struct tfeed_context *context, const char *name,
                               const struct tfi_shared_functions *functions, void *request,
                               void **ret_object, struct tfeed_error *reterr)
{
    struct found found;
    if (find_shared(context, name, &found))
        return use_found(&found, name, functions, request, ret_object, reterr);

    struct shared_entry *made = NULL;
    TFI_TRY(make_shared(context, name, functions, request, &made, reterr));
    void *object = functions->ref(made->object); /* the caller's, before the context's may go */
    const enum insertion insertion = insert_shared(context, made);
    if (insertion == INSERTED) {
        *ret_object = object;
        return TFEED_OK;
    }
    functions->unref(object);
    free_shared(context, made);
    if (insertion == NAME_TAKEN && find_shared(context, name, &found))
        return use_found(&found, name, functions, request, ret_object, reterr);
    return tfi_fail(reterr, TFEED_FAILED_PRECONDITION, "the context has ended");
}
