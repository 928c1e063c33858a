# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors
# The same value, packed and not.
{
    printf '\016\000\000\000\000\000\000\000\305\345\151\077\012\014\012\012\012\001'
    printf '\141\022\005\032\003\012\001\005\054\135\115\046'
} >packed
{
    printf '\015\000\000\000\000\000\000\000\074\067\270\064\012\013\012\011\012\001'
    printf '\141\022\004\032\002\010\005\304\370\306\243'
} >unpacked
tfeed diff packed unpacked
echo $?
tfeed diff --content packed unpacked
