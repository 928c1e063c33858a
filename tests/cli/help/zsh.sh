# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Of each kind of option a line; the shell reads it, where there is one.
tfeed help --form zsh >_tfeed
if command -v zsh >/dev/null; then zsh -n _tfeed; fi
head -n 4 _tfeed
grep -e "'bench:" -e "'verify:" -e "'load:" _tfeed
sed -n "/^    'count')/,/;;/p" _tfeed
sed -n "/^    'merge')/,/;;/p" _tfeed | grep -e "-o"
