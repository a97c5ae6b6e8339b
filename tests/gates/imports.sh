#!/bin/sh
# What the library needs from the system: memory, bytes and mathematics.
# Nothing of stdio, exit, the environment, the locale, clocks, randomness or threads.
. "$(dirname "$0")/gate.sh"
need_shared

# bcmp is what clang makes of memcmp where only equality is asked. Large blocks come from mmap and its like,
# which leave errno as it was.
cat >"$work/allowed" <<'END'
__errno_location
bcmp
calloc
free
madvise
malloc
memchr
memcmp
memcpy
memmove
memset
mmap
mremap
munmap
realloc
strchr
strcmp
strcspn
strlen
strncmp
strspn
END
# The mathematics that has no state: no lgamma (it writes signgam), no rounding modes.
for name in acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 \
    expm1 fabs fdim floor fma fmax fmin fmod frexp hypot ilogb ldexp lgamma_r llrint llround log log10 log1p \
    log2 logb lrint lround modf nan nearbyint nextafter pow remainder rint round scalbln scalbn sin \
    sinh sqrt tan tanh tgamma trunc; do
    echo "$name"
done >>"$work/allowed"
# What compilers and distributions add on their own.
for name in _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __cxa_finalize __gmon_start__ \
    __stack_chk_fail __stack_chk_guard __memcpy_chk __memmove_chk __memset_chk ___tls_get_addr; do
    echo "$name"
done >>"$work/allowed"
sort -o "$work/allowed" "$work/allowed"

$NM -D --undefined-only "$shared" | sed 's/^ *[A-Za-z] //; s/@.*//' | sort -u >"$work/found"
comm -13 "$work/allowed" "$work/found" >"$work/forbidden"
test ! -s "$work/forbidden" ||
    fail "the library calls what it must not: $(tr '\n' ' ' <"$work/forbidden")"
echo "calls: $(tr '\n' ' ' <"$work/found")"
