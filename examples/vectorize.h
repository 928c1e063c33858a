/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * vectorize.h - lets the compiler make one loop for several instruction sets.
 *
 * A program for every machine is compiled for the oldest one. VECTORIZE before a function gives it
 * further versions, and the loader picks the best at start.
 */
#ifndef EXAMPLES_VECTORIZE_H
#define EXAMPLES_VECTORIZE_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_THREAD__) &&                   \
    !defined(__SANITIZE_ADDRESS__)
#define VECTORIZE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTORIZE
#endif

#endif
