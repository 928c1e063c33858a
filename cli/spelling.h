/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * spelling.h - which word somebody meant who mistyped one.
 */
#ifndef CLI_SPELLING_H
#define CLI_SPELLING_H

#include <stddef.h>

/**
 * How many letters it takes to make one word the other: changed, left out, too many, or two in the
 * wrong order. SIZE_MAX where they have so little in common that nobody can have meant it.
 */
size_t spelling_distance(const char *typed, const char *word);

#endif
