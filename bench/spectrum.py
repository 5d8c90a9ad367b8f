#!/usr/bin/env python3
"""`sprig lyapunov` and tests/dynamics/numpy_spectrum.py on one network, in turn, one thread each: how many times as
long does NumPy take?

usage: spectrum.py SPRIG [--turns N] [--neurons N] [--exponents K] [--duration-ms T] [--step-ms H] [--json FILE]

The network is that of configs/demo.toml at this size, from a file that both read. sprig's time is that of the whole
command: reading, the spectrum, result and page. NumPy's is from the file to the exponents, without the start of
Python and its imports. Seconds of the processor (user and system) beside those of the wall: they are what a machine
with other work to do can still compare. Medians over the turns, the ratio of each pair, and how far the largest
exponents are apart.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = os.path.join(HERE, "..", "configs", "demo.toml")
ORACLE = os.path.join(HERE, "..", "tests", "dynamics", "numpy_spectrum.py")
TRANSIENT_MS, SETTLE_MS, RENORM_MS = 300, 200, 20


def timed(command):
    """Its output, and the seconds of wall and processor that it took."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return output, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def sets_of(values):
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


def draw(sprig, folder, options):
    """network.npz of the demo at this size: what pruning leaves of it that prunes nothing."""
    out = os.path.join(folder, "drawn")
    sets = {"network.neurons": options.neurons, "network.step_ms": options.step_ms, "prune.method": '"dense"',
            "run.page_eigenvalues": '"none"', "lyapunov.exponents": 1, "lyapunov.duration_ms": 50,
            "lyapunov.transient_ms": 10, "lyapunov.tangent_transient_ms": 10}
    subprocess.run([sprig, "prune", "--config", DEMO, "--quiet", "--out", out] + sets_of(sets), check=True)
    return os.path.join(out, "network.npz")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sprig")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--neurons", type=int, default=1000)
    parser.add_argument("--exponents", type=int, default=64)
    parser.add_argument("--duration-ms", type=float, default=1000)
    parser.add_argument("--step-ms", type=float, default=1.0)
    parser.add_argument("--json", help="a file for all figures")
    o = parser.parse_args()
    turns = []
    with tempfile.TemporaryDirectory() as folder:
        network = draw(o.sprig, folder, o)
        sets = {"network.file": json.dumps(network), "lyapunov.exponents": o.exponents, "lyapunov.renorm_ms": RENORM_MS,
                "lyapunov.transient_ms": TRANSIENT_MS, "lyapunov.tangent_transient_ms": SETTLE_MS,
                "lyapunov.duration_ms": o.duration_ms}
        out = os.path.join(folder, "spectrum")
        ours = [o.sprig, "lyapunov", "--quiet", "--again", "--threads", "1", "--out", out] + sets_of(sets)
        theirs = ["/usr/bin/python3", ORACLE, network, "--exponents", str(o.exponents), "--transient-ms", str(TRANSIENT_MS),
                  "--settle-ms", str(SETTLE_MS), "--duration-ms", str(o.duration_ms), "--renorm-ms", str(RENORM_MS)]
        for _ in range(o.turns):
            _, wall, cpu = timed(ours)
            with open(os.path.join(out, "result.json")) as file:
                result = json.load(file)
            text, python_wall, python_cpu = timed(theirs)
            oracle = json.loads(text)
            turns.append({"sprig_wall_s": wall, "sprig_cpu_s": cpu, "numpy_wall_s": oracle["seconds"],
                          "numpy_cpu_s": oracle["processor_seconds"], "python_wall_s": python_wall, "python_cpu_s": python_cpu})
            apart = [abs(a - b) / (e * e + f * f) ** 0.5 for a, b, e, f in
                     zip(result["exponents"], oracle["exponents"], result["standard_errors"], oracle["standard_errors"])]
    median = {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}
    ratio = {key: statistics.median(turn[f"numpy_{key}"] / turn[f"sprig_{key}"] for turn in turns) for key in ("wall_s", "cpu_s")}
    print(f"{o.neurons} neurons, {o.exponents} exponents, {o.duration_ms / 1e3:g} s at h = {o.step_ms:g} ms, {o.turns} turns, "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for key in ("wall_s", "cpu_s"):
        print(f"{key:7} sprig's command {median['sprig_' + key]:.3f}, NumPy {median['numpy_' + key]:.3f} "
              f"(with Python's start {median['python_' + key]:.3f}); NumPy / sprig, median of the pairs: {ratio[key]:.1f}")
    print(f"lambda_1: {result['exponents'][0]:.6f} and {oracle['exponents'][0]:.6f}; rates {result['mean_rate_hz']:.4f} and "
          f"{oracle['mean_rate_hz']:.4f} Hz; exponents at most {max(apart):.1f} standard errors apart")
    if o.json:
        with open(o.json, "w") as file:
            json.dump({"settings": vars(o) | {"sprig": None, "json": None}, "turns": turns, "median": median,
                       "ratio": ratio, "load": os.getloadavg()[0]}, file, indent=2)


if __name__ == "__main__":
    main()
