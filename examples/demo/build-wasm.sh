#!/usr/bin/env bash
# Makes md2html.wasm from the sources beside it. Needs clang 19 with lld, and Debian's packages wasi-libc and
# libclang-rt-19-dev-wasm32; w2c itself needs none of them, because the module is kept here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
"${CLANG:-clang-19}" --target=wasm32-wasi --sysroot="${WASI_SYSROOT:-/usr}" -std=c11 -O2 -Wall -Wextra \
    -D_WASI_EMULATED_PROCESS_CLOCKS -Wl,--strip-debug \
    main.c blocks.c inline.c text.c -o md2html.wasm -lwasi-emulated-process-clocks
ls -l md2html.wasm
