"""Networks that are a matrix or a list of edges: Matrix Market (scipy.io), SciPy .npz, .npy, CSV.

Such a file has weights, an edge list perhaps delays. What it lacks is given: delay_ms for all synapses, and parameters
of neurons, one or one a neuron (tau_m_ms=..., v_th=...), by name. Row = source, unless orientation = "target_source".
"""

from __future__ import annotations

import csv
import os
from typing import Any

import numpy as np

from .arrays import NetworkArrays, Path, not_held, one_population, parameters_of, steps_of_ms, synapses_of
from .errors import ConversionError, InputError, need
from .files import first_line, load_npz, plain_file, whole_file

LOST_MATRIX = "everything but weights: delays, parameters of neurons, populations, the time step, input channels"
LOST_EDGES = "everything but weights and delays: parameters of neurons, populations, the time step, input channels"


def network_of_edges(
    n: int,
    source: Any,
    target: Any,
    weight: Any,
    *,
    delay_ms: Any = 1.0,
    step_ms: float = 0.1,
    orientation: str = "source_target",
    multapses: bool = True,
    synapse: str = "exponential",
    receptors: int = 1,
    where: str = "edges",
    **parameters: Any,
) -> NetworkArrays:
    """NetworkArrays of synapses that are given. multapses=False: those of one pair and delay are added up."""
    if orientation not in ("source_target", "target_source"):
        raise ConversionError(f"orientation: found {orientation!r}; allowed: 'source_target' or 'target_source'")
    source, target, weight = (np.asarray(v) for v in (source, target, weight))
    if orientation == "target_source":
        source, target = target, source
    for what, ids in (("source", source), ("target", target)):
        bad = (ids < 0) | (ids >= n)
        if bad.any():
            raise InputError(
                where, f"{what} of synapse {int(np.argmax(bad))}: found {ids[np.argmax(bad)]}; allowed: 0 to {n - 1}"
            )
    delay = np.broadcast_to(np.asarray(delay_ms, float), weight.shape)
    bad = ~(np.isfinite(delay) & (delay > 0) & (delay < 1e9))
    if bad.any():
        raise InputError(
            where, f"delay of synapse {int(np.argmax(bad))}: found {delay[np.argmax(bad)]} ms; allowed: above 0"
        )
    bad = ~np.isfinite(np.asarray(weight, float))
    if bad.any():
        raise InputError(
            where, f"weight of synapse {int(np.argmax(bad))}: found {weight[np.argmax(bad)]}; allowed: a finite number"
        )
    steps = steps_of_ms(delay, step_ms)
    if not multapses:
        key = np.stack([source, target, steps])
        pairs, of = np.unique(key, axis=1, return_inverse=True)
        total = np.zeros(pairs.shape[1])
        np.add.at(total, np.ravel(of), weight)
        (source, target, steps), weight = pairs, total
    recurrent = synapses_of(n, source, target, weight, np.minimum(steps, 65535))
    network = NetworkArrays(
        recurrent, parameters_of(n, **parameters), one_population(recurrent, n), step_ms, synapse, receptors
    )
    return network.check(where)


# --- matrices


def from_matrix_market(path: Path, **given: Any) -> tuple[NetworkArrays, list[str]]:
    """(network as NetworkArrays, lost) of a .mtx file; keywords as network_of_edges()."""
    io = need("scipy.io", "scipy")
    size = plain_file(path)
    with open(path, "rb") as file:
        if not file.readline(1024).startswith(b"%%MatrixMarket"):
            raise InputError(path, "does not begin with %%MatrixMarket")
        if all(not line.strip() or line.startswith(b"%") for line in file):  # SciPy 1.10 would look for it for ever
            raise InputError(path, "has a header without a line of sizes")
    try:
        rows, columns, entries, form, field, symmetry = io.mminfo(path)
    except Exception as error:  # whatever scipy raises on what is no such file
        raise InputError(path, f"has no header that scipy.io reads: {first_line(error)}") from error
    cells = entries if form == "coordinate" else rows * columns
    if symmetry != "general" and form != "coordinate":
        cells //= 2
    if cells * (2 if form == "array" else 4) > size + 4 or max(rows, columns) > max(size, 4096):
        raise InputError(
            path, f"line of sizes: declares {rows} x {columns} with {entries} entries; the file has {size} bytes"
        )
    if rows != columns:
        raise InputError(path, f"is {rows} x {columns}; allowed: a square matrix")
    if field == "complex":
        raise InputError(path, "has complex entries; allowed: real, integer, pattern")
    try:
        matrix = io.mmread(path)
    except Exception as error:
        raise InputError(path, f"is damaged: {first_line(error)}") from error
    if form == "array":
        source, target = np.nonzero(matrix)
        weight = matrix[source, target]
    else:
        matrix = matrix.tocoo()
        source, target, weight = matrix.row, matrix.col, matrix.data
    return network_of_edges(rows, source, target, weight, where=os.fspath(path), **given), []


def to_matrix_market(network: Any, path: Path) -> list[str]:
    """Weights of `network`, row = source, to `path`; returns what is lost."""
    net = NetworkArrays.of(network)
    io, sparse = need("scipy.io", "scipy"), need("scipy.sparse", "scipy")
    r = net.recurrent
    matrix = sparse.coo_matrix((r.weights, (r.sources, r.targets)), shape=(len(net), len(net)))
    with whole_file(path) as temporary:
        with open(temporary, "wb") as file:
            io.mmwrite(
                file,
                matrix,
                comment="row = source, column = target; weight in the unit of the target's current",
                field="real",
                precision=9,
                symmetry="general",
            )
    return [LOST_MATRIX, *not_held(net)]


def from_matrix_file(path: Path, **given: Any) -> tuple[NetworkArrays, list[str]]:
    """(network as NetworkArrays, lost) of a square matrix in .npy, or in .npz as scipy.sparse.save_npz writes it."""
    path = os.fspath(path)
    if path.endswith(".npy"):
        size = plain_file(path)
        try:
            matrix = np.load(path, allow_pickle=False, mmap_mode="r")
        except (ValueError, OSError, EOFError) as error:
            raise InputError(path, f"is no .npy array, or is truncated: {first_line(error)}") from error
        if (
            matrix.nbytes > size
            or matrix.ndim != 2
            or matrix.shape[0] != matrix.shape[1]
            or matrix.dtype.kind not in "fiub"
        ):
            raise InputError(
                path, f"has shape {matrix.shape} and type {matrix.dtype}; allowed: a square matrix of numbers"
            )
        source, target = np.nonzero(matrix)
        return network_of_edges(
            len(matrix), source, target, np.asarray(matrix[source, target], float), where=path, **given
        ), []
    arrays = load_npz(path)
    if "format" not in arrays or "shape" not in arrays or arrays["shape"].shape != (2,):
        raise InputError(path, "is neither a network of sprig nor a matrix of scipy.sparse")
    form = arrays["format"].item()
    form = form.decode() if isinstance(form, bytes) else form
    rows, columns = (int(n) for n in arrays["shape"])
    if rows != columns or form not in ("csr", "csc", "coo") or rows > max(os.path.getsize(path), 4096):
        raise InputError(path, f"is {form}, {rows} x {columns}; allowed: square, csr, csc or coo")
    try:
        weight = arrays["data"]
        if form == "coo":
            source, target = arrays["row"], arrays["col"]
        else:
            offsets, inner = arrays["indptr"], arrays["indices"]
            if len(offsets) != rows + 1 or offsets[0] != 0 or offsets[-1] != len(inner) or (np.diff(offsets) < 0).any():
                raise InputError(path, f"indptr: does not go from 0 to {len(inner)} in {rows + 1} values")
            outer = np.repeat(np.arange(rows), np.diff(offsets))
            source, target = (outer, inner) if form == "csr" else (inner, outer)
    except KeyError as error:
        raise InputError(path, f"has no array {error}") from error
    if not len(weight) == len(source) == len(target):
        raise InputError(path, "data, indices: have different lengths")
    return network_of_edges(rows, source, target, weight, where=path, **given), []


# --- edge lists


def from_edge_list(path: Path, *, neurons: int = 0, **given: Any) -> tuple[NetworkArrays, list[str]]:
    """(network as NetworkArrays, lost) of a CSV with columns source, target, weight, perhaps delay_ms; commas, tabs or
    semicolons. Sources and targets are numbers from 0, or names, which are numbered in the order of their first use.
    neurons: how many there are; 0: as many as the list has."""
    size = plain_file(path)
    try:
        with open(path, newline="", encoding="utf-8") as file:
            first = file.readline()
            delimiter = next((d for d in "\t;," if d in first), ",")
            file.seek(0)
            rows = list(csv.reader(file, delimiter=delimiter))
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(path, f"is no CSV: {first_line(error)}") from error
    head = [name.strip() for name in rows[0]] if rows else []
    missing = [name for name in ("source", "target", "weight") if name not in head]
    if missing:
        raise InputError(
            path, f"line 1: has no column {' and no column '.join(missing)}; found {', '.join(head[:8]) or 'nothing'}"
        )
    columns = {name: head.index(name) for name in ("source", "target", "weight", "delay_ms") if name in head}
    values: dict[str, list[str]] = {name: [] for name in columns}
    for line, row in enumerate(rows[1:], 2):
        if not row:
            continue
        if len(row) != len(head):
            raise InputError(path, f"line {line}: has {len(row)} columns; allowed: {len(head)}")
        for name, c in columns.items():
            values[name].append(row[c].strip())
    numbers = {}
    for name in set(columns) - {"source", "target"}:
        try:
            numbers[name] = np.array(values[name], dtype=float)
        except ValueError:
            line = next(i for i, v in enumerate(values[name]) if not _is_number(v))
            raise InputError(
                path, f"line {line + 2}: {name}: found {values[name][line]!r}; allowed: a number"
            ) from None
    ends = values["source"] + values["target"]
    lost = []
    if all(v.isdecimal() and len(v) < 11 for v in ends):
        ids = np.array(ends, dtype=np.int64) if ends else np.zeros(0, np.int64)
        n = max(neurons, int(ids.max(initial=-1)) + 1)
        if n > max(size, neurons):
            raise InputError(
                path, f"neuron {n - 1}: more neurons than the file has bytes; allowed: numbers from 0 without gaps"
            )
    else:
        names = {name: i for i, name in enumerate(dict.fromkeys(ends))}
        ids, n = np.array([names[v] for v in ends], np.int64), max(neurons, len(names))
        lost.append(f"names of {len(names)} neurons: {', '.join(list(names)[:3])}, ... became numbers in this order")
    if "delay_ms" in numbers:
        given["delay_ms"] = numbers["delay_ms"]
    half = len(values["source"])
    return network_of_edges(n, ids[:half], ids[half:], numbers["weight"], where=os.fspath(path), **given), lost


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def to_edge_list(network: Any, path: Path) -> list[str]:
    """A CSV with source, target, weight, delay_ms; returns what is lost."""
    net = NetworkArrays.of(network)
    r = net.recurrent
    with whole_file(path) as temporary:
        with open(temporary, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("source", "target", "weight", "delay_ms"))
            delays = [repr(float(d)) for d in np.round(r.delay_steps * net.step_ms, 9)]
            writer.writerows(
                zip(r.sources.tolist(), r.targets.tolist(), (repr(float(w)) for w in r.weights.astype(float)), delays)
            )
    return [LOST_EDGES, *not_held(net)]
