#!/usr/bin/env bash
# verbs.sh SPRIG_EMULATED   verbs on the emulated device against the CPU: the same hashes, and where QR is the vendor's
# (exponents) the same numbers within 1e-9.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
sprig=$(readlink -f "$1")
export OMP_NUM_THREADS=1 SPRIG_EMULATED_MULTIPROCESSORS=8
"$here/../golden/golden.sh" "$sprig" --on cuda \
  '^(run|run_soft_reset|run_delays|run_poisson|run_event|run_batch|run_weights_of_16_bits|prune_lnp|prune_lnp_measured|prune_lnp_sampled|prune_noise_empirical|learn_pair|learn_spikedyn|train_event_times|microcircuit|brunel_plus)$'

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
close() { # NAME FILE VERB ARGUMENT...
  for device in cpu cuda; do
    "$sprig" "${@:3}" --config "$here/../golden/small.toml" --quiet --device $device --out "$folder/$1/$device" >/dev/null
  done
  python3 - "$1" "$folder/$1"/{cpu,cuda}/"$2" <<'END'
import json, math, sys
def walk(a, b, at):
    if isinstance(a, dict):
        assert a.keys() == b.keys(), at
        for key in a: walk(a[key], b[key], at + "." + key)
    elif isinstance(a, list):
        assert len(a) == len(b), at
        for k, (x, y) in enumerate(zip(a, b)): walk(x, y, f"{at}[{k}]")
    elif at.endswith("wall_s"):
        pass
    elif isinstance(a, float) or isinstance(b, float):
        assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12), f"{at}: cpu {a}, cuda {b}"
    elif not any(word in at for word in ("hash", "device", "seconds")):
        assert a == b, f"{at}: cpu {a}, cuda {b}"
name, *files = sys.argv[1:]
for line_a, line_b in zip(*(open(f).read().strip().split("\n") if f.endswith("l") else [open(f).read()] for f in files)):
    walk(json.loads(line_a), json.loads(line_b), name)
print(f"{name}: close")
END
}
close lyapunov result.json lyapunov
close lyapunov_surrogate result.json lyapunov --set lyapunov.method=surrogate
close study metrics.jsonl study --set 'study.trainings=["bptt"]' --set 'study.methods=["dense"]' --set study.seeds=1 \
  --set training.epochs=2 --set training.window_samples=10 --set training.warm_up_samples=5
