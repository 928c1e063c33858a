# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Of each kind of option a line; the shell reads it, where there is one.
tfeed help --form fish >tfeed.fish
if command -v fish >/dev/null; then fish -n tfeed.fish; fi
head -n 1 tfeed.fish
grep -e "-a 'bench'" -e "-a 'load'" -e "-a 'verify'" -e "__tfeed_has count'" tfeed.fish
grep -e "__tfeed_has merge' -l out" tfeed.fish
