"""A Brian2 model of two populations, three projections with distributed delays, a spike file and a current that varies
in time, written again in TOML: the same spikes where nothing is drawn, the same rates where everything is.

Brian2's state is double. With a program built with SPRIG_DOUBLE=ON, named in SPRIG_PROGRAM_DOUBLE, every spike of the
deterministic model is compared, else nearly all of the first 100 ms.
"""

import os
import subprocess

import numpy as np

from carry_support import package, program, recorded

STEP_MS = 0.1
SIZE = {"E": 80, "I": 20}
PAIRS = [("E", "E", 12.0), ("E", "I", 18.0), ("I", "E", -60.0)]
# One neuron model: mV, pA, ms.
TAU_EXC_MS, TAU_INH_MS, T_REF_MS, RESISTANCE, E_L, V_TH, V_RESET = 5.0, 8.0, 2.0, 0.04, -65.0, -50.0, -60.0

NEURON = f"""
[network]
step_ms = {STEP_MS}

[neuron]
receptors = 2
resistance = {RESISTANCE}
e_l = {E_L}
v_th = {V_TH}
v_reset = {V_RESET}
t_ref_ms = {T_REF_MS}
tau_syn_exc_ms = {TAU_EXC_MS}
tau_syn_inh_ms = {TAU_INH_MS}
"""


def run_sprig(sprig, folder, text, duration_ms, seed=1):
    """(step, neuron) of the spikes, neurons of E first."""
    (folder / "model.toml").write_text(text)
    done = subprocess.run(
        [
            sprig,
            "run",
            "--quiet",
            "--device",
            "cpu",
            "--threads",
            "1",
            "--config",
            str(folder / "model.toml"),
            "--set",
            f"run.duration_ms={duration_ms}",
            "--seed",
            str(seed),
            "--out",
            str(folder / "run"),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return recorded(folder / "run")


def neurons(b2, name, size, tau_m_ms, i_dc, v_initial):
    """Brian2's group. One step is added to the refractory time (sprig/convert/brian2_model.py says why)."""
    ms = b2.ms
    group = b2.NeuronGroup(
        size,
        """dv/dt = (-(v - e_l) + resistance * (ie + ii + i_dc + i_t)) / tau_m : 1 (unless refractory)
                 die/dt = -ie / tau_exc : 1
                 dii/dt = -ii / tau_inh : 1
                 tau_m : second (constant)
                 i_dc : 1 (constant)
                 i_t : 1""",
        threshold="v >= v_th",
        reset="v = v_reset",
        refractory=(T_REF_MS + STEP_MS) * ms,
        method="exact",
        name=name,
        namespace=dict(
            e_l=E_L, v_th=V_TH, v_reset=V_RESET, resistance=RESISTANCE, tau_exc=TAU_EXC_MS * ms, tau_inh=TAU_INH_MS * ms
        ),
    )
    group.tau_m, group.i_dc, group.v = tau_m_ms * ms, i_dc, v_initial
    return group


def connect(b2, source, target, i, j, weight, delay_ms):
    variable = "ie" if np.all(weight >= 0) else "ii"
    synapses = b2.Synapses(source, target, "w : 1", on_pre=f"{variable}_post += w")
    synapses.connect(i=i, j=j)
    synapses.w, synapses.delay = weight, delay_ms * b2.ms
    return synapses


def run_brian2(b2, groups, others, duration_ms):
    monitors = [b2.SpikeMonitor(g) for g in groups]
    b2.Network(*groups, *others, *monitors).run(duration_ms * b2.ms)
    firsts = np.cumsum([0] + [len(g) for g in groups])
    step = np.concatenate([np.rint(m.t / b2.ms / STEP_MS).astype(np.int64) for m in monitors])
    neuron = np.concatenate([np.asarray(m.i, np.int64) + first for m, first in zip(monitors, firsts)])
    order = np.lexsort((neuron, step))
    return np.stack([step[order], neuron[order]], axis=1)


def started(package_name="brian2"):
    b2 = package(package_name)
    b2.prefs.codegen.target = "numpy"
    b2.start_scope()
    b2.defaultclock.dt = STEP_MS * b2.ms
    return b2


def deterministic(folder):
    """Numbers of the model, and its files."""
    draw = np.random.default_rng(11)
    model = dict(
        tau_m={"E": draw.gamma(8, 2.5, SIZE["E"]) + 2, "I": np.full(SIZE["I"], 10.0)},
        v={name: draw.uniform(-60, -51, size) for name, size in SIZE.items()},
        i_dc={name: draw.uniform(400, 550, size) for name, size in SIZE.items()},
        edges={},
        current=120 * np.sin(np.arange(100) / 5),
        spike_ms=np.sort(draw.integers(0, 4900, 300)) * STEP_MS,
        spike_neuron=draw.integers(0, SIZE["E"], 300),
    )
    pairs = np.unique(np.stack([np.rint(model["spike_ms"] / STEP_MS).astype(int), model["spike_neuron"]]), axis=1)
    model["spike_ms"], model["spike_neuron"] = pairs[0] * STEP_MS, pairs[1]
    for name in SIZE:
        for key in ("tau_m", "v", "i_dc"):
            np.save(folder / f"{key}_{name}.npy", model[key][name])
    for source, target, weight in PAIRS:
        i, j = np.nonzero(draw.random((SIZE[source], SIZE[target])) < 0.2)
        w = np.float32(weight * draw.uniform(0.5, 1.5, len(i))).astype(float)
        steps = np.maximum(1, np.rint(draw.normal(1.5, 0.5, len(i)) / STEP_MS)).astype(int)
        model["edges"][source, target] = (i, j, w, steps * STEP_MS)
        with open(folder / f"{source}{target}.csv", "w") as file:
            file.write("source,target,weight,delay_ms\n")
            file.writelines(
                f"{a},{b},{c!r},{d:.1f}\n" for a, b, c, d in zip(i.tolist(), j.tolist(), w.tolist(), steps * STEP_MS)
            )
    np.save(folder / "current.npy", model["current"])
    with open(folder / "spikes.csv", "w") as file:
        file.write("time_ms,neuron\n")
        file.writelines(f"{t:.1f},{i}\n" for t, i in zip(model["spike_ms"], model["spike_neuron"]))
    return model


DETERMINISTIC = (
    NEURON
    + "".join(
        f"""
[[population]]
name = "{name}"
size = {size}
tau_m_ms = "file:tau_m_{name}.npy"
i_dc = "file:i_dc_{name}.npy"
v_initial_mv = "file:v_{name}.npy"
"""
        for name, size in SIZE.items()
    )
    + "".join(
        f"""
[[projection]]
from = "{source}"
to = "{target}"
rule = "edges({source}{target}.csv)"
"""
        for source, target, _ in PAIRS
    )
    + """
[[stimulus]]
to = "E"
kind = "spikes"
file = "spikes.csv"
weight = 60.0
delay_ms = 0.5

[[stimulus]]
to = "I"
kind = "current"
file = "current.npy"
sample_ms = 5.0
"""
)


def test_the_deterministic_model_has_the_same_spike_times(tmp_path):
    b2 = started()
    double = os.environ.get("SPRIG_PROGRAM_DOUBLE")
    model = deterministic(tmp_path)
    groups = [
        neurons(b2, name, SIZE[name], model["tau_m"][name], model["i_dc"][name], model["v"][name]) for name in SIZE
    ]
    by_name = dict(zip(SIZE, groups))
    synapses = [connect(b2, by_name[s], by_name[t], *edges) for (s, t), edges in model["edges"].items()]
    outside = b2.SpikeGeneratorGroup(SIZE["E"], model["spike_neuron"], model["spike_ms"] * b2.ms)
    every = np.arange(SIZE["E"])
    given = connect(b2, outside, by_name["E"], every, every, np.full(len(every), 60.0), np.full(len(every), 0.5))
    current = b2.TimedArray(model["current"], dt=5 * b2.ms)
    by_name["I"].namespace["current"] = current
    by_name["I"].run_regularly("i_t = current(t)", dt=STEP_MS * b2.ms, when="start")
    duration_ms = 500.0 if double else 100.0
    expected = run_brian2(b2, groups, [*synapses, outside, given], duration_ms)
    found = run_sprig(double or program(), tmp_path, DETERMINISTIC, duration_ms)
    both = set(map(tuple, expected.tolist())) & set(map(tuple, found.tolist()))
    print(f"{len(expected)} spikes in Brian2, {len(found)} in sprig, {len(both)} the same")
    if double:
        assert len(expected) > 1000 and len(np.unique(expected[:, 1])) > 80
        assert np.array_equal(found, expected)
    else:
        assert len(expected) > 200 and len(both) > 0.9 * len(expected)


STOCHASTIC = (
    NEURON
    + """
[[population]]
name = "E"
size = 200
tau_m_ms = "gamma(8.0, 2.5)"
i_dc = 320.0
v_initial_mv = "uniform(-65, -50)"

[[population]]
name = "I"
size = 50
tau_m_ms = 10.0
i_dc = 320.0
v_initial_mv = "uniform(-65, -50)"

[[projection]]
from = "E"
to = "E"
rule = "bernoulli(0.1)"
weight = "normal(12.0, 2.0)"
delay_ms = "normal(1.5, 0.3)"

[[projection]]
from = "E"
to = "I"
rule = "bernoulli(0.2)"
weight = "uniform(10.0, 20.0)"
delay_ms = "uniform(0.5, 2.5)"

[[projection]]
from = "I"
to = "E"
rule = "fixed_in_degree(10)"
weight = -30.0
delay_ms = "gamma(5.0, 0.2)"

[[stimulus]]
kind = "poisson"
rate_hz = 1000.0
weight = 40.0

[[stimulus]]
to = "I"
kind = "current"
file = "current.npy"
sample_ms = 5.0
"""
)
SEEDS, MS = 8, 400.0


def stochastic_in_brian2(b2, seed, current):
    draw = np.random.default_rng(seed)
    b2.seed(seed)
    size = {"E": 200, "I": 50}
    tau = {"E": np.maximum(draw.gamma(8, 2.5, 200), 1), "I": np.full(50, 10.0)}
    by_name = {n: neurons(b2, n, k, tau[n], np.full(k, 320.0), draw.uniform(-65, -50, k)) for n, k in size.items()}
    ee, ei = (np.nonzero(draw.random((200, k)) < p) for k, p in ((200, 0.1), (50, 0.2)))
    ie = draw.integers(0, 50, (200, 10)).ravel(), np.repeat(np.arange(200), 10)  # with replacement, as sprig's
    grid = lambda delay: np.maximum(1, np.rint(delay / STEP_MS)) * STEP_MS
    synapses = [
        connect(
            b2, by_name["E"], by_name["E"], *ee, draw.normal(12, 2, len(ee[0])), grid(draw.normal(1.5, 0.3, len(ee[0])))
        ),
        connect(
            b2,
            by_name["E"],
            by_name["I"],
            *ei,
            draw.uniform(10, 20, len(ei[0])),
            grid(draw.uniform(0.5, 2.5, len(ei[0]))),
        ),
        connect(b2, by_name["I"], by_name["E"], *ie, np.full(2000, -30.0), grid(draw.gamma(5, 0.2, 2000))),
    ]
    poisson = [b2.PoissonInput(g, "ie", 1000, 1 * b2.Hz, weight=40) for g in by_name.values()]
    by_name["I"].namespace["current"] = current
    by_name["I"].run_regularly("i_t = current(t)", dt=STEP_MS * b2.ms, when="start")
    spikes = run_brian2(b2, list(by_name.values()), [*synapses, *poisson], MS)
    return rates(spikes)


def rates(spikes):
    """Of E and I, Hz, without the first 100 ms."""
    late = spikes[spikes[:, 0] * STEP_MS >= 100, 1]
    return np.array([np.sum(late < 200) / 200, np.sum(late >= 200) / 50]) / ((MS - 100) / 1000)


def test_the_stochastic_model_has_the_same_rates_within_three_standard_errors(tmp_path):
    b2 = started()
    sprig = program()
    values = 120 * np.sin(np.arange(100) / 5)
    np.save(tmp_path / "current.npy", values)
    current = b2.TimedArray(values, dt=5 * b2.ms)
    there = np.array([stochastic_in_brian2(started(), seed, current) for seed in range(SEEDS)])
    found = np.array([rates(run_sprig(sprig, tmp_path, STOCHASTIC, MS, seed + 1)) for seed in range(SEEDS)])
    difference = found.mean(axis=0) - there.mean(axis=0)
    error = np.sqrt(found.var(axis=0, ddof=1) / SEEDS + there.var(axis=0, ddof=1) / SEEDS)
    print("Brian2", there.mean(axis=0), "Hz, sprig", found.mean(axis=0), "Hz, standard error", error, "Hz")
    assert (there.mean(axis=0) > 3).all()
    assert (np.abs(difference) < 3 * error).all()
    assert (error < 0.1 * there.mean(axis=0)).all()  # so that it could fail
