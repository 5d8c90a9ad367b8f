#!/usr/bin/env bash
# prune.sh SPRIG_EMULATED NEURONS ROUNDS   a pruning on one thread, on two with other slices, and on the emulated device: the
# same network, byte for byte, and the same result, with dense covariances and with sampled ones.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
sprig=$(readlink -f "$1") neurons=$2 rounds=$3
export SPRIG_EMULATED_MULTIPROCESSORS=8
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prune() { # NAME ARGUMENT...
  "$sprig" prune --config "$here/../golden/small.toml" --quiet --out "$folder/$1" "${@:2}" >/dev/null
  sed -n 's/^ *"result_hash": "\([0-9a-f]*\)".*/\1/p' "$folder/$1/manifest.json"
}
for covariance in dense sampled; do
  # A tenth of the neurons' pairs at 60, ten synapses a neuron at 2000; short averages, for the device is slow.
  words=(--set network.neurons="$neurons" --set network.density="$(awk "BEGIN { print 10 / $neurons }")"
    --set prune.rounds="$rounds" --set prune.covariance=$covariance --set prune.linearisation=measured
    --set prune.activity_ms=60 --set prune.activity_tau_ms=3 --set lyapunov.transient_ms=10 --set lyapunov.tangent_transient_ms=5
    --set lyapunov.duration_ms=40 --set prune.spectra=false)
  one=$(prune $covariance.one --device cpu --set run.threads=1 "${words[@]}")
  two=$(prune $covariance.two --device cpu --set run.threads=2 --set run.slices=5 "${words[@]}")
  device=$(prune $covariance.device --device cuda "${words[@]}")
  for other in two device; do
    [[ ${!other} == "$one" ]] || { echo "$covariance, $other: result $one and ${!other}"; exit 1; }
    cmp "$folder/$covariance.one/network.npz" "$folder/$covariance.$other/network.npz"
  done
  python3 - "$folder/$covariance.device/result.json" "$rounds" "$covariance" <<'END'
import json, sys
rounds = json.load(open(sys.argv[1]))["rounds_detail"]
assert len(rounds) == int(sys.argv[2]), rounds
for r in rounds: assert r["covariance"]["method"] == sys.argv[3], r
print(sys.argv[3], [r["synapses"] for r in rounds])
END
done
