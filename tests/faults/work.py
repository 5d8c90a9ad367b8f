"""Small commands of every verb that makes a run folder, and what of a folder must be the same whoever made it."""

import json
import os
import subprocess

CONFIG = """
[run]
duration_ms = 300
count_window_ms = 20
[network]
neurons = 60
density = 0.1
gain = 0.3
inhibition = 8.0
step_ms = 1.0
[neuron]
tau_m_ms = "gamma(3, 6.67)"
i_dc = 1.1
[lyapunov]
exponents = 6
duration_ms = 200
transient_ms = 50
tangent_transient_ms = 50
[prune]
density = 0.5
neuron_fraction = 0.1
rounds = 2
[task]
train = 200
validation = 80
test = 80
washout = 40
vpt_starts = 2
vpt_samples = 20
horizon = 5
[study]
seeds = 2
densities = [0.5]
methods = ["dense", "random", "lnp"]
[operating_point]
axes = ["network.gain = [0.2, 0.4]"]
[learn]
images = "glyphs"
neurons = 12
steps = 40
rate_hz = 300
train = 60
test = 20
label = 20
stages = 2
seeds = 2
[model_search]
n_add = 20
memory_kb = 300
samples = 4
train_images = 40
infer_images = 20
energy = "counted"
"""

# Verb and more arguments.
VERBS = {
    "run": ["run"],
    "lyapunov": ["lyapunov"],
    "prune": ["prune"],
    "study": ["study"],
    "learn": ["learn"],
    "search": ["search"],
    "operating_point": ["study", "--set", "study.mode=operating_point"],
}

# What may differ between two makings of one result: times, machines, processes, and how the work was spread.
MASKED = {"wall_s", "started", "finished", "host", "pid", "threads", "device", "simulation_wall_s", "rtf", "steps_per_s",
          "synaptic_events_per_s", "presentations_per_s", "command_line", "config_hash", "crc", "seconds", "measured_joules_an_image"}
NEVER_COMPARED = (".lock", "report.html")  # the page shows times


def masked(value):
    if isinstance(value, dict):
        return {k: masked(v) for k, v in value.items() if k not in MASKED}
    if isinstance(value, list):
        return [masked(v) for v in value]
    return value


def contents(folder):
    """{relative path: bytes that must be equal} of a run folder."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            relative = os.path.relpath(path, folder)
            if name in NEVER_COMPARED:
                continue
            with open(path, "rb") as file:
                data = file.read()
            if name.endswith(".json"):
                data = json.dumps(masked(json.loads(data))).encode()
            elif name.endswith(".jsonl"):  # pieces of work end in any order
                data = "\n".join(sorted(json.dumps(masked(json.loads(line))) for line in data.splitlines())).encode()
            elif name in ("config.resolved.toml", "best.toml"):
                data = b"\n".join(line for line in data.splitlines() if not line.startswith((b"threads", b"slices", b"device")))
            found[relative] = data
    return found


def differences(folder, reference):
    """Names of files that one folder has and the other not, or that differ. A log of pieces keeps those of other work."""
    here, there = contents(folder), contents(reference)

    def equal(name):
        if name.endswith(".jsonl") and name != "metrics.jsonl" and name in here and name in there:
            return set(there[name].splitlines()) <= set(here[name].splitlines())
        return here.get(name) == there.get(name)

    return sorted(name for name in here.keys() | there.keys() if not equal(name))


def command(sprig, verb, config, out, threads=1, seed=None):
    line = [sprig, *VERBS[verb], "--device", "cpu", "--quiet", "--threads", str(threads), "--config", config, "--out", out]
    return line + ([] if seed is None else ["--seed", str(seed)])


def run(line, faults=None, cwd=None, timeout=120, **more):
    environment = dict(os.environ, OMP_WAIT_POLICY="passive")
    environment.pop("SPRIG_FAULTS", None)
    if faults:
        environment["SPRIG_FAULTS"] = faults
    done = subprocess.run(line, env=environment, cwd=cwd, timeout=timeout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    return done.returncode, done.stderr.decode(errors="replace")
