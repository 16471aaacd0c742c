#!/usr/bin/env bash
# Runs abuse.json (from abuse.wast, by wasm-tools json-from-wast) interpreted and compiled, with every compiler, both
# memory modes. A build with AddressSanitizer finds what a trap or an uncaught exception leaves allocated.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${W2C_BUILD_DIR:-$here/../../build}
cc=${W2C_CC:-cc}
test=("$build/w2c-spectest" -j1 --timeout 300)
"${test[@]}" --interp "$here/abuse.json" | tail -1
sanitize=()
if grep -q '^W2C_SANITIZE:[A-Z]*=address' "$build/CMakeCache.txt"; then sanitize=(--sanitize); fi
for memory in guard bounds; do
    for level in -O0 -O2; do
        "${test[@]}" --compiled --cc "$cc" --opt $level --memory=$memory ${sanitize[@]+"${sanitize[@]}"} "$here/abuse.json" | tail -1
    done
done
[[ -n ${sanitize[*]} ]] && exit 0
"${test[@]}" --compiled --cc "$cc" --opt -O1 --plain "$here/abuse.json" | tail -1
"${test[@]}" --compiled --cc "$cc" --opt -O1 --gc-stress 1 "$here/abuse.json" | tail -1
for other in gcc clang clang-19; do
    if [[ $(basename "$cc") == "$other" ]] || ! command -v $other >/dev/null; then continue; fi
    "${test[@]}" --compiled --cc $other --opt -O1 "$here/abuse.json" | tail -1
done
