/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * random_key.c - random numbers that are functions of what they are for, not of what came before.
 *
 * Threads work ahead and runs are resumed in the middle; a number that depends on nothing but
 * (seed, epoch, lane, window) is the same for whoever asks, and whenever.
 */
#include "core/philox_internal.h"
#include "loader/loader_internal.h"
#include "loader/loader_private.h"

static void mix(uint32_t key[2], uint64_t low, uint64_t high)
{
    const uint32_t counter[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high,
                                 (uint32_t)(high >> 32)};
    uint32_t words[TFI_PHILOX_WORDS];
    tfi_philox_group(key, counter, words);
    key[0] = words[0];
    key[1] = words[1];
}

uint64_t loader_key(uint64_t seed, enum key_use use, uint64_t a, uint64_t b, uint64_t c)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    mix(key, a, b);
    mix(key, c, (uint64_t)use);
    return key[0] | (uint64_t)key[1] << 32;
}

uint64_t loader_record_seed(uint64_t seed, uint64_t epoch, const struct place *place)
{
    return loader_key(seed, KEY_RECORD, epoch, place->file, place->record);
}

/* A number below n from 32 random bits: Lemire's multiplication; the bias, below n / 2^32, does not
 * matter for an order. */
static uint32_t below(uint32_t word, uint32_t n)
{
    return (uint32_t)((uint64_t)word * n >> 32);
}

/* Words of one key, a block at a time. */
struct words {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t words[TFI_PHILOX_BLOCK_WORDS];
    size_t n_used;
};

static void words_init(struct words *words, uint64_t key)
{
    *words = (struct words){.key = {(uint32_t)key, (uint32_t)(key >> 32)},
                            .n_used = TFI_PHILOX_BLOCK_WORDS};
}

static uint32_t next_word(struct words *words)
{
    if (words->n_used == TFI_PHILOX_BLOCK_WORDS) {
        tfi_philox_block(words->key, words->counter, words->words);
        tfi_philox_skip(words->counter, TFI_PHILOX_BLOCK_GROUPS);
        words->n_used = 0;
    }
    return words->words[words->n_used++];
}

/* Puts begin … end - 1 among those before; order[i] is not read before it is set. */
static void permute_piece(struct words *words, uint32_t *order, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        const uint32_t j = below(next_word(words), i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

void loader_permute(uint64_t key, uint32_t *order, uint32_t n)
{
    struct words words;
    words_init(&words, key);
    permute_piece(&words, order, 0, n);
}

bool loader_permute_many(uint64_t key, uint32_t *order, uint32_t n, const _Atomic bool *stop)
{
    struct words words;
    words_init(&words, key);
    for (uint32_t begin = 0, end; begin < n; begin = end) {
        if (atomic_load_explicit(stop, memory_order_relaxed))
            return false;
        end = n - begin < LOADER_STOP_ITEMS ? n : begin + LOADER_STOP_ITEMS;
        permute_piece(&words, order, begin, end);
    }
    return true;
}

void tfi_loader_global_order(uint64_t seed, uint64_t epoch, uint32_t *order, uint32_t n)
{
    loader_permute(loader_key(seed, KEY_GLOBAL, epoch, 0, 0), order, n);
}

void row_window_shuffle(struct row_window *window, uint64_t key)
{
    struct words words;
    words_init(&words, key);
    for (uint32_t n = window->n_rows; n > 1; n--) {
        const uint32_t j = below(next_word(&words), n);
        const struct row row = window->rows[j];
        window->rows[j] = window->rows[n - 1];
        window->rows[n - 1] = row;
    }
}
