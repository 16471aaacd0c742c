#!/usr/bin/env bash
# check_profile.sh: w2c build --profile-generate and --profile-use, with clang and gcc as far as they are there.
set -u
w2c=${W2C_BUILD_DIR:?}/w2c
demo=${W2C_SOURCE_DIR:?}/examples/demo/md2html.wasm
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
cd "$temp" || exit 1
failed=0 tried=0
fail() { echo "FAILED: $*"; failed=1; }
# says PATTERN COMMAND...: fails with exit code 3 and such a message
says() {
    local pattern=$1 code
    shift
    "$@" >out.txt 2>err.txt
    code=$?
    [ $code = 3 ] && grep -q -e "$pattern" err.txt || fail "$*: exit code $code, $(cat err.txt)"
}

empty='\0asm\1\0\0\0'
# exports run: (i32, i32) -> (i32), i32.add; and boom: unreachable
printf "$empty"'\1\12\2\140\2\177\177\1\177\140\0\0\3\3\2\0\1\7\16\2\3run\0\0\4boom\0\1\12\15\2\7\0\40\0\40\1\152\13\3\0\0\13' >add.wasm
# a shared memory of one page, and exports run: () -> ()
printf "$empty"'\1\4\1\140\0\0\3\2\1\0\5\4\1\3\1\1\7\7\1\3run\0\0\12\4\1\2\0\13' >shared.wasm
for ((i = 0; i < 200; i++)); do printf '# Title %d\n\nsome *text* and `code`\n\n- a\n- b\n\n' $i; done >many.md

says 'not both' "$w2c" build add.wasm -o x --profile-generate --profile-use=y
says 'no profiles' "$w2c" build add.wasm -o x --profile-generate --lazy-groups
says 'is missing' "$w2c" build add.wasm -o x --profile-use

# A program's profile goes where it should, counts its runs, and the compiler reads it: profiles of different runs
# make different objects of the same C, and none of them changes what the program says.
check_compiler() {
    local cc=$1 dir="$temp/a $2"
    tried=$((tried + 1))
    says 'No such file' "$w2c" build "$demo" -o x --cc "$cc" --profile-use=nothing
    mkdir "$dir"
    says 'has a program made with --profile-generate' "$w2c" build "$demo" -o x --cc "$cc" "--profile-use=$dir"
    says "no '%' in it" "$w2c" build "$demo" -o x --cc "$cc" --profile-generate=50%
    "$w2c" build "$demo" -o counts -O1 --cc "$cc" "--profile-generate=$dir" >/dev/null || fail "$cc: counting build"
    for run in many none; do
        if [ $run = many ]; then ./counts <many.md >$run.html; else ./counts </dev/null >$run.html; fi 2>/dev/null
        [ -n "$(ls "$dir")" ] || fail "$cc: no profile of $run"
        mkdir "$dir.$run"
        mv "$dir"/* "$dir.$run"
        "$w2c" build "$demo" -o used -O1 --cc "$cc" "--profile-use=$dir.$run" --keep "$2.$run" >/dev/null 2>err.txt ||
            fail "$cc: build with the profile of $run: $(cat err.txt)"
        [ -s err.txt ] && fail "$cc: warnings: $(cat err.txt)"
        ./used <many.md 2>/dev/null | cmp - many.html || fail "$cc: with the profile of $run it says something else"
    done
    cmp -s "$2.many/app.c" "$2.none/app.c" || fail "$cc: the profile changed the C"
    cmp -s "$2.many/app.c.o" "$2.none/app.c.o" && fail "$cc: the profile changed nothing"
    # a trap's run counts too; the default folder
    "$w2c" build add.wasm -o boom -O0 --cc "$cc" --invoke=run --profile-generate >/dev/null || fail "$cc: $2"
    W2C_RUN=--invoke=boom ./boom >/dev/null 2>&1
    [ $? = 134 ] || fail "$cc: no trap"
    [ -n "$(ls boom.profile)" ] || fail "$cc: no profile of a trap"
    rm -rf boom.profile
    "$w2c" build shared.wasm -v -o x -O0 --cc "$cc" --invoke=run --profile-generate 2>err.txt >/dev/null
    grep -q -e -fprofile-update=atomic err.txt || fail "$cc: threads count without atomics"
}

check_clang() { # what is of this kind alone: files as profiles, and the tool that merges them
    local cc=$1
    says 'needs llvm-profdata-[0-9]*, or llvm-profdata of clang' env "PATH=$temp/tools" \
        "$w2c" build add.wasm -o x --cc "$temp/tools/wrapped" "--profile-use=$temp/a clang.many"
    printf '#!/bin/sh\necho "  LLVM version 3.4.5"\n' >tools/llvm-profdata # of another version: not used
    chmod +x tools/llvm-profdata
    says 'needs llvm-profdata-[0-9]*, or llvm-profdata of clang' env "PATH=$temp/tools" \
        "$w2c" build add.wasm -o x --cc "$temp/tools/wrapped" "--profile-use=$temp/a clang.many"
    "$w2c" build add.wasm -o counts -O1 --cc "$cc" --invoke=run --profile-generate=few >/dev/null
    ./counts 1 2 >/dev/null
    mv few/*.profraw one.profraw
    "$w2c" build add.wasm -o used -O1 --cc "$cc" --invoke=run --profile-use=one.profraw --keep merged >/dev/null ||
        fail "$cc: a raw file"
    "$w2c" build add.wasm -o used -O1 --cc "$cc" --invoke=run --profile-use=merged/merged.profdata --keep again >/dev/null ||
        fail "$cc: a merged file"
    cmp -s merged/app.c.o again/app.c.o || fail "$cc: merged, and merged before, differ"
}

kind_of() { # clang, gcc, or nothing
    echo '#ifdef __clang__
clang
#elif defined(__GNUC__)
gcc
#endif' | $1 -E -P - 2>/dev/null | tr -d '\n'
}
mkdir tools
seen=
for cc in "${W2C_CC:-cc}" clang-19 clang gcc; do
    kind=$(kind_of "$cc")
    case " $seen " in *" $kind "*) continue ;; esac
    [ -n "$kind" ] || continue
    # this build's sanitizers may be another compiler's
    "$w2c" build add.wasm -o x -O0 --cc "$cc" --invoke=run -fprofile-generate >/dev/null 2>&1 && ./x 1 2 >/dev/null 2>&1 || continue
    rm -f ./*.gcda ./*.profraw
    if [ $kind = clang ]; then
        version=$($cc -dumpversion)
        version=${version%%.*}
        if ! command -v "llvm-profdata-$version" >/dev/null &&
            ! llvm-profdata --version 2>/dev/null | grep -q "LLVM version $version\."; then
            echo "no llvm-profdata of clang $version: clang is not tested"
            continue
        fi
        printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v "$cc")" >tools/wrapped
        chmod +x tools/wrapped
        ln -sf /bin/sh tools/sh
    fi
    seen="$seen $kind"
    check_compiler "$cc" $kind
    [ $kind = clang ] && check_clang "$cc"
done
echo "profiles: tried with$seen"
[ $tried != 0 ] || { echo "no compiler: nothing was tested"; failed=1; }
exit $failed
