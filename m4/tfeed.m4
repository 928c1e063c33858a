# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The tfeed authors

# TFEED_TRY_CFLAGS(VARIABLE, FLAGS)
#
# Appends to VARIABLE each of FLAGS that the compiler takes, tried one by one with -Werror: clang
# only warns of a flag it does not know.
AC_DEFUN([TFEED_TRY_CFLAGS],
[for tfeed_flag in m4_normalize([$2]); do
  AC_MSG_CHECKING([whether $CC takes $tfeed_flag])
  tfeed_saved_CFLAGS=$CFLAGS
  CFLAGS="-Werror $tfeed_flag"
  AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int tfeed_flag_test;]])],
    [AC_MSG_RESULT([yes])
     AS_IF([test -z "$$1"], [$1=$tfeed_flag], [$1="$$1 $tfeed_flag"])],
    [AC_MSG_RESULT([no])])
  CFLAGS=$tfeed_saved_CFLAGS
done
AC_SUBST([$1])])
