#!/usr/bin/env bash
# golden.sh SPRIG            every run of runs.txt; exit 1 where a hash is not the one that stands there
# golden.sh SPRIG --update   writes runs.txt anew
# golden.sh SPRIG --keep DIR leaves the run folders there, so that two versions can be compared file by file
# golden.sh SPRIG --on cuda REGEX   on that device, the runs whose names match alone
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
sprig=$(readlink -f "$1")
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
folder=$temporary update=0 device=cpu only=.
case ${2:-} in
  --update) update=1 ;;
  --keep) folder=$(realpath -m "$3") ;;
  --on) device=$3 only=$4 ;;
esac
list=$here/runs.txt new=$temporary/runs.txt
failed=0 ran=0 broken=0
while IFS= read -r line; do
  if [[ -z $line || $line == \#* ]]; then
    printf '%s\n' "$line" >>"$new"
    continue
  fi
  read -r hash name verb arguments <<<"$line"
  [[ $name =~ $only ]] || continue
  ran=$((ran + 1))
  read -r -a words <<<"${arguments//@/$folder/}"
  if [[ $verb != bench && $arguments != *network.file* ]]; then words+=(--config "$here/small.toml"); fi
  found=failed
  if OMP_NUM_THREADS=2 "$sprig" "$verb" "${words[@]}" --quiet --device $device --out "$folder/$name" \
    >"$temporary/log" 2>&1; then
    found=$(sed -n 's/^ *"result_hash": "\([0-9a-f]*\)".*/\1/p' "$folder/$name/manifest.json")
  else
    cat "$temporary/log"
  fi
  if [[ ! $found =~ ^[0-9a-f]{16}$ ]]; then
    echo "$name: no hash (\"$found\"): sprig $verb $arguments"
    broken=$((broken + 1))
  fi
  if [[ $found != "$hash" ]]; then
    ((update)) || echo "$name: found ${found:-no hash}, must be $hash: sprig $verb $arguments"
    failed=$((failed + 1))
  fi
  printf '%s %s %s%s\n' "$found" "$name" "$verb" "${arguments:+ $arguments}" >>"$new"
done <"$list"
((broken == 0)) || { echo "golden: $broken of $ran runs have no hash"; exit 1; }
if ((update)); then
  cp "$new" "$list"
  echo "golden: $ran runs, $failed with another hash than before"
  exit 0
fi
echo "golden: $ran runs, $failed differ"
((ran > 0 && failed == 0))
