# LK_CFLAG(VARIABLE, FLAG): append FLAG to VARIABLE where the C compiler takes it.
AC_DEFUN([LK_CFLAG], [
  AC_MSG_CHECKING([whether $CC accepts $2])
  lk_saved_cflags="$CFLAGS"
  CFLAGS="$CFLAGS -Werror $2"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
  CFLAGS="$lk_saved_cflags"
  AC_SUBST([$1])
])

# LK_LDFLAG(VARIABLE, FLAG): append FLAG to VARIABLE where the linker takes it.
AC_DEFUN([LK_LDFLAG], [
  AC_MSG_CHECKING([whether the linker accepts $2])
  lk_saved_ldflags="$LDFLAGS"
  LDFLAGS="$LDFLAGS $2"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
    [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
  LDFLAGS="$lk_saved_ldflags"
  AC_SUBST([$1])
])

# LK_VERSION_SCRIPT: can the linker take a version script?
AC_DEFUN([LK_VERSION_SCRIPT], [
  AC_MSG_CHECKING([for linker version scripts])
  lk_saved_ldflags="$LDFLAGS"
  echo 'LK_PROBE { global: main; local: *; };' > conftest.map
  LDFLAGS="$LDFLAGS -Wl,--version-script=conftest.map"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])], [lk_version_script=yes], [lk_version_script=no])
  LDFLAGS="$lk_saved_ldflags"
  rm -f conftest.map
  AC_MSG_RESULT([$lk_version_script])
  AM_CONDITIONAL([HAVE_VERSION_SCRIPT], [test "$lk_version_script" = yes])
])
