#!/bin/bash
# make_wasm.sh: makes every NAME.wasm of tests/*/ from the NAME.wat beside it. Needs wasm-tools, which
# knows every feature ('cargo install wasm-tools'); the tests themselves need only the .wasm.
set -eu
cd "$(dirname "$0")/.."
tool=${WASM_TOOLS:-wasm-tools}
for wat in */*.wat; do
    wasm=${wat%.wat}.wasm
    [[ $wasm -nt $wat ]] || $tool parse "$wat" -o "$wasm"
done
