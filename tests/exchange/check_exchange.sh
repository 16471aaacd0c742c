#!/usr/bin/env bash
# The tests of this folder again, over the guest as compiled C: with memories behind guard pages and with
# explicit checks.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${W2C_BUILD_DIR:-$here/../../build}
cc=${W2C_CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags=(-std=c11 -D_XOPEN_SOURCE=700 -DEXCHANGE_COMPILED -O0 -I "$here/../../rtlib" -I "$dir" -I "$here")
libs=("$build/libw2cexchange.a" "$build/libw2crt.a")
if grep -q '^W2C_SANITIZE:[A-Z]*=address' "$build/CMakeCache.txt"; then
    flags+=(-g -fsanitize=address,undefined)
    export ASAN_OPTIONS=detect_stack_use_after_return=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
fi
if grep -q '^W2C_SANITIZE:[A-Z]*=thread' "$build/CMakeCache.txt"; then flags+=(-fsanitize=thread); fi
if command -v pkg-config >/dev/null && pkg-config --exists check; then
    read -ra check <<<"$(pkg-config --cflags --libs check)"
else
    check=(-lcheck)
fi
for memory in guard bounds; do
    "$build/w2c" "$here/guest.wasm" -o "$dir/guest.c" --memory=$memory >/dev/null
    "$cc" "${flags[@]}" -c "$dir/guest.c" -o "$dir/guest.o"
    tests=(guest view)
    [[ $memory == bounds ]] || tests+=(stream pool fuzz)
    for test in "${tests[@]}"; do
        "$cc" "${flags[@]}" "$here/test_exchange_$test.c" "$dir/guest.o" "${libs[@]}" "${check[@]}" -lm -pthread \
            -o "$dir/test"
        W2C_FUZZ_INPUTS=20000 "$dir/test" | tail -1
    done
done
# The header alone, as C and as C++, and for a big-endian host.
printf '#include "w2c_exchange.h"\nint get(const w2c_view_f64 *v, double *x);\nint get(const w2c_view_f64 *v, double *x) { return (int)w2c_view_f64_get(v, 0, x); }\n' \
    >"$dir/header.c"
"$cc" -std=c11 -pedantic -Wall -Wextra -Werror -I "$here/../../rtlib" -fsyntax-only "$dir/header.c"
"$cc" -std=c11 -Wall -Wextra -Wno-builtin-macro-redefined -Werror -U__BYTE_ORDER__ -D__BYTE_ORDER__=4321 \
    -I "$here/../../rtlib" -fsyntax-only "$dir/header.c"
"$cc" -x c++ -std=c++17 -Wall -Wextra -Werror -I "$here/../../rtlib" -fsyntax-only "$dir/header.c"
echo "the header: C, C++, big-endian"
