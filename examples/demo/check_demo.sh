#!/usr/bin/env bash
# The demo's program gives the page that is kept, and its own exit codes.
set -euo pipefail
build=${W2C_BUILD_DIR:?}
source=${W2C_SOURCE_DIR:?}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$source/examples/demo"
"$build/w2c" build md2html.wasm -o "$out/md2html" ${W2C_CC:+--cc "$W2C_CC"} --dir=. -O1
"$out/md2html" --toc example.md >"$out/example.html"
cmp "$out/example.html" example.html
"$out/md2html" <example.md >"$out/short.html" # without --toc
grep -q '<table>' "$out/short.html"
code=0
"$out/md2html" missing.md 2>/dev/null || code=$?
[[ $code == 1 ]]
code=0
"$out/md2html" --nonsense 2>/dev/null || code=$?
[[ $code == 2 ]]
echo "demo: the page is as it must be"
