# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
command -v bash >/dev/null || { echo "no bash"; exit 77; }
tfeed help --form bash >completion
cat >try <<'END'
. ./completion
try() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _tfeed
    echo "${COMPREPLY[@]}"
}
try tfeed veri
try tfeed bench lo
try tfeed verify --compression gz
try tfeed verify --qu
try tfeed bench load --order fi
try tfeed cat train
try tfeed nothing --he
END
bash try
