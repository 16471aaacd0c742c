#!/usr/bin/env bash
# --relaxed-native: modules made with the same choices link and do what is allowed, those with different ones do
# not link.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${W2C_BUILD_DIR:-$here/../../build}
cc=${W2C_CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
flags=(-std=c11 -D_XOPEN_SOURCE=700 -O1 -Wall -Wextra -Werror -I "$here/../../rtlib")
if grep -q '^W2C_SANITIZE:[A-Z]*=address' "$build/CMakeCache.txt"; then flags+=(-fsanitize=address,undefined); fi
if grep -q '^W2C_SANITIZE:[A-Z]*=thread' "$build/CMakeCache.txt"; then flags+=(-fsanitize=thread); fi
for choice in native deterministic; do
    mkdir "$dir/$choice"
    option=()
    [[ $choice == deterministic ]] || option=(--relaxed-native)
    for name in one two; do
        "$build/w2c" "$here/fma.wasm" -o "$dir/$choice/$name.c" "${option[@]}" >/dev/null
        "$cc" "${flags[@]}" -c "$dir/$choice/$name.c" -o "$dir/$choice/$name.o"
    done
    "$cc" "${flags[@]}" -I "$dir/$choice" -c "$here/relaxed.c" -o "$dir/main.o"
    "$cc" "${flags[@]}" "$dir/main.o" "$dir/$choice"/{one,two}.o "$build/libw2crt.a" -lm -pthread -o "$dir/$choice/program"
    "$dir/$choice/program" $choice
done
if "$cc" "${flags[@]}" "$dir/main.o" "$dir/native/one.o" "$dir/deterministic/two.o" "$build/libw2crt.a" -lm -pthread \
    -o "$dir/mixed" 2>"$dir/log"; then
    echo "modules with different choices were linked"
    exit 1
fi
grep -q w2c_relaxed_simd_is "$dir/log" || { cat "$dir/log"; exit 1; }
echo "relaxed SIMD: each choice links with itself alone"
