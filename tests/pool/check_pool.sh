#!/usr/bin/env bash
# Translates the modules here, links them with pool.c, and runs that, with guard pages and with explicit checks.
# W2C_POOL_CYCLES: how many instances one after the other (default: 100,000; with sanitizers 2,000).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${W2C_BUILD_DIR:-$here/../../build}
cc=${W2C_CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
guest_flags=()
flags=(-std=c11 -D_XOPEN_SOURCE=700 -O1 -Wall -Wextra -Werror -I "$here/../../rtlib" -I "$dir")
if grep -q '^W2C_SANITIZE:[A-Z]*=address' "$build/CMakeCache.txt"; then
    flags+=(-fsanitize=address,undefined)
    export ASAN_OPTIONS=detect_stack_use_after_return=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
fi
if grep -q '^W2C_SANITIZE:[A-Z]*=thread' "$build/CMakeCache.txt"; then
    flags+=(-fsanitize=thread)
    guest_flags=(-fno-sanitize=thread)
fi
for memory in guard bounds; do
    objects=()
    for module in tenant starter failing big; do
        "$build/w2c" "$here/$module.wasm" -o "$dir/$module.c" --memory=$memory >/dev/null
        "$cc" "${flags[@]}" ${guest_flags[@]+"${guest_flags[@]}"} -c "$dir/$module.c" -o "$dir/$module.o"
        objects+=("$dir/$module.o")
    done
    "$cc" "${flags[@]}" "$here/pool.c" "${objects[@]}" "$build/libw2crt.a" -lm -pthread -o "$dir/pool-$memory"
    echo "--memory=$memory:"
    "$dir/pool-$memory" ${W2C_POOL_CYCLES:+"$W2C_POOL_CYCLES"}
done
