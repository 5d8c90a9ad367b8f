"""SONATA, a folder of nodes.h5, edges.h5, their type tables and circuit_config.json (h5py; read by libsonata, NEST, BMTK).

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
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import PARAMETERS, NetworkArrays, Path, Population, parameters_of, steps_of_ms, together
from .errors import ConversionError, InputError, need
from .files import first_line, hdf5_file, plain_file, whole_folder
from .sonata_tables import columns_of, type_table, write_table

_NAMES = {"tau_m": "tau_m_ms", "E_L": "e_l", "V_th": "v_th", "V_reset": "v_reset", "t_ref": "t_ref_ms", "I_e": "i_dc",
          "V_m": "v_initial", "tau_syn_ex": "tau_syn_exc_ms", "tau_syn_in": "tau_syn_inh_ms"}
_OURS = ("resistance", "theta_plus", "tau_theta_ms")  # exact, or without a name in NEST: as sprig_<name>
_NEEDED = ("tau_m", "C_m", "V_th")
LOST = ("adaptive threshold and soft reset (kept as attributes that sprig finds again); ids before pruning; "
        "synapses that were pruned keep no trace")


def to_sonata(network: Any, folder: Path) -> list[str]:
    """Writes `network` as a SONATA circuit into `folder`; returns the list of what is lost."""
    h5py = need("h5py", "sonata")
    net = NetworkArrays.of(network)
    lost = []
    if net.adaptive or net.reset == "soft":
        lost.append("adaptive threshold and soft reset: SONATA has no names for them; sprig finds its own attributes again")
    if net.original_id is not None and not np.array_equal(net.original_id, np.arange(len(net))):
        lost.append("original_id: neurons are numbered anew; random draws of a pruned network are keyed by the old numbers")
    names = [p.name for p in net.populations]
    if len(set(names)) != len(names) or any(not n or "/" in n or n == "input" for n in names):
        raise ConversionError(f"population names {names}: allowed in SONATA: different ones, without '/', not 'input'")
    with whole_folder(folder) as out:
        channels = net.input.rows if net.input is not None else 0
        with h5py.File(os.path.join(out, "nodes.h5"), "w") as file:
            _mark(file)
            _write_nodes(file.create_group("nodes"), net, channels)
        with h5py.File(os.path.join(out, "edges.h5"), "w") as file:
            _mark(file)
            edges = _write_edges(file.create_group("edges"), net, channels)
        template = "nest:iaf_psc_exp" if net.synapse == "exponential" else "nest:iaf_psc_delta"
        rows = [(i, name, "point_neuron", template) for i, name in enumerate(names)]
        write_table(os.path.join(out, "node_types.csv"), ("node_type_id", "population", "model_type", "model_template"),
                    rows + ([(len(rows), "input", "virtual", "NULL")] if channels else []))
        write_table(os.path.join(out, "edge_types.csv"), ("edge_type_id", "population", "model_template"),
                    [(i, name, "static_synapse") for i, name in enumerate(edges)])
        _write_json(os.path.join(out, "circuit_config.json"), {
            "manifest": {"$BASE_DIR": "."}, "components": {},
            "networks": {"nodes": [{"nodes_file": "$BASE_DIR/nodes.h5", "node_types_file": "$BASE_DIR/node_types.csv"}],
                         "edges": [{"edges_file": "$BASE_DIR/edges.h5", "edge_types_file": "$BASE_DIR/edge_types.csv"}]}})
        _write_json(os.path.join(out, "simulation_config.json"), {"network": "circuit_config.json",
                                                   "run": {"tstop": 1000.0, "dt": net.step_ms}})
    return lost


def _write_json(path: str, content: Any) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)


def _mark(file: Any) -> None:
    file.attrs["magic"], file.attrs["version"] = np.uint32(0x0A7A), np.array([0, 1], np.uint32)


def _write_nodes(nodes: Any, net: NetworkArrays, channels: int) -> None:
    nodes.attrs.update(sprig_synapse=net.synapse, sprig_receptors=net.receptors, sprig_reset=net.reset,
                       sprig_adaptive=net.adaptive, sprig_step_ms=net.step_ms, sprig_order=[p.name for p in net.populations])
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
        for name, ours in _NAMES.items():
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


# --- back


def from_sonata(folder: Path, *, step_ms: float | None = None) -> tuple[NetworkArrays, list[str]]:
    """(network as NetworkArrays, lost) of a folder with circuit_config.json, or of such a file. Point neurons with NEST's
    names of parameters, per node, in node_types.csv or in a file of dynamics_params; virtual populations become input
    channels. step_ms: of the grid; without it, run.dt of simulation_config.json, or 0.1."""
    need("h5py", "sonata")
    config = os.path.join(folder, "circuit_config.json") if os.path.isdir(folder) else os.fspath(folder)
    circuit = _config(config)
    lost: list[str] = []
    nodes: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    for entry in _entries(circuit, config, "nodes"):
        _read_nodes(entry, circuit, config, nodes, ours)
    if not any(n["virtual"] is False for n in nodes.values()):
        raise InputError(config, "has no population of point neurons")
    if step_ms is None:
        step_ms = ours.get("step_ms") or _run_dt(config) or 0.1
    if not (np.isfinite(step_ms) and step_ms > 0):
        raise InputError(config, f"step_ms: found {step_ms}; allowed: a finite number > 0")
    network = _neurons(nodes, ours, float(step_ms), config, lost)
    first = {p.name: p.first for p in network.populations}
    channel, rows = {}, 0
    for name, n in nodes.items():
        if n["virtual"]:
            channel[name], rows = rows, rows + n["count"]
    parts: dict[bool, list[tuple[Any, ...]]] = {False: [], True: []}
    for entry in _entries(circuit, config, "edges"):
        for source, target, s, t, weight, delay_ms, where in _read_edges(entry, circuit, config, nodes):
            if nodes[target]["virtual"]:
                raise InputError(where, f"its target {target} is virtual; allowed: point neurons")
            exact = delay_ms / step_ms
            steps = steps_of_ms(delay_ms, step_ms)
            if (np.abs(steps - exact) > 1e-6 * np.maximum(1, exact)).any():
                lost.append(f"delays from {source} to {target} were rounded to whole steps of {step_ms:g} ms, at least one")
            virtual = nodes[source]["virtual"]
            parts[virtual].append((s + (channel if virtual else first)[source], t + first[target], weight, steps))
    network.recurrent = together(len(network), parts[False])
    network.input = together(rows, parts[True]) if rows else None
    for p in network.populations:
        if p.inhibitory is None:
            sent = network.recurrent.weights[network.recurrent.offsets[p.first]:network.recurrent.offsets[p.first + p.count]]
            p.inhibitory = len(sent) > 0 and bool((sent <= 0).all())
    return network.check(config), lost


def _config(path: str) -> dict[str, Any]:
    if plain_file(path) > 1 << 24:
        raise InputError(path, "is larger than 16 MiB; allowed: a configuration")
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (ValueError, RecursionError) as error:
        raise InputError(path, f"is no JSON: {first_line(error)}") from error
    if not isinstance(content, dict):
        raise InputError(path, "is no JSON object")
    return content


def _entries(circuit: dict[str, Any], config: str, kind: str) -> list[dict[str, Any]]:
    networks = circuit.get("networks", {})
    entries = networks.get(kind, []) if isinstance(networks, dict) else None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise InputError(config, f"networks.{kind}: allowed: a list of files")
    return entries


def _path(text: Any, circuit: dict[str, Any], config: str) -> str:
    if not isinstance(text, str) or not text:
        raise InputError(config, f"a path: found {text!r}; allowed: a text")
    manifest = circuit.get("manifest", {})
    for _ in range(8):  # a variable may use another
        for name, value in (manifest.items() if isinstance(manifest, dict) else ()):
            text = text.replace("${" + name.lstrip("$") + "}", str(value)).replace("$" + name.lstrip("$"), str(value))
    return os.path.join(os.path.dirname(os.path.abspath(config)), text)


def _run_dt(config: str) -> float | None:
    path = os.path.join(os.path.dirname(os.path.abspath(config)), "simulation_config.json")
    run = _config(path).get("run", {}) if os.path.exists(path) else {}
    dt = run.get("dt") if isinstance(run, dict) else None
    return dt if isinstance(dt, (int, float)) else None


def _read_nodes(
    entry: dict[str, Any], circuit: dict[str, Any], config: str, nodes: dict[str, Any], ours: dict[str, Any]
) -> None:
    path = _path(entry.get("nodes_file"), circuit, config)
    types = type_table(_path(entry["node_types_file"], circuit, config), "node_type_id") if entry.get("node_types_file") else {}
    models = circuit.get("components", {}).get("point_neuron_models_dir")
    with hdf5_file(path) as file:
        if "nodes" not in file:
            raise InputError(path, "has no group /nodes")
        for key in ("synapse", "receptors", "reset", "adaptive", "step_ms", "order"):
            if "sprig_" + key in file["nodes"].attrs:
                ours[key] = file["nodes"].attrs["sprig_" + key]
        for name, group in file["nodes"].items():
            if name in nodes:
                raise InputError(path, f"/nodes/{name}: is there twice")
            columns = columns_of(group, "node", types, path, lambda text: _config(os.path.join(_path(models, circuit, config), text)))
            kinds = set(columns.pop("model_type", ["point_neuron"]))
            templates = set(columns.pop("model_template", []))
            if not kinds <= {"virtual"} and not kinds <= {"point_neuron", "point_process"}:
                raise InputError(path, f"/nodes/{name}: model_type {sorted(map(str, kinds))}; allowed: all virtual, or all "
                                       f"point_neuron")
            nodes[name] = dict(columns=columns, virtual=kinds <= {"virtual"}, count=len(group["node_type_id"]), where=path,
                               delta=any("delta" in str(t) for t in templates),
                               inhibitory=bool(group.attrs["sprig_inhibitory"]) if "sprig_inhibitory" in group.attrs else None)
            strange = [t for t in templates if not any(k in str(t) for k in ("iaf_psc_exp", "iaf_psc_delta", "NULL", "nan"))]
            if strange and not nodes[name]["virtual"]:
                raise InputError(path, f"/nodes/{name}: model_template {strange[0]}; allowed: iaf_psc_exp or iaf_psc_delta")


def _neurons(
    nodes: dict[str, Any], ours: dict[str, Any], step_ms: float, config: str, lost: list[str]
) -> NetworkArrays:
    real = {name: n for name, n in nodes.items() if not n["virtual"]}
    order = [str(name) for name in np.atleast_1d(ours.get("order", []))]
    names = order if sorted(order) == sorted(real) else list(real)
    missing = [f"{k} of {name}" for name in names for k in _NEEDED if k not in real[name]["columns"]]
    if missing:
        raise InputError(config, f"is without {', '.join(missing)}; dynamics_params have NEST's names, "
                                 f"{', '.join([*_NAMES, 'C_m'])}")
    if len({real[name]["delta"] for name in names}) > 1:
        raise InputError(config, "has iaf_psc_exp and iaf_psc_delta; allowed: one kind of synapse")
    given: dict[str, list[Array]] = {ours_name: [] for ours_name in PARAMETERS}
    populations, at, taken = [], 0, set()
    for name in names:
        columns, count = real[name]["columns"], real[name]["count"]
        values = {o: _column(real[name], k, PARAMETERS[o]) for k, o in _NAMES.items()}
        values["v_initial"] = _column(real[name], "V_m", values["e_l"])
        with np.errstate(divide="ignore", invalid="ignore"):
            values["resistance"] = values["tau_m_ms"] / _column(real[name], "C_m", np.nan)
            exact = _column(real[name], "sprig_resistance", np.nan)
            same = np.abs(exact / values["resistance"] - 1) < 1e-9
        values["resistance"] = np.where(same, exact, values["resistance"])
        values["theta_plus"] = _column(real[name], "sprig_theta_plus", 0)
        values["tau_theta_ms"] = _column(real[name], "sprig_tau_theta_ms", 1e7)
        for key, v in values.items():
            given[key].append(v)
        taken |= {k for k in columns if k not in _NAMES and k != "C_m" and not k.startswith("sprig_")}
        populations.append(Population(name, at, count, real[name]["inhibitory"]))
        at += count
    if taken:
        lost.append(f"attributes of nodes that sprig has no use for: {', '.join(sorted(taken))}")
    synapse = "delta" if real[names[0]]["delta"] else "exponential"
    network = NetworkArrays(together(at, []), parameters_of(at, **{k: np.concatenate(v) for k, v in given.items()}), populations,
                            step_ms, synapse, 2 if synapse == "exponential" else 1)
    if ours.get("receptors") in (1, 2):
        network.receptors = int(ours["receptors"])
    network.reset = "soft" if ours.get("reset") == "soft" else "hard"
    network.adaptive = bool(ours.get("adaptive", False))
    return network


def _column(of: dict[str, Any], key: str, default: Any) -> Array:
    return np.broadcast_to(np.asarray(of["columns"].get(key, default), float), (of["count"],))


def _read_edges(
    entry: dict[str, Any], circuit: dict[str, Any], config: str, nodes: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    path = _path(entry.get("edges_file"), circuit, config)
    types = type_table(_path(entry["edge_types_file"], circuit, config), "edge_type_id") if entry.get("edge_types_file") else {}
    with hdf5_file(path) as file:
        if "edges" not in file:
            raise InputError(path, "has no group /edges")
        for name, group in file["edges"].items():
            where = f"{path}: /edges/{name}"
            columns = columns_of(group, "edge", types, path, None)
            ends = []
            for key in ("source_node_id", "target_node_id"):
                ids = group[key][()]
                of = group[key].attrs.get("node_population")
                of = of.decode() if isinstance(of, bytes) else of
                if of not in nodes:
                    raise InputError(where, f"{key}: its node_population is {of!r}; allowed: {', '.join(nodes)}")
                if ids.dtype.kind not in "iu" or (len(ids) and (ids.min() < 0 or ids.max() >= nodes[of]["count"])):
                    row = int(np.argmax((ids < 0) | (ids >= nodes[of]["count"]))) if ids.dtype.kind in "iu" else 0
                    raise InputError(where, f"{key}[{row}]: found {ids[row]}; allowed: 0 to {nodes[of]['count'] - 1}")
                ends.append((of, ids.astype(np.int64)))
            missing = [key for key in ("syn_weight", "delay") if key not in columns]
            if missing:
                raise InputError(where, f"is without {' and '.join(missing)}, as datasets or in edge_types.csv")
            count = len(ends[0][1])
            weight, delay = (np.broadcast_to(np.asarray(columns[k], float), (count,)) for k in ("syn_weight", "delay"))
            for key, values, bad in (("syn_weight", weight, ~np.isfinite(weight)),
                                     ("delay", delay, ~(np.isfinite(delay) & (delay >= 0) & (delay < 1e9)))):
                if bad.any():
                    raise InputError(where, f"{key}[{int(np.argmax(bad))}]: found {values[int(np.argmax(bad))]}")
            yield ends[0][0], ends[1][0], ends[0][1], ends[1][1], weight, delay, where
