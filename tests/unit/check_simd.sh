#!/bin/bash
# check_simd.sh: test_simd.c compiled for several sets of processor flags, optimised and not, with the plain
# header and with the native relaxed choices; under qemu for AArch64 where the tools are there. W2C_CC: the
# C compiler. Flags that this processor does not have are compiled only. W2C_LONG: all of them; else two.
set -eu
source=${W2C_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
cc=${W2C_CC:-cc}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

# try RUN COMPILER FLAGS...: RUN is a command before the program, or none: compile only
try() {
    local run=$1 compiler=$2
    shift 2
    $compiler -std=c11 "$@" $warnings -DW2C_TEST_STANDALONE -I"$source/rtlib" \
        "$source/tests/unit/test_simd.c" -lm -o "$out/program"
    if [ "$run" = none ]; then
        echo "$compiler $*: compiled"
        return
    fi
    $run "$out/program" >"$out/log" || { head -20 "$out/log"; echo "$compiler $*"; exit 1; }
    echo "$compiler $*: $(tail -1 "$out/log")"
}
# flags of the processor that this program runs on
has() {
    local flag
    for flag in "$@"; do
        grep -qw "$flag" /proc/cpuinfo 2>/dev/null || { echo none; return; }
    done
    echo env
}

if [ -z "${W2C_LONG:-}" ]; then
    try env "$cc" -O1 -DW2C_SIMD_PLAIN
    case $($cc -dumpmachine) in
    x86_64*) try "$(has avx2 fma)" "$cc" -O1 -mavx2 -mfma -DW2C_RELAXED_NATIVE=1 ;;
    esac
    exit 0
fi
try env "$cc" -O0 -DW2C_SIMD_PLAIN
try env "$cc" -O2 -DW2C_SIMD_PLAIN
try env "$cc" -O2 -DW2C_RELAXED_NATIVE=1
case $($cc -dumpmachine) in
x86_64*)
    try "$(has ssse3)" "$cc" -O2 -mssse3
    try "$(has sse4_2)" "$cc" -O0 -msse4.2 -DW2C_RELAXED_NATIVE=1
    try "$(has sse4_2)" "$cc" -O2 -msse4.2
    try "$(has avx2 fma)" "$cc" -O3 -mavx2 -mfma
    try "$(has avx2 fma)" "$cc" -O1 -mavx2 -mfma -DW2C_RELAXED_NATIVE=1
    try "$(has avx512vl avx512bw avx512dq)" "$cc" -O2 -mavx512vl -mavx512bw -mavx512dq
    ;;
esac
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    try qemu-aarch64 aarch64-linux-gnu-gcc -O2 -static -DW2C_RELAXED_NATIVE=1
    try qemu-aarch64 aarch64-linux-gnu-gcc -O0 -static
    case $cc in
    *clang*) try qemu-aarch64 "$cc --target=aarch64-linux-gnu" -O1 -static ;;
    esac
else
    echo "no aarch64-linux-gnu-gcc and qemu-aarch64: AArch64 is left out"
fi
