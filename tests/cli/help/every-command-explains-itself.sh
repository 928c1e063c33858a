# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Asked for: on standard output, exit 0, both ways the same.
for command in info count head cat get schema stats diff verify repair doctor index convert merge split \
    reshard shuffle sample 'bench read' 'bench parse' 'bench load' 'bench write' 'bench encode' \
    'bench step' 'bench files' 'bench probe' help version; do
    # shellcheck disable=SC2086 # two words
    tfeed help $command >a 2>errors || echo "help $command: $?"
    # shellcheck disable=SC2086
    tfeed $command --help >b 2>>errors || echo "$command --help: $?"
    cmp a b
    cat errors
    grep -q "^usage: tfeed $command" a || echo "$command: no usage line"
    ! sed 1d a | grep '\.\.\.$' || echo "$command: a text that was cut"
    ! grep ' $' a || echo "$command: a blank at the end of a line"
done
