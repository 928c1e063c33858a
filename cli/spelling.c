/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * spelling.c - which word somebody meant who mistyped one.
 */
#include "cli/spelling.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 31, LETTERS_A_MISTAKE = 3 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* cost[i][j]: from the first i letters of one to the first j of the other. */
size_t spelling_distance(const char *typed, const char *word)
{
    size_t cost[LONGEST + 1][LONGEST + 1];
    const size_t n_typed = strlen(typed);
    const size_t n_word = strlen(word);

    if (n_typed > LONGEST || n_word > LONGEST)
        return SIZE_MAX;
    for (size_t i = 0; i <= n_typed; i++) {
        for (size_t j = 0; j <= n_word; j++) {
            cost[i][j] = i + j;
            if (i == 0 || j == 0)
                continue;
            cost[i][j] = least(cost[i - 1][j], cost[i][j - 1]) + 1;
            cost[i][j] = least(cost[i][j], cost[i - 1][j - 1] + (typed[i - 1] != word[j - 1]));
            if (i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1])
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    const size_t distance = cost[n_typed][n_word];
    return distance <= (n_word + LETTERS_A_MISTAKE - 1) / LETTERS_A_MISTAKE ? distance : SIZE_MAX;
}
