"""SONATA to a network, by the names of sonata.py: point neurons with NEST's names of parameters, per node, per type or
in a file of parameters; virtual populations become input channels."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import PARAMETERS, NetworkArrays, Path, Population, parameters_of, steps_of_ms, taken, together
from .errors import InputError, need
from .files import first_line, hdf5_file, plain_file
from .sonata import NAMES
from .sonata_tables import columns_of, type_table

_NEEDED = ("tau_m", "C_m", "V_th")
_STEP_MS = 0.1  # where nobody says


def from_sonata(folder: Path, *, step_ms: float | None = None) -> tuple[NetworkArrays, list[str]]:
    """(network as NetworkArrays, lost) of a folder with circuit_config.json, or of such a file.

    step_ms: of the grid; without it, run.dt of simulation_config.json, or 0.1.
    """
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
        step_ms = ours.get("step_ms") or _run_dt(config)
    others = {} if step_ms is not None else {"step_ms": _STEP_MS}
    step_ms = _STEP_MS if step_ms is None else step_ms
    if not (np.isfinite(step_ms) and step_ms > 0):
        raise InputError(config, f"step_ms: found {step_ms}; allowed: a finite number > 0")
    network = _neurons(nodes, ours, float(step_ms), config, lost)
    lost += taken(
        _held_by_all(nodes), synapse=network.synapse, receptors=network.receptors, adaptive=network.adaptive, **others
    )
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
                lost.append(
                    f"delays from {source} to {target} were rounded to whole steps of {step_ms:g} ms, at least one"
                )
            virtual = nodes[source]["virtual"]
            parts[virtual].append((s + (channel if virtual else first)[source], t + first[target], weight, steps))
    network.recurrent = together(len(network), parts[False])
    network.input = together(rows, parts[True]) if rows else None
    for p in network.populations:
        if p.inhibitory is None:
            sent = network.recurrent.weights[
                network.recurrent.offsets[p.first] : network.recurrent.offsets[p.first + p.count]
            ]
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
        for name, value in manifest.items() if isinstance(manifest, dict) else ():
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
    types = (
        type_table(_path(entry["node_types_file"], circuit, config), "node_type_id")
        if entry.get("node_types_file")
        else {}
    )
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
            columns = columns_of(
                group, "node", types, path, lambda text: _config(os.path.join(_path(models, circuit, config), text))
            )
            kinds = set(columns.pop("model_type", ["point_neuron"]))
            templates = set(columns.pop("model_template", []))
            if not kinds <= {"virtual"} and not kinds <= {"point_neuron", "point_process"}:
                raise InputError(
                    path,
                    f"/nodes/{name}: model_type {sorted(map(str, kinds))}; allowed: all virtual, or all point_neuron",
                )
            nodes[name] = dict(
                columns=columns,
                virtual=kinds <= {"virtual"},
                count=len(group["node_type_id"]),
                where=path,
                delta=any("delta" in str(t) for t in templates),
                inhibitory=bool(group.attrs["sprig_inhibitory"]) if "sprig_inhibitory" in group.attrs else None,
            )
            strange = [
                t for t in templates if not any(k in str(t) for k in ("iaf_psc_exp", "iaf_psc_delta", "NULL", "nan"))
            ]
            if strange and not nodes[name]["virtual"]:
                raise InputError(
                    path, f"/nodes/{name}: model_template {strange[0]}; allowed: iaf_psc_exp or iaf_psc_delta"
                )


def _neurons(
    nodes: dict[str, Any], ours: dict[str, Any], step_ms: float, config: str, lost: list[str]
) -> NetworkArrays:
    real = {name: n for name, n in nodes.items() if not n["virtual"]}
    order = [str(name) for name in np.atleast_1d(ours.get("order", []))]
    names = order if sorted(order) == sorted(real) else list(real)
    missing = [f"{k} of {name}" for name in names for k in _NEEDED if k not in real[name]["columns"]]
    if missing:
        raise InputError(
            config, f"is without {', '.join(missing)}; dynamics_params have NEST's names, {', '.join([*NAMES, 'C_m'])}"
        )
    if len({real[name]["delta"] for name in names}) > 1:
        raise InputError(config, "has iaf_psc_exp and iaf_psc_delta; allowed: one kind of synapse")
    given: dict[str, list[Array]] = {ours_name: [] for ours_name in PARAMETERS}
    populations, at, taken = [], 0, set()
    for name in names:
        columns, count = real[name]["columns"], real[name]["count"]
        values = {o: _column(real[name], k, PARAMETERS[o]) for k, o in NAMES.items()}
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
        taken |= {k for k in columns if k not in NAMES and k != "C_m" and not k.startswith("sprig_")}
        populations.append(Population(name, at, count, real[name]["inhibitory"]))
        at += count
    if taken:
        lost.append(f"attributes of nodes that sprig has no use for: {', '.join(sorted(taken))}")
    synapse = "delta" if real[names[0]]["delta"] else "exponential"
    network = NetworkArrays(
        together(at, []),
        parameters_of(at, **{k: np.concatenate(v) for k, v in given.items()}),
        populations,
        step_ms,
        synapse,
        2 if synapse == "exponential" else 1,
    )
    if ours.get("receptors") in (1, 2):
        network.receptors = int(ours["receptors"])
    network.reset = "soft" if ours.get("reset") == "soft" else "hard"
    network.adaptive = bool(ours.get("adaptive", False))
    return network


def _held_by_all(nodes: dict[str, Any]) -> set[str]:
    """sprig's names of the parameters that every population of neurons has."""
    ours = {**{theirs: name for theirs, name in NAMES.items()}, "C_m": "resistance"}
    ours |= {"sprig_" + name: name for name in ("theta_plus", "tau_theta_ms")}
    held = [{ours[key] for key in n["columns"] if key in ours} for n in nodes.values() if not n["virtual"]]
    return set.intersection(*held)


def _column(of: dict[str, Any], key: str, default: Any) -> Array:
    return np.broadcast_to(np.asarray(of["columns"].get(key, default), float), (of["count"],))


def _read_edges(
    entry: dict[str, Any], circuit: dict[str, Any], config: str, nodes: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    path = _path(entry.get("edges_file"), circuit, config)
    types = (
        type_table(_path(entry["edge_types_file"], circuit, config), "edge_type_id")
        if entry.get("edge_types_file")
        else {}
    )
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
            for key, values, bad in (
                ("syn_weight", weight, ~np.isfinite(weight)),
                ("delay", delay, ~(np.isfinite(delay) & (delay >= 0) & (delay < 1e9))),
            ):
                if bad.any():
                    raise InputError(where, f"{key}[{int(np.argmax(bad))}]: found {values[int(np.argmax(bad))]}")
            yield ends[0][0], ends[1][0], ends[0][1], ends[1][1], weight, delay, where
