#!/bin/bash
# check_header.sh: the headers that generated code includes, as C11 and as C++17, without warnings, and a
# program in C++ against the runtime library. W2C_CC: the C compiler; its C++ sibling is used.
set -eu
source=${W2C_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
cc=${W2C_CC:-cc}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
case $cc in
*clang*) cxx=${cc/clang/clang++} ;;
*gcc*) cxx=${cc/gcc/g++} ;;
*) cxx=c++ ;;
esac
warnings="-Wall -Wextra -Wpedantic -Wshadow -Werror"
for level in -O0 -O2; do
    for header in w2c.h w2c_rt.h w2c_ops.h w2c_eh.h w2c_gc.h w2c_atomic.h w2c_simd.h w2c_tail.h w2c_wasi.h; do
        echo "#include \"$header\"" >"$out/one.c"
        $cc -std=c11 $level $warnings -I"$source/rtlib" -c "$out/one.c" -o "$out/one.o"
    done
done
if ! command -v "$cxx" >/dev/null; then
    echo "no $cxx: the C++ half is left out"
    exit 0
fi
for file in "$source"/rtlib/rt_*.c; do
    $cc -std=c11 -O1 -c "$file" -o "$out/$(basename "$file").o"
done
for level in -O0 -O2; do
    $cxx -std=c++17 $level $warnings -I"$source/rtlib" "$source/tests/compile/rt_header.cpp" \
        "$out"/rt_*.o -lm -lpthread -o "$out/program"
    "$out/program"
done
echo "headers: C11 and C++17 with $cc and $cxx"
