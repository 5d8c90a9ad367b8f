#!/usr/bin/env bash
# pack.sh BUILD FOLDER: copies the programs of the stages, and the libraries that another machine is not expected to have,
# from a build with SPRIG_PORTABLE into FOLDER, and checks that they start there and travel.
set -euo pipefail
build=$1 folder=$2
most_bytes=55000000 # beside the sources, within 64 MiB
# What another machine has: glibc and libstdc++, and CUDA's mathematical libraries, which are too large to carry.
expected='^(linux-vdso|/lib64/ld-linux|ld-linux|libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s|libcublas|libcublasLt|libcusolver|libcusparse|libnvJitLink)(-[^.]*)?\.so'

fail() {
  echo "pack: $*" >&2
  exit 1
}

mkdir -p "$folder"
rm -f "$folder"/* # what was done with other programs is not done with these
for program in sprig bench/bench_ladder tests/kernels/test_kernels_gpu; do
  [[ -x $build/$program ]] || fail "$build/$program is not built"
  cp "$build/$program" "$folder/"
done

while read -r library _ path _; do
  [[ $library =~ $expected ]] && continue
  [[ $library == libtomlplusplus.so.* || $library == libbenchmark.so.* ]] ||
    fail "$library is needed, and nobody knows whether another machine has it"
  cp -L "$path" "$folder/$library"
done < <(ldd "$folder"/* | grep '=>' | sort -u)

# From here on as on the other machine: the libraries of FOLDER, nothing said about others.
unset LD_LIBRARY_PATH
for program in "$folder"/sprig "$folder"/bench_ladder "$folder"/test_kernels_gpu; do
  if ldd "$program" | grep 'not found'; then fail "$program does not find its libraries"; fi
  if ldd "$program" | grep -E 'tomlplusplus|libbenchmark' | grep -v "$(realpath "$folder")"; then
    fail "$program takes these libraries from this machine"
  fi
done
if ldd "$folder/bench_ladder" | grep -E 'libcu(blas|solver|sparse)'; then
  fail "bench_ladder needs a mathematical library, and the engine has no use for one"
fi
bytes=$(du -sb "$folder" | cut -f1)
((bytes < most_bytes)) || fail "$bytes bytes, must be less than $most_bytes"

# `info` and `--version` start where this ends without a word (a second libstdc++ within the program).
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$folder/sprig" bench vogels --device cpu --quiet --set bench.duration_ms=200 --set bench.warmup_ms=50 \
  --set bench.repeats=1 --out "$scratch" || fail "sprig bench ended with exit status $?"
grep -q '"complete": true' "$scratch/result.json" || fail "sprig bench left no whole result"
"$folder/test_kernels_gpu" --gtest_list_tests >/dev/null || fail "test_kernels_gpu does not start"
"$folder/bench_ladder" --benchmark_list_tests=true >/dev/null || fail "bench_ladder does not start"
echo "pack: $((bytes / 1000000)) MB in $folder: $(cd "$folder" && echo *)"
