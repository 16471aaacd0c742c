#!/bin/bash
# check_native.sh: w2c run --native runs what w2c run runs, compiles once, and minds its cache; w2c cache.
set -u
w2c=$W2C_BUILD_DIR/w2c
tests=$W2C_SOURCE_DIR/tests
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
export XDG_CACHE_HOME="$temp/a cache"
failed=0
fail() { echo "FAILED: $*"; failed=1; }
same() { [ "$2" = "$3" ] || fail "$1: '$3' instead of '$2'"; }
native() { "$w2c" run --native -v -O0 --cc "$W2C_CC" "$@" 2> "$temp/err"; }
missed() { grep -q 'not in the cache' "$temp/err"; }

dir="$temp/it's a \"place\""
mkdir "$dir"
echo -n world > "$dir/file.txt"
for i in 1 2; do
    out=$(native "--dir=$dir::/" --invoke=open,read_file,close,first "$tests/snapshot/refused.wasm")
    same "--native, time $i" "$("$w2c" run "--dir=$dir::/" --invoke=open,read_file,close,first "$tests/snapshot/refused.wasm")" "$out"
    if missed; then [ $i = 1 ] || fail "compiled twice"; else [ $i = 2 ] || fail "in the cache from the start"; fi
done
native --invoke=exit "$tests/snapshot/refused.wasm"; same "the guest's exit code" 7 $?
missed && fail "other run options make another program"
native --invoke=trap "$tests/snapshot/refused.wasm"; same "a trap" 134 $?
same "W2C_RUN" "1" "$(W2C_RUN=--invoke=done native "$tests/snapshot/once.wasm")"
[ "$("$w2c" cache | tail -1)" != "${XDG_CACHE_HOME}/w2c: 2 programs," ] || fail "cache lists"
"$w2c" cache | tail -1 | grep -q "/w2c: 2 programs, [0-9]* bytes" || fail "cache: $("$w2c" cache)"

# a module with other bytes is another program; one in its place that cannot run is made anew
cp "$tests/snapshot/once.wasm" "$temp/x.wasm"
same "a copy" "1" "$(native --invoke=done "$temp/x.wasm")"
missed && fail "the same bytes are the same program"
printf '\0\4\1xyz' >> "$temp/x.wasm"
same "a longer copy" "1" "$(native --invoke=done "$temp/x.wasm")"
missed || fail "other bytes, but no other program"
for f in "$XDG_CACHE_HOME"/w2c/*; do : > "$f"; done
same "empty files in the cache" "1" "$(native --invoke=done "$temp/x.wasm")"

"$w2c" cache --shrink=1 | grep -q '3 programs removed' || fail "shrink"
"$w2c" cache | grep -q 'w2c: 0 programs' || fail "shrink leaves something"
chmod 777 "$XDG_CACHE_HOME/w2c"
native --invoke=done "$temp/x.wasm" > /dev/null; same "a cache that others can write" 3 $?
grep -q 'written to by others' "$temp/err" || fail "no reason: $(cat "$temp/err")"
chmod 700 "$XDG_CACHE_HOME/w2c"
echo 'no module' > "$temp/bad.wasm"
native "$temp/bad.wasm"; same "no module" 1 $?
"$w2c" run --native --cc no-such-compiler "$temp/x.wasm" 2> "$temp/err"; same "no compiler" 3 $?
exit $failed
