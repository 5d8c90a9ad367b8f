#!/usr/bin/env bash
# examples.sh BUILD SOURCE: installs the build into a fresh folder, builds examples/ against it as a user would, with nothing of
# the source tree in reach, and runs them. Each must print what its head promises.
set -euo pipefail
build=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/installed" >"$folder/log"
cp -r "$source/examples" "$folder/examples"
cmake -S "$folder/examples" -B "$folder/build" -G Ninja -DCMAKE_PREFIX_PATH="$folder/installed" \
  -DCMAKE_BUILD_TYPE=Release >"$folder/log" || { cat "$folder/log"; exit 1; }
cmake --build "$folder/build" >"$folder/log" || { cat "$folder/log"; exit 1; }
cd "$folder"
failed=0
expect() { # NAME PATTERN OUTPUT
  grep -qE "$2" <<<"$3" || { printf '%s: no line matches %s in\n%s\n' "$1" "$2" "$3"; failed=1; }
}
output=$(build/simulate 300)
expect simulate '^exc: 240 neurons, [0-9.]+ Hz$' "$output"
expect simulate '^state after 11000 steps: [0-9a-f]{16}$' "$output"
[[ $output == "$(OMP_NUM_THREADS=1 build/simulate 300)" ]] || { echo "simulate: other bits with one thread"; failed=1; }
output=$(build/prune sparse.npz)
expect prune '^synapses: 4000 -> 1[0-9]{3}$' "$output"
[[ -s sparse.npz ]] || { echo "prune: no sparse.npz"; failed=1; }
output=$(build/forecast)
expect forecast '^dense +NRMSE 0\.[0-9]+, [1-9][0-9]* synaptic' "$output"
expect forecast '^none +NRMSE [01]\.[0-9]+, 0 synaptic' "$output"
for program in simulate prune forecast; do
  lines=$(wc -l <"$source/examples/$program.cpp")
  ((lines <= 50)) || { echo "$program.cpp has $lines lines: an example has at most 50"; failed=1; }
done
installed/bin/sprig --version >/dev/null
for file in man/man1/sprig.1 bash-completion/completions/sprig zsh/site-functions/_sprig fish/vendor_completions.d/sprig.fish; do
  [[ -s installed/share/$file ]] || { echo "share/$file was not installed"; failed=1; }
done
((failed == 0)) && echo "examples: three programs built and run against the installed sprig"
