#!/bin/bash
# check_diff.sh: w2c-diff finds nothing where interpreted and compiled code agree, and names the first place where two modules do not.
set -u
w2c=$W2C_BUILD_DIR/w2c-diff
tests=$W2C_SOURCE_DIR/tests/cli
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }
# diff CODE 'TEXT' ARGUMENTS...: the exit code, and a line of what is printed
diff() {
    local code=$1 text=$2
    shift 2
    "$w2c" --cc "$W2C_CC" -O0 "$@" > "$temp/out" 2> "$temp/err"
    local got=$?
    [ $got = "$code" ] || fail "$*: exit code $got instead of $code: $(cat "$temp/out" "$temp/err")"
    cat "$temp/out" "$temp/err" | grep -qF -- "$text" || fail "$*: no \"$text\" in: $(cat "$temp/out" "$temp/err")"
}
printed() { grep -qF -- "$1" "$temp/out" || fail "not printed: $1, but $(cat "$temp/out")"; }

# the same: one world for both, and its effects happen once
diff 0 'same: 4 host calls, both ended with exit code 3' "$tests/diff_first.wasm"
[ "$(grep -c hello "$temp/out")" = 1 ] || fail "the guest writes once: $(cat "$temp/out")"
diff 0 'same: 4 host calls' --stdout="$temp/guest" "$tests/diff_first.wasm" argument
[ "$(cat "$temp/guest")" = hello ] || fail "--stdout: $(cat "$temp/guest")"
diff 0 'same: 4 host calls' --memory=bounds --no-loop-versions "$tests/diff_first.wasm"
diff 0 'same: 4 host calls' --sides=interp,interp "$tests/diff_first.wasm"
diff 0 'same: 4 host calls' --sides=compiled,compiled "$tests/diff_first.wasm"
diff 0 'same: 0 host calls, every call returned' --invoke=half,turns "$tests/diff_first.wasm" 3
[ "$(head -2 "$temp/out" | tr '\n' ' ')" = '1.5 6 ' ] || fail "results are printed once: $(cat "$temp/out")"
diff 0 'both ended with "integer divide by zero"' --invoke=divide "$tests/diff_first.wasm" 1 0
diff 0 'both ended with "unknown import": ' --invoke=ask "$tests/diff_first.wasm" 1
diff 0 'same: 1 host calls, every call returned' --zero-imports --invoke=ask "$tests/diff_first.wasm" 1
diff 0 'same: 1 host calls, every call returned' --zero-imports --invoke=run "$tests/diff_imports.wasm" 4
[ "$(head -1 "$temp/out")" = 5 ] || fail "--zero-imports: $(cat "$temp/out")"
diff 0 'both ended with "out of bounds memory access"' --zero-imports --invoke=run "$tests/diff_imports.wasm" 65533
diff 0 'both ended with "fuel exhausted"' --fuel=500 "$tests/diff_first.wasm"
diff 0 'then both ran out of stack' --invoke=deep "$tests/diff_first.wasm" 1000000000

# different modules: an argument and what led to it, a result, the order of calls
against="--against=$tests/diff_second.wasm"
diff 1 'different after 2 host calls that were the same, at host call 3, wasi_snapshot_preview1.fd_write' "$against" "$tests/diff_first.wasm"
printed '  memory 0: 1 bytes differ, the first at 0x4: 0x06 interpreted, 0x05 compiled'
diff 1 'at the return of half' "$against" --invoke=half "$tests/diff_first.wasm" 3
printed '  result 0: 1.5 (0x3ff8000000000000) interpreted, 0.75 (0x3fe8000000000000) compiled'
diff 1 'at the return of turns' "$against" --sides=interp,interp --invoke=turns "$tests/diff_first.wasm"
printed '  result 0: 6 (0x6) first, 5 (0x5) second'
diff 1 'at host call 1, host.answer' "$against" --zero-imports --invoke=ask "$tests/diff_first.wasm" 1
printed '  compiled: host call 1, wasi_snapshot_preview1.random_get'
diff 1 'at the return of ask' "$against" --invoke=ask "$tests/diff_first.wasm" 1
printed '  interpreted: the return of ask, ended with "unknown import": '

# what is no comparison
diff 124 'not known: time ended after 0 host calls' --timeout=0.3 --invoke=forever "$tests/diff_first.wasm"
printed '  compiled: somewhere after the end of instantiation'
diff 2 'shared memory' "$tests/diff_threads.wasm"
diff 125 'unknown import: env.memory' "$tests/diff_link.wasm"
diff 125 'exports no function "nothing"' --invoke=nothing "$tests/diff_first.wasm"
diff 3 'no module given'
diff 3 'w2c' "$temp/missing.wasm"
echo 'no module' > "$temp/bad.wasm"
diff 1 'bad.wasm' "$temp/bad.wasm"
diff 3 "no-such-compiler" --cc no-such-compiler "$tests/diff_first.wasm"
"$w2c" --help | grep -q -- --against || fail "no help"
exit $failed
