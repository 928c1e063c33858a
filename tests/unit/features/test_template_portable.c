/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: 2026 The tfeed authors
 *
 * test_template_portable.c - the tests of templates again, with the form that needs no SSE2.
 */
#undef __SSE2__
#include "tests/unit/features/test_template.c"
