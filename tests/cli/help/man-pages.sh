# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A page for every command, which groff takes without a word; what --help lists is in it.
tfeed help --form man >page
grep -q '^.TH TFEED 1' page || echo "tfeed: no title"
groff=$(command -v groff || echo :)
tfeed help | sed -n 's/^  \([a-z]*\( [a-z]\{1,\}\)\{0,1\}\)  .*/\1/p' >commands
[ "$(wc -l <commands)" -gt 20 ] || cat commands
while IFS= read -r command; do
    # shellcheck disable=SC2086 # two words
    tfeed help --form man $command >page
    $groff -man -Tutf8 -ww -z page 2>&1
    # shellcheck disable=SC2086
    for option in $(tfeed help $command | sed -n 's/^  \(-., \)\{0,1\}--\([a-z0-9-]*\).*/\2/p'); do
        grep -qF -- "-$(echo "$option" | sed 's/-/\\-/g')" page || echo "$command: --$option is missing"
    done
    [ -z "${TFEED_SOURCE:-}" ] ||
        grep -q "tfeed-$(echo "$command" | tr ' ' -)\.1" "$TFEED_SOURCE/cli/module.am" ||
        echo "$command: its page is not built"
done <commands
