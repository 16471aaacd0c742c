#!/bin/sh
# Makes the .wasm files here from their .wat files. WASM_TOOLS names wasm-tools.
cd "$(dirname "$0")" || exit 1
for wat in *.wat; do "${WASM_TOOLS:-wasm-tools}" parse "$wat" -o "${wat%.wat}.wasm" || exit 1; done
