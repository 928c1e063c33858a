# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# A closed pipe ends it silently.
. "$CASES/helpers.sh"
make_records
make_many more 10
{ tfeed sample more --fraction 1 --out - 2>errors; echo "$?" >status; } | head -c 1 >begin
cat errors status
