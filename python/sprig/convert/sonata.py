"""SONATA, a folder of nodes.h5, edges.h5, their type tables and circuit_config.json (read by libsonata, NEST, BMTK).

    sprig                            SONATA, names as in NEST
    a population                     /nodes/<name>, model_type point_neuron, iaf_psc_exp or iaf_psc_delta
    tau_m_ms, e_l, v_th, v_reset     dynamics_params tau_m, E_L, V_th, V_reset
    t_ref_ms, i_dc, v_initial        t_ref, I_e, V_m
    resistance                       C_m = tau_m / R, in pF for R in mV/pA
    tau_syn_exc_ms, tau_syn_inh_ms   tau_syn_ex, tau_syn_in; both that of excitation where sprig has one receptor
    a synapse                        an edge with syn_weight (pA, or mV onto iaf_psc_delta) and delay (ms)
    an input channel                 a node of the virtual population "input"
    step_ms                          run.dt of simulation_config.json

A weight's sign says its receptor on both sides. Edges are sorted by source and indexed both ways.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import NetworkArrays, Path, Population, not_held
from .errors import ConversionError, need
from .files import whole_folder
from .sonata_tables import write_table

NAMES = {
    "tau_m": "tau_m_ms",
    "E_L": "e_l",
    "V_th": "v_th",
    "V_reset": "v_reset",
    "t_ref": "t_ref_ms",
    "I_e": "i_dc",
    "V_m": "v_initial",
    "tau_syn_ex": "tau_syn_exc_ms",
    "tau_syn_in": "tau_syn_inh_ms",
}
FILES = (
    "circuit_config.json",
    "edge_types.csv",
    "edges.h5",
    "node_types.csv",
    "nodes.h5",
    "simulation_config.json",
)
_OURS = ("resistance", "theta_plus", "tau_theta_ms")  # exact, or without a name in NEST: as sprig_<name>
LOST = (
    "names of neurons; adaptive threshold and soft reset (kept as attributes that sprig finds again); ids before "
    "pruning; synapses that were pruned keep no trace"
)


def to_sonata(network: Any, folder: Path) -> list[str]:
    """Writes `network` as a SONATA circuit into `folder`; returns the list of what is lost."""
    h5py = need("h5py", "sonata")
    net = NetworkArrays.of(network)
    lost = not_held(net)
    if net.adaptive or net.reset == "soft":
        lost.append(
            "adaptive threshold and soft reset: SONATA has no names for them; sprig finds its own attributes again"
        )
    if net.original_id is not None and not np.array_equal(net.original_id, np.arange(len(net))):
        lost.append(
            "original_id: neurons are numbered anew; random draws of a pruned network are keyed by the old numbers"
        )
    names = [p.name for p in net.populations]
    if len(set(names)) != len(names) or any(not n or "/" in n or n == "input" for n in names):
        raise ConversionError(f"population names {names}: allowed in SONATA: different ones, without '/', not 'input'")
    with whole_folder(folder, FILES) as out:
        channels = net.input.rows if net.input is not None else 0
        with h5py.File(os.path.join(out, "nodes.h5"), "w") as file:
            _mark(file)
            _write_nodes(file.create_group("nodes"), net, channels)
        with h5py.File(os.path.join(out, "edges.h5"), "w") as file:
            _mark(file)
            edges = _write_edges(file.create_group("edges"), net, channels)
        template = "nest:iaf_psc_exp" if net.synapse == "exponential" else "nest:iaf_psc_delta"
        rows = [(i, name, "point_neuron", template) for i, name in enumerate(names)]
        write_table(
            os.path.join(out, "node_types.csv"),
            ("node_type_id", "population", "model_type", "model_template"),
            rows + ([(len(rows), "input", "virtual", "NULL")] if channels else []),
        )
        write_table(
            os.path.join(out, "edge_types.csv"),
            ("edge_type_id", "population", "model_template"),
            [(i, name, "static_synapse") for i, name in enumerate(edges)],
        )
        _write_json(
            os.path.join(out, "circuit_config.json"),
            {
                "manifest": {"$BASE_DIR": "."},
                "components": {},
                "networks": {
                    "nodes": [{"nodes_file": "$BASE_DIR/nodes.h5", "node_types_file": "$BASE_DIR/node_types.csv"}],
                    "edges": [{"edges_file": "$BASE_DIR/edges.h5", "edge_types_file": "$BASE_DIR/edge_types.csv"}],
                },
            },
        )
        _write_json(
            os.path.join(out, "simulation_config.json"),
            {"network": "circuit_config.json", "run": {"tstop": 1000.0, "dt": net.step_ms}},
        )
    return lost


def _write_json(path: str, content: Any) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)


def _mark(file: Any) -> None:
    file.attrs["magic"], file.attrs["version"] = np.uint32(0x0A7A), np.array([0, 1], np.uint32)


def _write_nodes(nodes: Any, net: NetworkArrays, channels: int) -> None:
    nodes.attrs.update(
        sprig_synapse=net.synapse,
        sprig_receptors=net.receptors,
        sprig_reset=net.reset,
        sprig_adaptive=net.adaptive,
        sprig_step_ms=net.step_ms,
        sprig_order=[p.name for p in net.populations],
    )
    everything = net.populations + ([Population("input", 0, channels)] if channels else [])
    for type_id, p in enumerate(everything):
        group = nodes.create_group(p.name)
        group["node_type_id"] = np.full(p.count, type_id, np.uint64)
        group["node_id"] = np.arange(p.count, dtype=np.uint64)
        group["node_group_id"] = np.zeros(p.count, np.uint64)
        group["node_group_index"] = np.arange(p.count, dtype=np.uint64)
        attributes = group.create_group("0")
        if p.name == "input":
            continue
        group.attrs["sprig_inhibitory"] = p.inhibitory
        mine = slice(p.first, p.first + p.count)
        dynamics = attributes.create_group("dynamics_params")
        for name, ours in NAMES.items():
            values = net.parameters["tau_syn_exc_ms" if name == "tau_syn_in" and net.receptors == 1 else ours]
            dynamics[name] = values[mine]
        dynamics["C_m"] = net.tau_m_ms[mine] / net.resistance[mine]
        for name in _OURS:
            dynamics["sprig_" + name] = net.parameters[name][mine]


def _write_edges(edges: Any, net: NetworkArrays, channels: int) -> list[str]:
    """Names of the edge populations, one a pair of populations that has synapses."""
    names: list[str] = []
    firsts = np.array([p.first for p in net.populations])
    jobs = [(net.recurrent, p.name, p.first, p.count) for p in net.populations]
    if net.input is not None and channels:
        jobs.append((net.input, "input", 0, channels))
    for synapses, source, first, count in jobs:
        from_, to = synapses.offsets[first], synapses.offsets[first + count]
        sources = synapses.sources[from_:to] - first
        targets, weights, steps = (a[from_:to] for a in (synapses.targets, synapses.weights, synapses.delay_steps))
        population = np.searchsorted(firsts, targets, side="right") - 1
        for i, p in enumerate(net.populations):
            mine = population == i
            if not mine.any():
                continue
            name = f"{source}__{p.name}__chemical"
            s, t = sources[mine], targets[mine] - p.first
            group = edges.create_group(name)
            for key, ids, of in (("source_node_id", s, source), ("target_node_id", t, p.name)):
                group[key] = ids.astype(np.uint64)
                group[key].attrs["node_population"] = of
            group["edge_type_id"] = np.full(len(s), len(names), np.uint64)
            group["edge_group_id"] = np.zeros(len(s), np.uint64)
            group["edge_group_index"] = np.arange(len(s), dtype=np.uint64)
            group["0/syn_weight"] = weights[mine]
            group["0/delay"] = steps[mine] * net.step_ms
            _write_index(group.create_group("indices/source_to_target"), s, count)
            _write_index(group.create_group("indices/target_to_source"), t, p.count)
            names.append(name)
    return names


def _write_index(group: Any, ids: Array, count: int) -> None:
    """Of each node the ranges of edges that are its, as runs of neighbouring edges."""
    order = np.argsort(ids, kind="stable")
    start = np.ones(len(ids), bool)
    start[1:] = (np.diff(ids[order]) != 0) | (np.diff(order) != 1)
    first = np.nonzero(start)[0]
    last = np.append(first[1:], len(ids)) - 1
    group["range_to_edge_id"] = np.stack([order[first], order[last] + 1], axis=1).astype(np.uint64)
    of = np.searchsorted(ids[order][first], np.arange(count + 1))
    group["node_id_to_ranges"] = np.stack([of[:-1], of[1:]], axis=1).astype(np.uint64)
