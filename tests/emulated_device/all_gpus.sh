#!/usr/bin/env bash
# all_gpus.sh SPRIG: a study and a learn on cuda:all, over two and three emulated devices of different kinds, give the rows of
# one device, and learn the CPU's hash; what is not usable is left out and named. SPRIG: sprig_emulated.
set -euo pipefail
small=$(dirname "$(readlink -f "$0")")/../golden/small.toml
sprig=$(readlink -f "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SPRIG_EMULATED_MULTIPROCESSORS=8 OMP_NUM_THREADS=2
failed=0

complain() {
  echo "all_gpus: $*"
  failed=$((failed + 1))
}

# on DEVICES KINDS NAME DEVICE ARGUMENT...: runs sprig there, quietly, into a folder of that name.
on() {
  SPRIG_EMULATED_DEVICES=$1 SPRIG_EMULATED_DEVICE=$2 "$sprig" "${@:5}" --quiet --device "$4" --config "$small" \
    --out "$folder/$3" 2>"$folder/err" || complain "$3: $(cat "$folder/err")"
}
hash_of() { sed -n 's/^ *"result_hash": "\([0-9a-f]*\)".*/\1/p' "$folder/$1/manifest.json"; }
same() {
  [[ $(hash_of "$1") == "$(hash_of "$2")" ]] || complain "$2 gives $(hash_of "$2"), $1 $(hash_of "$1")"
}

study=(study --set 'study.methods=[dense,random]')
on 1 h200 study_1 cuda "${study[@]}"
on 2 h200,rtx4090 study_2 cuda:all "${study[@]}"
on 3 a100,v100,h200 study_3 cuda:all "${study[@]}" # of which the second cannot be used
same study_1 study_2
same study_1 study_3
for name in study_1 study_2 study_3; do
  sort "$folder/$name/metrics.jsonl" >"$folder/$name.rows"
  cmp "$folder/study_1.rows" "$folder/$name.rows" || complain "$name has other rows"
done

learn=(learn --set learn.neurons=12 --set learn.steps=60 --set learn.train=40 --set learn.test=20 --set learn.label=20
  --set learn.seeds=3 --set 'learn.variants=["larger: learn.neurons=20", "triplet: learn.rule=triplet"]')
on 1 h200 learn_cpu cpu "${learn[@]}"
on 2 h200 learn_2 cuda:all "${learn[@]}"
on 3 h200,a100 learn_3 cuda:all "${learn[@]}"
same learn_cpu learn_2
same learn_cpu learn_3

# A run on the second device, and one that is not there.
on 1 h200 run_cpu cpu run
on 3 h200,a100,rtx4090 run_1 cuda:1 run
same run_cpu run_1
if SPRIG_EMULATED_DEVICES=2 "$sprig" run --device cuda:2 --quiet --out "$folder/none" 2>"$folder/err"; then
  complain "a device that is not there was used"
fi
grep -q 'cuda:2 was asked for: there is no such GPU; allowed here: cuda:0 (emulated NVIDIA H200), cuda:1 (emulated' \
  "$folder/err" || complain "$(cat "$folder/err")"

# Only a GPU without code for it: auto takes the CPU and says why; cuda is refused; info names it.
SPRIG_EMULATED_DEVICE=v100 "$sprig" run --device auto --config "$small" --out "$folder/auto" >/dev/null 2>"$folder/err" ||
  complain "auto on a v100: $(cat "$folder/err")"
grep -q '^sprig: no GPU can be used: cuda:0 (emulated Tesla V100.*no code for its compute capability 7.0.*running on the CPU$' \
  "$folder/err" || complain "auto on a v100 says $(cat "$folder/err")"
same run_cpu auto
code=0
SPRIG_EMULATED_DEVICE=v100 "$sprig" run --device cuda --quiet --out "$folder/none" 2>"$folder/err" || code=$?
((code == 5)) || complain "cuda on a v100 ends with $code: $(cat "$folder/err")"
SPRIG_EMULATED_DEVICES=2 SPRIG_EMULATED_DEVICE=v100,h200 "$sprig" info >"$folder/info"
for line in 'device 0: emulated Tesla V100.*; not usable: ' 'device 1: emulated NVIDIA H200, compute 9.0' \
  'self test: ok, .*; cuda:1$'; do
  grep -q "$line" "$folder/info" || complain "info has no line \"$line\": $(cat "$folder/info")"
done

echo "all_gpus: $failed claims do not hold"
((failed == 0))
