"""The network of network.npz in NEST: iaf_psc_exp or iaf_psc_delta, one node a neuron, one static synapse a synapse.

    tau_m, E_L, V_th, V_reset, t_ref, I_e, V_m    as in sprig, in ms, mV, pA
    C_m = tau_m / R                               pF for R in mV/pA
    tau_syn_ex, tau_syn_in                        by the sign of the weight; both that of excitation with one receptor

NEST's order within a step is sprig's (threshold at or above V_th, held for t_ref, exact integration), so the
spike times are the same; NEST dates a spike at the end of its step, sprig by the step's number: step = time / h - 1.

This file needs NumPy and NEST alone: `python -m sprig convert net.npz net_nest.py` writes it beside a copy of the
network, to be run or imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def build(a: Mapping[str, Any], spikes_of_channels: Any = None) -> dict[str, Any]:
    """NEST nodes of the arrays of network.npz, after ResetKernel. spikes_of_channels: (times in ms, channel) of its
    input channels. Returns a dictionary: neurons, recorder."""
    import nest  # type: ignore[import-not-found,import-untyped,unused-ignore]

    if _text(a, "reset") == "soft" or bool(a["adaptive"]):
        raise ValueError("soft reset, adaptive threshold: iaf_psc_exp and iaf_psc_delta have none")
    h, n = float(a["step_ms"]), len(a["tau_m_ms"])
    nest.ResetKernel()
    nest.resolution = h
    delta = _text(a, "synapse") == "delta"
    parameters = {
        "tau_m": a["tau_m_ms"],
        "C_m": a["tau_m_ms"] / a["resistance"],
        "E_L": a["e_l"],
        "V_th": a["v_th"],
        "V_reset": a["v_reset"],
        "t_ref": np.floor(a["t_ref_ms"] / h + 0.5) * h,
        "I_e": a["i_dc"],
        "V_m": a["v_initial"],
    }
    if not delta:
        parameters["tau_syn_ex"] = a["tau_syn_exc_ms"]
        parameters["tau_syn_in"] = a["tau_syn_inh_ms"] if int(a["receptors"]) == 2 else a["tau_syn_exc_ms"]
    neurons = nest.Create(
        "iaf_psc_delta" if delta else "iaf_psc_exp",
        n,
        {name: [float(x) for x in values] for name, values in parameters.items()},
    )
    sources = [("", neurons)]
    channels = len(a["input_indptr"]) - 1 if "input_indptr" in a else 0
    if channels and spikes_of_channels is not None:
        times, channel = (np.asarray(x) for x in spikes_of_channels)
        generators = nest.Create("spike_generator", channels)
        for c in range(channels):
            # A spike of step t is dated t + 1.
            generators[c].set({"spike_times": np.sort(np.rint(times[channel == c] / h) * h + h).tolist()})
        sources.append(("input_", generators))
    for prefix, source in sources:
        weights, targets = np.asarray(a[prefix + "data"], float), np.asarray(a[prefix + "indices"])
        rows = np.repeat(np.arange(len(a[prefix + "indptr"]) - 1), np.diff(a[prefix + "indptr"]))
        if len(weights):
            delays = np.broadcast_to(np.asarray(a[prefix + "delay_steps"], float) * h, weights.shape)
            nest.Connect(
                np.asarray(source.tolist())[rows],
                np.asarray(neurons.tolist())[targets],
                "one_to_one",
                {"synapse_model": "static_synapse", "weight": weights, "delay": np.array(delays)},
            )
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    return dict(neurons=neurons, recorder=recorder, step_ms=h)


def run(model: Mapping[str, Any], duration_ms: float) -> tuple[Any, Any]:
    """(step, neuron) of its spikes, by step and then by neuron, as sprig counts steps."""
    import nest  # type: ignore[import-not-found,import-untyped,unused-ignore]

    nest.Simulate(duration_ms)
    step = np.rint(np.asarray(model["recorder"].events["times"]) / model["step_ms"]).astype(np.int64) - 1
    neuron = np.asarray(model["recorder"].events["senders"], np.int64) - model["neurons"][0].global_id
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
