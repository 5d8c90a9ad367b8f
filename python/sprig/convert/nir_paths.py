"""What lies between the neurons of a NIR graph: from every layer that spikes and every Input, the paths through Delay,
Affine, Linear, Scale, Flatten and at most one LI to the next layer that spikes, as one matrix each."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import MOST_DELAY_STEPS
from .errors import InputError

Layers = dict[str, tuple[int, Any]]
Inputs = dict[str, tuple[int, int]]

_MOST_PATHS = 4096


@dataclasses.dataclass
class NirPath:
    source: str
    target: str
    from_input: bool
    weights: Array | None  # [target, source]; None: an Input straight onto a layer, which is no synapse
    bias: Array  # of the target
    delay_s: Array  # of each source
    tau_s: Any = None  # of the LI on it, with its gain r and v_leak
    gain: Any = None
    offset: Any = None


def flat(
    nir: Any, graph: Any, where: str, prefix: str = "", depth: int = 0
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Nodes and edges without graphs within graphs. An inner graph's Input and Output become its doors."""
    if depth > 16:
        raise InputError(where, f"{prefix}: graphs within graphs, more than 16 deep")
    nodes, doors_in, doors_out = {}, {}, {}
    edges = []
    for name, node in graph.nodes.items():
        full = prefix + name
        if isinstance(node, nir.NIRGraph):
            inner, inner_edges = flat(nir, node, where, full + ".", depth + 1)
            inputs = [k for k, v in inner.items() if isinstance(v, nir.Input)]
            outputs = [k for k, v in inner.items() if isinstance(v, nir.Output)]
            if len(inputs) != 1 or len(outputs) != 1:
                raise InputError(
                    where, f"{full}: has {len(inputs)} inputs and {len(outputs)} outputs; allowed: one each"
                )
            doors_in[full] = [b for a, b in inner_edges if a == inputs[0]]
            doors_out[full] = [a for a, b in inner_edges if b == outputs[0]]
            nodes.update({k: v for k, v in inner.items() if k not in (inputs[0], outputs[0])})
            edges += [e for e in inner_edges if e[0] != inputs[0] and e[1] != outputs[0]]
        else:
            nodes[full] = node
    for a, b in graph.edges:
        a, b = prefix + a, prefix + b
        edges += [(x, y) for x in doors_out.get(a, [a]) for y in doors_in.get(b, [b])]
    return nodes, list(dict.fromkeys(edges))


def paths_between(nir: Any, graph: Any, where: str) -> tuple[Layers, Inputs, list[NirPath]]:
    """({layer: (first neuron, node)}, {Input: (first channel, size)}, [NirPath])."""
    nodes, edges = flat(nir, graph, where)
    follow: dict[str, list[str]] = {}
    for a, b in edges:
        for name in (a, b):
            if name not in nodes:
                raise InputError(where, f"edges: '{name}' is no node")
        follow.setdefault(a, []).append(b)
    layers: Layers = {}
    inputs: Inputs = {}
    at = channel = 0
    for name, node in nodes.items():
        if isinstance(node, (nir.LIF, nir.CubaLIF)):
            _check_layer(name, node, where)
            layers[name] = (at, node)
            at += node.v_threshold.size
        elif isinstance(node, nir.Input):
            size = int(np.prod(np.asarray(next(iter(node.output_type.values()))), dtype=np.int64))
            inputs[name] = (channel, size)
            channel += size
        elif not isinstance(node, (nir.Output, nir.Affine, nir.Linear, nir.Scale, nir.Delay, nir.LI, nir.Flatten)):
            raise InputError(
                where,
                f"{name}: a {type(node).__name__} has no counterpart in sprig; allowed: LIF, CubaLIF, "
                f"LI, Affine, Linear, Scale, Delay, Flatten, Input, Output",
            )
    if not layers:
        raise InputError(where, "has no LIF or CubaLIF node")
    paths: list[NirPath] = []
    for name in list(layers) + list(inputs):
        size = inputs[name][1] if name in inputs else layers[name][1].v_threshold.size
        start = _Walk(None, np.zeros(1), np.zeros(size), None, size)
        _follow(nir, nodes, follow, layers, name, name, start, name in inputs, paths, [], where)
    return layers, inputs, paths


@dataclasses.dataclass
class _Walk:
    weights: Array | None  # None: the identity
    bias: Array
    delay_s: Array
    li: Any
    size: int


def _follow(
    nir: Any,
    nodes: dict[str, Any],
    follow: dict[str, list[str]],
    layers: Layers,
    start: str,
    here: str,
    walk: _Walk,
    from_input: bool,
    paths: list[NirPath],
    seen: list[str],
    where: str,
) -> None:
    for name in follow.get(here, []):
        node = nodes[name]
        if isinstance(node, nir.Output):
            continue
        if name in layers:
            _arrive(nir, node, start, name, walk, from_input, paths, where)
            continue
        if name in seen:
            raise InputError(where, f"{name}: a cycle without a neuron")
        if len(paths) > _MOST_PATHS or len(seen) > 64:
            raise InputError(where, f"more than {_MOST_PATHS} paths, or one of more than 64 nodes, between layers")
        _follow(
            nir,
            nodes,
            follow,
            layers,
            start,
            name,
            _step(nir, node, name, walk, where),
            from_input,
            paths,
            seen + [name],
            where,
        )


def _step(nir: Any, node: Any, name: str, walk: _Walk, where: str) -> _Walk:
    if walk.li is not None:
        raise InputError(where, f"{name}: a {type(node).__name__} behind an LI; allowed: a LIF")
    if isinstance(node, nir.Flatten):
        return walk
    if isinstance(node, nir.LI):
        return dataclasses.replace(walk, li=(name, node))
    if isinstance(node, nir.Delay):
        delay = np.ravel(np.asarray(node.delay, float))
        if delay.size not in (1, walk.size):
            raise InputError(where, f"{name}: delay has {delay.size} values for {walk.size} signals")
        if walk.weights is not None:
            if not np.all(delay == delay[0]):
                raise InputError(where, f"{name}: delays behind weights that differ; allowed: one delay there")
            delay = delay[:1]
        return dataclasses.replace(walk, delay_s=walk.delay_s + delay)
    if isinstance(node, nir.Scale):
        scale = np.ravel(np.asarray(node.scale, float))
        if scale.size != walk.size:
            raise InputError(where, f"{name}: scale has {scale.size} values for {walk.size} signals")
        weights = np.diag(scale) if walk.weights is None else scale[:, None] * walk.weights
        return dataclasses.replace(walk, weights=weights, bias=scale * walk.bias)
    weight = np.asarray(node.weight, float)
    if weight.ndim != 2 or weight.shape[1] != walk.size:
        raise InputError(where, f"{name}: weight has shape {weight.shape} for {walk.size} signals")
    if not np.isfinite(weight).all():
        raise InputError(where, f"{name}: weight{tuple(np.argwhere(~np.isfinite(weight))[0].tolist())} is not finite")
    bias = np.zeros(weight.shape[0])
    if isinstance(node, nir.Affine):
        bias = np.ravel(np.asarray(node.bias, float))
        if bias.shape != (weight.shape[0],) or not np.isfinite(bias).all():
            raise InputError(where, f"{name}: bias has to be {weight.shape[0]} finite numbers")
    before = np.broadcast_to(walk.bias, (walk.size,))
    return _Walk(
        weight if walk.weights is None else weight @ walk.weights,
        weight @ before + bias,
        walk.delay_s,
        None,
        weight.shape[0],
    )


def _arrive(
    nir: Any, node: Any, start: str, name: str, walk: _Walk, from_input: bool, paths: list[NirPath], where: str
) -> None:
    size = node.v_threshold.size
    if walk.size != size:
        raise InputError(where, f"{name}: {walk.size} signals for {size} neurons")
    weights = walk.weights
    if weights is None and not from_input:
        weights = np.eye(size)
    if walk.delay_s.size and (not np.isfinite(walk.delay_s).all() or (walk.delay_s < 0).any()):
        raise InputError(
            where, f"delays from {start} to {name}: found {walk.delay_s.min()} s; allowed: finite, at least 0"
        )
    path = NirPath(start, name, from_input, weights, np.broadcast_to(walk.bias, (size,)), walk.delay_s)
    if walk.li is not None:
        li_name, li = walk.li
        path.tau_s, path.gain, path.offset = (np.ravel(np.asarray(v, float)) for v in (li.tau, li.r, li.v_leak))
        if path.tau_s.shape != (size,) or not (np.isfinite(path.tau_s) & (path.tau_s > 0)).all():
            raise InputError(where, f"{li_name}: tau has to be {size} numbers > 0")
    paths.append(path)


def _check_layer(name: str, node: Any, where: str) -> None:
    for field in ("tau", "tau_mem", "tau_syn", "r", "v_leak", "v_threshold", "v_reset", "w_in"):
        values = getattr(node, field, None)
        if values is None:
            continue
        if np.shape(values) != np.shape(node.v_threshold):
            raise InputError(
                where, f"{name}: {field} has shape {np.shape(values)}, v_threshold {np.shape(node.v_threshold)}"
            )
        bad = ~np.isfinite(values) | ((values <= 0) if field.startswith("tau") else False)
        if np.any(bad):
            raise InputError(
                where,
                f"{name}: {field}[{int(np.argmax(np.ravel(bad)))}] is not a finite number"
                + (" > 0" if field.startswith("tau") else ""),
            )


def delays_in_steps(path: NirPath, step_ms: float, where: str, lost: list[str]) -> Array:
    """Of each source; at least one."""
    assert path.weights is not None
    size = path.weights.shape[1]
    exact = np.broadcast_to(path.delay_s, (size,)) * 1e3 / step_ms
    steps = np.maximum(1, np.floor(exact + 0.5))
    if steps.max(initial=1) > MOST_DELAY_STEPS:
        raise InputError(
            where,
            f"delays from {path.source} to {path.target}: found {path.delay_s.max()} s; allowed: up to "
            f"{MOST_DELAY_STEPS} steps of {step_ms} ms",
        )
    if (np.abs(steps - exact) > 1e-6 * np.maximum(1, exact)).any():
        lost.append(
            f"delays from {path.source} to {path.target} were rounded to whole steps of {step_ms:g} ms, at least one"
        )
    whole: Array = steps.astype(np.int64)
    return whole
