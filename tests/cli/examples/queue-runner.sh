# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
. "$CASES/helpers.sh"
# How far the counter is at each enqueue differs from run to run; what must hold does not.
example queue_runner_counter >printed || exit
awk '$1 == "two" {
         for (i = 4; i <= NF; i++) {
             n_falls += $i <= $(i - 1)
             n_leaps += $i > $(i - 1) + 1
         }
         print "two operations:", NF - 2, n_falls ? "falling" : "rising", n_leaps ? "with gaps" : ""
         next
     }
     { print }' printed
