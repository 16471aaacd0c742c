#!/usr/bin/env bash
# Translates the modules here, links them with threads.c and groups.c, and runs those, with guard pages and with
# explicit checks.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${W2C_BUILD_DIR:-$here/../../build}
cc=${W2C_CC:-cc}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
guest_flags=()
flags=(-std=c11 -D_XOPEN_SOURCE=700 -O2 -Wall -Wextra -Werror -I "$here/../../rtlib" -I "$dir")
if grep -q '^W2C_SANITIZE:[A-Z]*=address' "$build/CMakeCache.txt"; then flags+=(-fsanitize=address,undefined); fi
if grep -q '^W2C_SANITIZE:[A-Z]*=thread' "$build/CMakeCache.txt"; then
    flags+=(-fsanitize=thread)
    guest_flags=(-fno-sanitize=thread) # races of plain guest accesses are legal; the runtime is judged
fi
for memory in guard bounds; do
    for module in threads unshared group lib; do
        "$build/w2c" "$here/$module.wasm" -o "$dir/$module.c" --memory=$memory >/dev/null
        "$cc" "${flags[@]}" "${guest_flags[@]}" -c "$dir/$module.c" -o "$dir/$module.o"
    done
    for program in "threads threads unshared" "groups group lib"; do
        read -r name first second <<<"$program"
        "$cc" "${flags[@]}" "$here/$name.c" "$dir/$first.o" "$dir/$second.o" "$build/libw2crt.a" -lm -pthread -o "$dir/$name-$memory"
        echo "$name, --memory=$memory:"
        "$dir/$name-$memory"
    done
done
