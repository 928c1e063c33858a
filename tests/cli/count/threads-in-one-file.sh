# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# Several threads count one file; damage ends it at the same place.
. "$CASES/helpers.sh"
make_records
make_many many 16
for threads in 0 1 2 4; do tfeed count --threads "$threads" many; done
tfeed count --threads 4 - <many
put_byte many 19999976 377
for threads in 1 4; do tfeed count --threads "$threads" many; done
