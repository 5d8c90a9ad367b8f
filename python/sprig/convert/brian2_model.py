"""The network of network.npz in Brian2: the same equations, integrated exactly, in the same order within a step.

    dv/dt = (-(v - e_l) + R (i + i_dc)) / tau_m         v in mV, currents in pA, R in mV/pA; no unit in Brian2's sense
    di/dt = -i / tau_syn                                one current a receptor; a spike adds w after the delay

Brian2 integrates again in the step in which the refractory period ends, sprig (as NEST) one step later: one step is
added to it. With delta synapses a spike acts before the threshold is looked at, so synapses come before thresholds in
a step, and their delay is a step shorter, because they then see the spikes of the step before: of neurons and of the
generator that stands for input channels, which spikes when thresholds are looked at.

This file needs NumPy and Brian2 alone: `python -m sprig convert net.npz net_brian2.py` writes it beside a copy of the
network, to be run or imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def build(a: Mapping[str, Any], spikes_of_channels: Any = None) -> dict[str, Any]:
    """Brian2 objects of the arrays of network.npz. spikes_of_channels: (times in ms, channel) of its input channels.
    Returns a dictionary: network, group, synapses (a list), monitor."""
    import brian2 as b2  # type: ignore[import-not-found,import-untyped,unused-ignore]

    ms, h = b2.ms, float(a["step_ms"])
    n = len(a["tau_m_ms"])
    delta, soft = _text(a, "synapse") == "delta", _text(a, "reset") == "soft"
    adaptive, receptors = bool(a["adaptive"]), 1 if delta else int(a["receptors"])
    current = "" if delta else "ie + ii + " if receptors == 2 else "ie + "
    equations = [f"dv/dt = (-(v - e_l) + resistance * ({current}i_dc)) / tau_m : 1 (unless refractory)"]
    if not delta:
        equations += [f"di{k}/dt = -i{k} / tau_{k} : 1\ntau_{k} : second (constant)" for k in ("e", "i")[:receptors]]
    if adaptive:
        equations += ["dtheta/dt = -theta / tau_theta : 1\ntau_theta : second (constant)\ntheta_plus : 1 (constant)"]
    equations += ["tau_m : second (constant)\nt_ref : second (constant)"]
    equations += [f"{name} : 1 (constant)" for name in ("e_l", "v_th", "v_reset", "resistance", "i_dc")]
    clock = b2.Clock(dt=h * ms)
    group = b2.NeuronGroup(
        n,
        "\n".join(equations),
        threshold="v >= v_th" + (" + theta" if adaptive else ""),
        reset=("v -= v_th - v_reset" if soft else "v = v_reset") + ("\ntheta += theta_plus" if adaptive else ""),
        refractory="t_ref",
        method="exact",
        clock=clock,
    )
    for name in ("e_l", "v_th", "v_reset", "resistance", "i_dc"):
        setattr(group, name, a[name])
    group.tau_m = a["tau_m_ms"] * ms
    group.t_ref = (np.floor(a["t_ref_ms"] / h + 0.5) + 1) * h * ms
    for k, tau in (("e", a["tau_syn_exc_ms"]), ("i", a["tau_syn_inh_ms"]))[: 0 if delta else receptors]:
        # Brian2's exact solution divides by tau_m - tau_syn.
        setattr(group, "tau_" + k, np.where(np.abs(tau / a["tau_m_ms"] - 1) < 1e-6, tau * (1 + 1e-6), tau) * ms)
    if adaptive:
        group.tau_theta, group.theta_plus = np.minimum(a["tau_theta_ms"], 1e300) * ms, a["theta_plus"]
    group.v = a["v_initial"]

    sources = [("", group)]
    objects = [group]
    channels = len(a["input_indptr"]) - 1 if "input_indptr" in a else 0
    if channels and spikes_of_channels is not None:
        times, channel = spikes_of_channels
        generator = b2.SpikeGeneratorGroup(channels, channel, np.asarray(times) * ms, clock=clock)
        sources.append(("input_", generator))
        objects.append(generator)
    synapses = []
    for prefix, source in sources:
        weights, targets = np.asarray(a[prefix + "data"], float), np.asarray(a[prefix + "indices"])
        rows = np.repeat(np.arange(len(a[prefix + "indptr"]) - 1), np.diff(a[prefix + "indptr"]))
        steps = np.broadcast_to(np.asarray(a[prefix + "delay_steps"], float), weights.shape) - (1 if delta else 0)
        for k, mine in (("e", weights >= 0), ("i", weights < 0)) if receptors == 2 else (("e", slice(None)),):
            if len(weights[mine]) == 0:
                continue
            effect = "v_post += w * int(not_refractory_post)" if delta else f"i{k}_post += w"
            s = b2.Synapses(source, group, "w : 1", on_pre=effect, clock=clock)
            s.connect(i=rows[mine], j=targets[mine])
            s.w, s.delay = weights[mine], steps[mine] * h * ms
            synapses.append(s)
    monitor = b2.SpikeMonitor(group)
    network = b2.Network(*objects, *synapses, monitor)
    if delta:
        network.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
    return dict(network=network, group=group, synapses=synapses, monitor=monitor, step_ms=h)


def run(model: Mapping[str, Any], duration_ms: float) -> tuple[Any, Any]:
    """(step, neuron) of its spikes, by step and then by neuron, as sprig counts steps."""
    import brian2 as b2  # type: ignore[import-not-found,import-untyped,unused-ignore]

    model["network"].run(duration_ms * b2.ms)
    step = np.rint(np.asarray(model["monitor"].t / b2.ms) / model["step_ms"]).astype(np.int64)
    neuron = np.asarray(model["monitor"].i, dtype=np.int64)
    order = np.lexsort((neuron, step))
    return step[order], neuron[order]


def _text(a: Mapping[str, Any], name: str) -> str:
    return str(np.asarray(a[name]).item().decode())


if __name__ == "__main__":
    import pathlib
    import sys

    with np.load(pathlib.Path(__file__).with_suffix(".npz")) as file:
        arrays = dict(file)
    for s, i in zip(*run(build(arrays), float(sys.argv[1]) if len(sys.argv) > 1 else 1000.0)):
        print(s, i)
