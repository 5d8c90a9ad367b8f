"""NIR to a network: the equations of nir.py backwards. Layers of LIF and CubaLIF become populations, what lies between
them (nir_paths.py) synapses, what lies between them and an Input synapses of input channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import NetworkArrays, Population, parameters_of, together
from .errors import InputError, need
from .files import first_line, hdf5_file
from .nir import KEPT, SNNTORCH_DT, known_peer
from .nir_paths import Inputs, Layers, NirPath, delays_in_steps, paths_between


def from_nir(
    path_or_graph: Any,
    *,
    peer: str | None = None,
    step_ms: float | None = None,
    t_ref_ms: float | None = None,
    metadata: bool = True,
) -> tuple[NetworkArrays, list[str]]:
    """(network as NetworkArrays, lost) of a NIR file or graph: LIF and CubaLIF layers and the Affine, Linear, Scale,
    Delay and LI nodes between them.

    peer: "snntorch" or "norse" wrote it, whose spike is 1 for one step and not a delta of time.
    step_ms: of the grid, 0.1 where the file has none; t_ref_ms: 0 likewise.
    metadata: use what sprig kept beside the graph.
    """
    nir = need("nir", "nir")
    where = "graph"
    if isinstance(path_or_graph, nir.NIRGraph):
        graph = path_or_graph
    else:
        where = str(path_or_graph)
        with hdf5_file(path_or_graph) as file:
            if "node" not in file:
                raise InputError(where, "has no group /node: it is no NIR graph")
        try:
            graph = nir.read(path_or_graph)
        except Exception as error:  # whatever nir raises on what is no graph
            raise InputError(where, f"is no NIR graph that the package nir reads ({first_line(error)})") from error
    lost: list[str] = []
    kept = dict(graph.metadata) if metadata and isinstance(graph.metadata, dict) else {}
    step_ms = float(step_ms if step_ms is not None else kept.get("sprig_step_ms", 0.1))
    if not (np.isfinite(step_ms) and step_ms > 0):
        raise InputError(where, f"step_ms: found {step_ms}; allowed: a finite number > 0")
    known_peer(peer)
    of_a_spike = {None: 1.0, "snntorch": SNNTORCH_DT, "norse": step_ms * 1e-3}[peer]  # its integral over time, s
    layers, inputs, paths = paths_between(nir, graph, where)
    network = _network_of(nir, layers, inputs, paths, of_a_spike, step_ms, where, lost)
    _take_kept(network, kept, where)
    if t_ref_ms is not None:
        network.parameters["t_ref_ms"] = np.full(len(network), float(t_ref_ms))
    if "sprig_step_ms" not in kept:
        lost.append(f"a time step: NIR has none; {step_ms:g} ms is taken")
    return network.check(where), lost


def _network_of(
    nir: Any,
    layers: Layers,
    inputs: Inputs,
    paths: list[NirPath],
    of_a_spike: float,
    step_ms: float,
    where: str,
    lost: list[str],
) -> NetworkArrays:
    """layers: {name: (first neuron, LIF or CubaLIF)}; inputs: {name: (first channel, size)}."""

    def whole(field: str) -> Array:
        return np.concatenate([np.ravel(np.asarray(getattr(node, field), float)) for _, node in layers.values()])

    n = sum(node.v_threshold.size for _, node in layers.values())
    cubas = [isinstance(node, nir.CubaLIF) for _, node in layers.values()]
    filtered = [p.tau_s is not None for p in paths if p.weights is not None]
    exponential = any(cubas) or any(filtered)
    given: dict[str, Any] = dict(
        resistance=whole("r"),
        e_l=whole("v_leak"),
        v_th=whole("v_threshold"),
        v_reset=whole("v_reset"),
        t_ref_ms=0.0,
        i_dc=np.zeros(n),
        tau_syn_exc_ms=np.full(n, 5.0),
        tau_syn_inh_ms=np.full(n, 5.0),
        tau_m_ms=np.concatenate(
            [np.ravel(node.tau_mem if isinstance(node, nir.CubaLIF) else node.tau) * 1e3 for _, node in layers.values()]
        ),
    )
    parts: dict[bool, list[tuple[Any, ...]]] = {False: [], True: []}  # from inputs?
    taus: dict[str, list[tuple[Any, set[float]]]] = {}  # [target layer]: [(tau in ms, signs of its weights)]
    for p in paths:
        first, node = layers[p.target]
        into = slice(first, first + node.v_threshold.size)
        if isinstance(node, nir.CubaLIF):
            if p.tau_s is not None:
                raise InputError(where, f"{p.target}: a CubaLIF behind an LI has two synaptic filters; allowed: one")
            tau: Any = np.ravel(node.tau_syn)
            gain: Any = np.ravel(node.w_in) / tau
            steady: Any = np.ravel(node.w_in)
        elif p.tau_s is not None:
            tau, gain, steady = p.tau_s, p.gain / p.tau_s, p.gain
        else:
            if exponential and p.weights is not None and np.any(p.weights):
                raise InputError(where, f"{p.target}: has synapses with and without a time constant; allowed: one kind")
            tau, gain, steady = None, np.ravel(node.r) / np.ravel(node.tau), 1.0
        given["i_dc"][into] += steady * p.bias + (p.offset if p.tau_s is not None else 0)
        if p.weights is None or not np.any(p.weights):
            if tau is not None:
                taus.setdefault(p.target, []).append((tau * 1e3, set()))
            continue
        target, source = np.nonzero(p.weights)
        weight = p.weights[target, source] * (gain * of_a_spike)[target]
        if tau is not None:
            taus.setdefault(p.target, []).append((tau * 1e3, set(np.sign(weight))))
        start = inputs[p.source][0] if p.from_input else layers[p.source][0]
        steps = delays_in_steps(p, step_ms, where, lost)
        parts[p.from_input].append((source + start, target + first, weight, steps[source]))
    receptors = _receptors(layers, taus, given, where)
    recurrent = together(n, parts[False])
    rows = sum(size for _, size in inputs.values())
    channels = together(rows, parts[True]) if parts[True] else None
    populations = [Population(name, first, node.v_threshold.size, False) for name, (first, node) in layers.items()]
    network = NetworkArrays(
        recurrent,
        parameters_of(n, **given),
        populations,
        step_ms,
        "exponential" if exponential else "delta",
        receptors,
        input=channels,
    )
    for each in populations:
        sent = recurrent.weights[recurrent.offsets[each.first] : recurrent.offsets[each.first + each.count]]
        each.inhibitory = len(sent) > 0 and bool((sent <= 0).all())
    return network


def _receptors(layers: Layers, taus: dict[str, Any], given: dict[str, Any], where: str) -> int:
    """1, or 2 where excitation and inhibition have synaptic time constants of their own; fills them in."""
    two = any(len({tuple(np.ravel(tau)) for tau, _ in found}) > 1 for found in taus.values())
    for name, found in taus.items():
        first, node = layers[name]
        into = slice(first, first + node.v_threshold.size)
        different: dict[tuple[float, ...], set[float]] = {}
        for tau, signs in found:
            different.setdefault(tuple(np.broadcast_to(tau, (node.v_threshold.size,))), set()).update(signs)
        if len(different) == 1 or not two:
            given["tau_syn_exc_ms"][into] = given["tau_syn_inh_ms"][into] = next(iter(different))
            continue
        used = {tau: signs for tau, signs in different.items() if signs}
        free = [tau for tau in different if tau not in used]
        if (
            len(different) > 2
            or any(len(signs) > 1 for signs in used.values())
            or sum(1.0 in signs for signs in used.values()) > 1
            or sum(-1.0 in signs for signs in used.values()) > 1
        ):
            raise InputError(
                where,
                f"{name}: {len(different)} synaptic time constants not divided by sign; allowed: one "
                f"for weights above 0 and one for weights below",
            )
        for tau, signs in used.items():
            given["tau_syn_exc_ms" if 1.0 in signs else "tau_syn_inh_ms"][into] = tau
        for tau in free:
            given["tau_syn_inh_ms" if {1.0} in used.values() else "tau_syn_exc_ms"][into] = tau
    return 2 if two else 1


def _take_kept(network: Any, kept: dict[str, Any], where: str) -> None:
    n = len(network)
    for name in KEPT:
        values = kept.get("sprig_" + name)
        if values is None:
            continue
        values = np.asarray(values)
        if values.shape != (n,) or values.dtype.kind not in "fiu":
            raise InputError(
                where, f"metadata sprig_{name}: has shape {values.shape}; allowed: one number a neuron ({n})"
            )
        network.parameters[name] = values.astype(float)
    reset = kept.get("sprig_reset", "hard")
    reset = reset.decode() if isinstance(reset, bytes) else reset
    if reset not in ("hard", "soft"):
        raise InputError(where, f"metadata sprig_reset: found {reset!r}; allowed: 'hard' or 'soft'")
    network.reset, network.adaptive = reset, bool(kept.get("sprig_adaptive", 0))
    names = kept.get("sprig_population_name")
    if names is None:
        return
    names = (names.decode() if isinstance(names, bytes) else str(names)).split("\n")
    counts, signs = (np.atleast_1d(kept.get("sprig_population_" + key, [])) for key in ("count", "inhibitory"))
    if (
        len(counts) != len(names)
        or len(signs) != len(names)
        or counts.dtype.kind not in "iu"
        or counts.sum() != n
        or (counts < 0).any()
    ):
        raise InputError(where, f"metadata sprig_population_*: do not tile the {n} neurons")
    firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    network.populations = [Population(*p) for p in zip(names, firsts.tolist(), counts.tolist(), (signs != 0).tolist())]
