#!/bin/bash
# make_routines.sh: makes routines*.wat and routines*.wasm from routines.c, as several compilers' options
# have them. Needs clang, wasm-ld and wasm-tools; the tests need the .wasm alone.
set -eu
cd "$(dirname "$0")"
cc=${CC:-clang-19}
tool=${WASM_TOOLS:-wasm-tools}
link=(-nostdlib -ffreestanding -fno-builtin -Wl,--no-entry -Wl,--export-memory
      -Wl,--initial-memory=131072 -Wl,-z,stack-size=1024)
make() { # NAME FLAGS...
    "$cc" "${@:2}" "${link[@]}" routines.c -o "$1.wasm"
    "$tool" strip --all "$1.wasm" -o "$1.wasm"
    "$tool" print "$1.wasm" -o "$1.wat"
    "$tool" parse "$1.wat" -o "$1.wasm"
}
make routines_o2 --target=wasm32 -O2 -mbulk-memory
make routines_os --target=wasm32 -Os
make routines_o1 --target=wasm32 -O1 -fno-unroll-loops
make routines_64 --target=wasm64 -O2
