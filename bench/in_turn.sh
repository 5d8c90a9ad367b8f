#!/usr/bin/env bash
# in_turn.sh BEFORE AFTER [TURNS]   two sprig binaries, run in turn on the same work: how much longer does AFTER take?
# in_turn.sh --waiting SPRIG        the same prune with OpenMP's own waiting and with sprig's, twice as many others
#                                   busy as there are cores
# Prints medians and minima over the turns (7), in seconds, and their ratios. What a shared machine does meanwhile is in the
# spread: believe a difference that both ratios show.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
demo=$here/../configs/demo.toml
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $(jobs -p) 2>/dev/null || true' EXIT
TIMEFORMAT=%R

# summary NAME FILE_A FILE_B
summary() {
  paste <(sort -g "$2") <(sort -g "$3") | awk -v name="$1" '
    { a[NR] = $1; b[NR] = $2 }
    END {
      m = int((NR + 1) / 2)
      printf "%-12s median %7.3f %7.3f  ratio %.3f   minimum %7.3f %7.3f  ratio %.3f\n", name, a[m], b[m], b[m] / a[m],
        a[1], b[1], b[1] / a[1]
    }'
}

if [[ $1 == --waiting ]]; then
  for ((i = 0; i < 2 * $(nproc); ++i)); do (while :; do :; done) & done
  for ((turn = 0; turn < 5; ++turn)); do
    # A spin count that libgomp takes for its own default.
    { time GOMP_SPINCOUNT=300000 "$2" prune --config "$demo" --quiet --out "$folder/run" 2>&3; } 3>&2 2>>"$folder/own"
    { time env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT "$2" prune --config "$demo" --quiet --out "$folder/run" 2>&3; } \
      3>&2 2>>"$folder/ours"
  done
  echo "first OpenMP's own waiting, then sprig's, $((2 * $(nproc))) others busy on $(nproc) cores:"
  summary prune "$folder/own" "$folder/ours"
  exit 0
fi

before=$1 after=$2 turns=${3:-7}
export OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=5000
while read -r name arguments; do
  for ((turn = 0; turn < turns; ++turn)); do
    for which in before after; do
      # shellcheck disable=SC2086 # words, not one argument
      { time "${!which}" $arguments --quiet --out "$folder/run" >/dev/null 2>&3; } 3>&2 2>>"$folder/$name.$which"
    done
  done
  summary "$name" "$folder/$name.before" "$folder/$name.after"
done <<END
run run --threads 1 --config $demo --set run.duration_ms=60000 --set run.record_spikes=false
noise run --config $demo --set network.neurons=4000 --set network.density=0.02 --set run.duration_ms=4000 --set run.record_spikes=false --set drive.noise_sigma=0.3
batch run --threads 1 --config $demo --set run.duration_ms=4000 --set run.replicas=16 --set run.record_spikes=false
saltation lyapunov --threads 1 --config $demo --set network.neurons=300 --set lyapunov.exponents=64 --set lyapunov.duration_ms=20000
surrogate lyapunov --threads 1 --config $demo --set network.neurons=300 --set lyapunov.exponents=64 --set lyapunov.duration_ms=6000 --set lyapunov.method=surrogate
prune prune --threads 1 --config $demo
pair learn --threads 1 --set learn.train=4000
triplet learn --threads 1 --set learn.train=4000 --set learn.rule=triplet
asp learn --threads 1 --set learn.train=4000 --set learn.rule=asp
spikedyn learn --threads 1 --set learn.train=4000 --set learn.rule=spikedyn
brunel32 bench brunel --threads 1 --set run.weight_bits=32 --set bench.duration_ms=500 --set bench.warmup_ms=50 --set bench.repeats=3 --set bench.check=none
brunel bench brunel --threads 2 --set bench.duration_ms=500 --set bench.warmup_ms=50 --set bench.repeats=3 --set bench.check=none
END
