#!/usr/bin/env bash
# layering_selftest.sh room:lower,... : plants one violation at a time in a small tree and expects layering.sh to name it.
set -euo pipefail
check=$(dirname "$(readlink -f "$0")")/layering.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

fresh() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/include/sprig/{core,engine,tasks} "$tree"/host/{engine,pruning} "$tree"/kernels/engine
  printf '#pragma once\n#include <vector>\n' >"$tree/include/sprig/core/a.hpp"
  printf '#include "sprig/core/a.hpp"\n#include "local.hpp"\n' >"$tree/host/engine/b.cpp"
  printf '#include <cuda_runtime.h>\n#include "sprig/engine/c.hpp"\n' >"$tree/kernels/engine/d.cu"
}

# plant FILE LINE MESSAGE: appends LINE to FILE; the check must fail and say FILE:<line>: MESSAGE.
plant() {
  fresh
  printf '%s\n' "$2" >>"$tree/$1"
  local line output
  line=$(wc -l <"$tree/$1")
  if output=$("$check" "$tree" "${rooms[@]}"); then
    echo "not caught: $2 in $1"
    failures=$((failures + 1))
  elif [[ $output != *"$1:$line: "*"$3"* ]]; then
    echo "caught, but not as \"$1:$line: ... $3\": $output"
    failures=$((failures + 1))
  fi
}

rooms=("$@")
fresh
"$check" "$tree" "${rooms[@]}" >/dev/null || { echo "a clean tree was refused"; failures=1; }
plant include/sprig/core/a.hpp '#include "sprig/engine/simulation.hpp"' 'core may not include engine'
plant include/sprig/core/a.hpp '  #  include <sprig/network/network.hpp>' 'core may not include network'
plant host/pruning/p.cpp '#include "sprig/tasks/series.hpp"' 'pruning may not include tasks'
plant include/sprig/tasks/t.hpp '#include "sprig/pruning/prune.hpp"' 'tasks may not include pruning'
plant host/engine/b.cpp '#include "sprig/formats/npz.hpp"' 'engine may not include formats'
plant host/pruning/p.cpp '#include "host/engine/packing.hpp"' 'host/engine/packing.hpp is private to engine'
plant include/sprig/core/lonely.hpp '#pragma once' 'no other room includes it'
plant host/engine/b.cpp '#include "sprig/cellar/x.hpp"' 'unknown room'
plant host/engine/b.cpp '#include "../formats/npz.hpp"' 'path upwards'
plant host/engine/b.cpp '#include <cuda_runtime.h>' 'host code includes cuda_runtime.h'
plant host/engine/b.cpp '#include "kernels/engine/d.cuh"' 'host code includes kernels/engine/d.cuh'
plant include/sprig/engine/c.hpp '#include <cub/cub.cuh>' 'host code includes cub/cub.cuh'
plant kernels/engine/d.cu '#include <toml++/toml.h>' 'a kernel file includes toml++/toml.h'
plant kernels/engine/d.cu '#include <nlohmann/json.hpp>' 'a kernel file includes nlohmann/json.hpp'
plant kernels/engine/d.cu '#include "sprig/dynamics/lyapunov.hpp"' 'engine may not include dynamics'
for line in 'std::ofstream file(path);' '  std::FILE* f = std::fopen(path.c_str(), "wb");' 'fopen(p, "r+");' \
  'const int d = ::open(p, O_WRONLY | O_CREAT);' 'open(p, O_RDWR);' 'std::filesystem::remove_all(p, error);' \
  'fs::rename(a, b, error);' 'fs::create_directories(p);' '::unlink(p);' 'if (mkdir(p, 0777) != 0) return;' \
  'std::rename(a, b);' 'std::remove(path.c_str());' '::write(d, data, n);' 'ftruncate(d, 0);' '::fsync(d);'; do
  plant host/engine/b.cpp "$line" 'another way than core/files.hpp'
done
# What is none of it.
fresh
printf '%s\n' 'files::unlink(p);' 'files::open(p, O_WRONLY | O_CREAT);' 'std::ifstream file(path);' \
  'std::fopen(p, "rb");' '::open(p, O_RDONLY);' 'v.erase(std::remove(v.begin(), v.end(), 0), v.end());' \
  'run.write(a, b);' '// ::unlink(p)' 'stream.open(p);' 'file->write(p);' 'writer_.write(p);' >>"$tree/host/engine/b.cpp"
"$check" "$tree" "${rooms[@]}" || { echo "files that are read, or changed by core/files.hpp, were refused"; failures=$((failures + 1)); }
echo "layering_selftest: $failures of 32 cases failed"
((failures == 0))
