#!/usr/bin/env bash
# run_example.sh NAME: builds examples/NAME as its README says, with the w2c of this build tree, and runs its tests.
# Without optimisation, unless W2C_LONG is set: that is for speed. Exit code 77: something that it needs is missing.
set -euo pipefail
name=$1
build=${W2C_BUILD_DIR:?}
source=${W2C_SOURCE_DIR:?}
cc=${W2C_CC:-cc}
out=$build/examples/$name
mkdir -p "$out"
case $cc in
    *clang*) cxx=${cc/clang/clang++} ;;
    *gcc*) cxx=${cc/gcc/g++} ;;
    *) cxx=c++ ;;
esac
flags=
sanitize=$(sed -n 's/^W2C_SANITIZE:[A-Z]*=//p' "$build/CMakeCache.txt")
if [[ -n $sanitize ]]; then
    flags="-fsanitize=$sanitize"
    export ASAN_OPTIONS=detect_stack_use_after_return=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
fi
arguments=(-DW2C="$build/w2c" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags")
# Sanitizing a large module takes minutes, and its C is tested elsewhere.
if [[ -n $sanitize && -n $(find "$source/examples/$name" -maxdepth 1 -name '*.wasm' -size +300k) ]]; then
    arguments+=(-DW2C_MODULE_OPTIONS=-fno-sanitize=all)
fi
[[ -n ${W2C_LONG:-} ]] || arguments+=(-DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG= -DCMAKE_CXX_FLAGS_DEBUG=)
if grep -q 'project(.* CXX' "$source/examples/$name/CMakeLists.txt"; then
    if ! command -v "$cxx" >/dev/null; then
        echo "$name: no C++ compiler ($cxx): not built"
        exit 77
    fi
    arguments+=(-DCMAKE_CXX_COMPILER="$cxx")
fi
cmake -G Ninja -S "$source/examples/$name" -B "$out" "${arguments[@]}" >"$out/configure.log" 2>&1 || {
    cat "$out/configure.log"
    exit 1
}
if grep "nothing to build here" "$out/configure.log"; then exit 77; fi
cmake --build "$out" -j 1 >"$out/build.log" 2>&1 || {
    tail -40 "$out/build.log"
    exit 1
}
ctest --test-dir "$out" --output-on-failure --no-tests=error
