# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A file of other things is no mistake; one of both is.
. "$CASES/helpers.sh"
make_raw raw
printf '\005\000\000\000\000\000\000\000\352\262\004\076\150\145\154\154\157\273\037\034\031' >one
tfeed schema one
tfeed schema --json one
tfeed schema raw
