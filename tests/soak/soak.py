#!/usr/bin/env python3
"""A long run of a network that learns: its memory does not grow, its speed does not fall, and a run that was stopped and gone
on with many times, on other numbers of threads, ends in the same bits.

usage: soak.py --sprig SPRIG [--steps N] [--stops N]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CONFIG = """
[run]
duration_ms = {duration}
record_spikes = false
[[population]]
name = "exc"
size = 800
i_dc = 1.1
[[population]]
name = "inh"
size = 200
i_dc = 1.0
[[projection]]
from = "exc"
to = "exc"
rule = "bernoulli(0.02)"
weight = 0.2
delay_ms = 1.5
stdp.w_max = 0.6
stdp.a_plus = 0.01
stdp.a_minus = 0.011
[[projection]]
from = "exc"
to = "inh"
rule = "bernoulli(0.02)"
weight = 0.2
delay_ms = 1.0
[[projection]]
from = "inh"
to = "exc"
rule = "bernoulli(0.04)"
weight = -0.8
delay_ms = 0.8
[[record]]
what = "rate"
every_ms = 1000
[drive]
noise_sigma = 0.5
"""
MOST_GROWTH_KB, MOST_DRIFT = 8192, 0.02  # pieces of a run are as long as 0.2 s of it, and so are what they record


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def start(sprig, config, out, threads):
    return subprocess.Popen([sprig, "run", "--quiet", "--device", "cpu", "--threads", str(threads), "--config", config, "--out",
                             out, "--checkpoint-every", "0.05"], env=dict(os.environ, OMP_WAIT_POLICY="passive"))


def watched(sprig, config, out):
    """Seconds, kB and bytes recorded of a run that nobody stops, once a moment."""
    samples, process, begin = [], start(sprig, config, out, 1), time.monotonic()
    record = None
    while process.poll() is None:
        time.sleep(0.1)
        if record is None:
            found = [name for name in os.listdir(out)] if os.path.isdir(out) else []
            record = next((os.path.join(out, name) for name in found if name.endswith(".npy")), None)
        try:
            samples.append((time.monotonic() - begin, resident_kb(process.pid), os.path.getsize(record) if record else 0))
        except OSError:
            pass
    if process.returncode != 0:
        raise SystemExit(f"exit code {process.returncode}")
    return [s for s in samples if s[1] > 0 and s[2] > 0]  # while it runs and records


def stopped(sprig, config, out, stops, seconds):
    """The same run, stopped so often."""
    for n in range(stops):
        process = start(sprig, config, out, 1 + n % 3)
        time.sleep(seconds / (stops + 1))
        process.terminate()
        if process.wait() not in (0, 75):
            raise SystemExit(f"stopped for the {n + 1}. time: exit code {process.returncode}")
    if start(sprig, config, out, 2).wait() != 0:
        raise SystemExit("the last piece failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprig", required=True)
    parser.add_argument("--steps", type=float, default=2e6)
    parser.add_argument("--stops", type=int, default=5)
    given = parser.parse_args()
    home = tempfile.mkdtemp(prefix="sprig-soak-")
    config = os.path.join(home, "soak.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(duration=given.steps * 0.1))
    samples = watched(os.path.abspath(given.sprig), config, os.path.join(home, "whole"))
    seconds = samples[-1][0]
    stopped(os.path.abspath(given.sprig), config, os.path.join(home, "stopped"), given.stops, seconds)
    results = [json.load(open(os.path.join(home, name, "result.json"), encoding="utf-8")) for name in ("whole", "stopped")]
    half = samples[len(samples) // 2:]
    growth = max(s[1] for s in half) - max(s[1] for s in samples[:len(samples) // 2])
    speed = lambda part: max(1, part[-1][2] - part[0][2]) / (part[-1][0] - part[0][0])
    quarter = max(2, len(samples) // 4)
    drift = 1 - speed(samples[-quarter:]) / speed(samples[quarter:2 * quarter])
    kilobytes = statistics.median(s[1] for s in half)
    print(f"{results[0]['steps']} steps in {seconds:.1f} s, {kilobytes / 1024:.1f} MB; at most {growth} kB more in the second half than in the first; "
          f"last quarter {100 * drift:+.1f} % slower than the second; hash {results[0]['hash']}, "
          f"after {given.stops} stops {results[1]['hash']}")
    failed = results[0]["hash"] != results[1]["hash"] or growth > MOST_GROWTH_KB
    if drift > MOST_DRIFT:  # said, and no failure: machines are shared
        print(f"slower by more than {100 * MOST_DRIFT:.0f} %: a quiet machine decides")
    shutil.rmtree(home)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
