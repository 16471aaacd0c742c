#!/bin/sh
# wide.sh: wide32.wasm and wide64.wasm from wide.c; needs clang with WebAssembly and wasm-ld.
set -eu
cd "$(dirname "$0")"
for bits in 32 64; do
    "${CLANG:-clang-19}" --target=wasm$bits -O2 -nostdlib -ffreestanding -fno-builtin \
        -Wl,--no-entry -Wl,--export-memory wide.c -o wide$bits.wasm
done
