#!/usr/bin/env bash
# Translates the modules here, links them with gc.c, and runs that, optimised and not.
# W2C_GC_SECONDS: how long the random part runs each time (default: a fixed number of steps).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${W2C_BUILD_DIR:-$here/../../build}
cc=${W2C_CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags=(-std=c11 -D_XOPEN_SOURCE=700 -Wall -Wextra -Werror -I "$here/../../rtlib" -I "$dir")
if grep -q '^W2C_SANITIZE:[A-Z]*=address' "$build/CMakeCache.txt"; then
    flags+=(-fsanitize=address,undefined)
    # the collector looks at the real stack: see w2c.h
    export ASAN_OPTIONS=detect_stack_use_after_return=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
fi
if grep -q '^W2C_SANITIZE:[A-Z]*=thread' "$build/CMakeCache.txt"; then flags+=(-fsanitize=thread); fi
for module in heap join cell shelf; do "$build/w2c" "$here/$module.wasm" -o "$dir/$module.c" >/dev/null; done
for level in -O0 -O2; do
    "$cc" "${flags[@]}" $level "$here/gc.c" "$dir"/{heap,join,cell,shelf}.c "$build/libw2crt.a" -lm -pthread -o "$dir/gc"
    echo "$level:"
    "$dir/gc" ${W2C_GC_SECONDS:+"$W2C_GC_SECONDS" "$RANDOM"}
done
