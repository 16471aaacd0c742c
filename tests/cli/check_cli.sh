#!/usr/bin/env bash
# The command line: exit codes, what goes to which stream, nothing half-written.
set -uo pipefail
w2c=${W2C_BUILD_DIR:?}/w2c
demo=${W2C_SOURCE_DIR:?}/examples/demo/md2html.wasm
cc=${W2C_CC:-cc}
work=$(mktemp -d)
export TMPDIR=$work/tmp
mkdir "$TMPDIR"
trap 'rm -rf "$work"' EXIT
cd "$work"
passed=0 failed=0

# expect CODE OUT ERR COMMAND...: exit code, and patterns (bash regex, '' for no output) of the two streams
expect() {
    local code=$1 out=$2 err=$3
    shift 3
    "$@" >out.txt 2>err.txt </dev/null
    local got=$? said_out said_err
    said_out=$(<out.txt) said_err=$(<err.txt)
    if [[ $got == "$code" ]] && matches "$said_out" "$out" && matches "$said_err" "$err"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n  exit code %s, wanted %s\n  stdout: %s\n  stderr: %s\n' \
            "$*" "$got" "$code" "$said_out" "$said_err"
    fi
}
matches() { if [[ -z $2 ]]; then [[ -z $1 ]]; else [[ $1 =~ $2 ]]; fi; }
check() { # a condition that must hold
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $*"; fi
}
is_absent() { [[ ! -e $1 ]]; }

empty='\0asm\1\0\0\0'
printf "$empty" >empty.wasm
printf '(module)' >text.wasm
printf '\0asm\15\0\1\0' >component.wasm
printf '\37\213\10\0' >gzip.wasm
: >nothing.wasm
head -c 3000 "$demo" >cut.wasm
# one function that reads local 7: type (), func 0 named foo by its export
printf "$empty"'\1\4\1\140\0\0\3\2\1\0\7\7\1\3foo\0\0\12\7\1\5\0\40\7\32\13' >local.wasm
# exports run: (i32, i32) -> (i32), i32.add; and boom: unreachable
printf "$empty"'\1\12\2\140\2\177\177\1\177\140\0\0\3\3\2\0\1\7\16\2\3run\0\0\4boom\0\1\12\15\2\7\0\40\0\40\1\152\13\3\0\0\13' >add.wasm
# one function with a v128 local
printf "$empty"'\1\4\1\140\0\0\3\2\1\0\12\6\1\4\1\1\173\13' >simd.wasm

# ---- usage
expect 0 '^w2c [0-9.]+' '' "$w2c" --version
expect 0 'usage: w2c MOD' '' "$w2c" --help
expect 0 'usage: w2c build' '' "$w2c" build --help
expect 0 'usage: w2c info' '' "$w2c" help info
expect 3 '' 'usage' "$w2c"
expect 3 '' 'no module given' "$w2c" validate
expect 3 '' 'no such option' "$w2c" validate --nonsense empty.wasm
expect 3 '' 'not of this command' "$w2c" info -o x empty.wasm
expect 3 '' "'x' is no number" "$w2c" empty.wasm -o x.c --groups=x
expect 3 '' 'none of guard' "$w2c" empty.wasm -o x.c --memory=huge
expect 3 '' 'none of fuel|stop' "$w2c" empty.wasm -o x.c --interruptible=soon
expect 3 '' '-o OUT.c is missing' "$w2c" empty.wasm
expect 3 '' 'No such file' "$w2c" validate missing.wasm
expect 125 '' 'no _start' "$w2c" run empty.wasm
expect 3 '' 'OUT.c or -o OUT.wasm' "$w2c" snapshot empty.wasm
expect 3 '' "what is 'x'" "$w2c" cache x

# ---- validate
expect 0 '' '' "$w2c" validate empty.wasm
expect 0 '' '' "$w2c" validate "$demo"
expect 0 '' '' "$w2c" validate -j4 --custom "$demo" empty.wasm
expect 0 '' '' bash -c "cat '$demo' | '$w2c' validate -"
expect 1 '' 'text.wasm:0x0: .*text' "$w2c" validate text.wasm
expect 1 '' 'component' "$w2c" validate component.wasm
expect 1 '' 'gunzip' "$w2c" validate gzip.wasm
expect 1 '' 'empty' "$w2c" validate nothing.wasm
expect 1 '' 'cut.wasm:0x' "$w2c" validate cut.wasm
expect 1 '' '^local.wasm:0x2[0-9a-f]: func 0 "foo": unknown local 7: function has 0$' "$w2c" validate local.wasm
expect 1 '"valid":false.*"class":"invalid".*"func":0.*"name":"foo".*unknown local' '' "$w2c" validate --json local.wasm
expect 0 '"valid":true' '' "$w2c" validate --json empty.wasm
expect 1 '' 'needs simd' "$w2c" validate --disable-simd simd.wasm
expect 0 '' '' "$w2c" validate simd.wasm

# ---- info
expect 0 'sections.*imports.*exports.*largest functions.*predicted' '' "$w2c" info "$demo"
expect 0 'wasi_snapshot_preview1.fd_read: \(i32, i32, i32, i32\) -> \(i32\)' '' "$w2c" info --list-imports "$demo"
expect 0 '"features".*"compile_cost"' '' "$w2c" info --json "$demo"
expect 0 'parsed module' '' "$w2c" info --memory empty.wasm
expect 1 '' 'unknown local' "$w2c" info local.wasm

# ---- translate
expect 0 'wrote mod.c .*wrote mod.h' '' "$w2c" "$demo" -o mod.c
expect 0 '^unchanged mod.c.unchanged mod.h$' '' "$w2c" translate "$demo" -o mod.c
expect 0 '^mod.c.mod.h$' '' "$w2c" "$demo" -o mod.c --list-outputs
cp mod.c one.c
expect 0 'unchanged mod.c' '' "$w2c" "$demo" -o mod.c -j7
check cmp -s mod.c one.c
expect 0 'wrote' '' "$w2c" "$demo" -o big.c --groups=4 --depfile big.d
check test "$(grep -c 'big.h.*: .*md2html.wasm' big.d)" == 1
mkdir rt
expect 0 'rtlib/w2c.h' '' "$w2c" "$demo" -o rt/mod.c --with-runtime
check test -e rt/rtlib/wasi/wasi.def
expect 3 '' 'nodir/mod.c' "$w2c" "$demo" -o nodir/mod.c
expect 1 '' 'unknown local' "$w2c" local.wasm -o bad.c
check is_absent bad.c
if [[ -w /dev/full ]]; then expect 3 '' 'standard output' bash -c "'$w2c' info '$demo' >/dev/full"; fi

# ---- build
expect 0 '^wrote add' 'exports no function _start' "$w2c" build add.wasm -o add --cc "$cc"
expect 0 '^wrote add' '' "$w2c" build add.wasm -o add --cc "$cc" -O0 --invoke=run
expect 0 '^5$' '' ./add 2 3
W2C_RUN=--invoke=boom expect 134 '' 'unreachable' ./add
expect 0 'its C is in kept' '' "$w2c" build add.wasm -o add --cc "$cc" -O1 -g --keep kept --invoke=run --memory=bounds --depfile add.d
check test -e kept/program_main.c
check grep -q '^add: add.wasm$' add.d
expect 3 '' "'nonesuch' is not there" "$w2c" build add.wasm -o no --cc nonesuch --invoke=run
expect 3 '' 'foo-bar.*failed with exit code 1' "$w2c" build add.wasm -o no --cc "$cc" -ffoo-bar --invoke=run
expect 3 '' 'NAME=value' "$w2c" build add.wasm -o no --cc "$cc" --env=3
expect 3 '' 'nodir' "$w2c" build add.wasm -o nodir/no --cc "$cc" --invoke=run
expect 1 '' 'unknown local' "$w2c" build local.wasm -o no --cc "$cc"
check is_absent no
check test -z "$(ls -A "$TMPDIR")" # no temporary folder is left

echo "command line: $passed passed, $failed failed"
((failed == 0))
