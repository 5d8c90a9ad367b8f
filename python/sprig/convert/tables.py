"""Networks that are a matrix or a list of edges. Matrix Market (scipy.io) is read here; SciPy's .npz, NumPy's .npy and
edge lists are what sprig.Network.load() reads: as the command line's network.file, docs/formats.md.

Such a file has weights, an edge list perhaps delays. What it lacks is given, by the keys of [network] and [neuron]
(delay_ms=..., tau_m_ms=..., orientation="target_source", duplicates="sum"). Row = source, unless orientation says
otherwise.
"""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import errors
from .arrays import NetworkArrays, Path, not_held, taken
from .errors import ConversionError, InputError, need
from .files import first_line, plain_file, whole_file

if TYPE_CHECKING:
    from ..network import Network

LOST_MATRIX = "everything but weights: delays, parameters of neurons, populations, the time step, input channels"
LOST_EDGES = "everything but weights and delays: parameters of neurons, populations, the time step, input channels"


def from_file(path: Path, **given: Any) -> tuple[Network, list[str]]:
    """(network, lost) of what sprig.Network.load() reads. given: its options; None and what is not given: the file's,
    else sprig's defaults, and `lost` says which."""
    from ..network import Network

    plain_file(path)
    try:
        network = Network.load(path, **given)
    except TypeError as error:
        raise ConversionError(first_line(error)) from error
    return network, [note.removeprefix(f"{os.fspath(path)}: ") for note in network.notes]


# --- matrices


def from_matrix_market(path: Path, **given: Any) -> tuple[Network, list[str]]:
    """(network, lost) of a .mtx file. given: options of sprig.Network.from_edges(), and orientation."""
    from ..network import Network

    io, sparse = need("scipy.io", "scipy"), need("scipy.sparse", "scipy")
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
    try:
        network = Network.from_scipy(sparse.coo_matrix(matrix), **given)
    except TypeError as error:
        raise ConversionError(first_line(error)) from error
    except errors.ConfigError as error:
        if str(error).startswith("synapses"):
            raise InputError(path, str(error)) from error
        raise
    others = {"delay_ms": 1.0, "step_ms": network.step_ms}
    told = {name for name, value in given.items() if value is not None}
    lost = taken(
        told | {"v_initial"},  # which is a law
        synapse=network.kind.synapse,
        receptors=network.kind.receptors,
        adaptive=network.kind.adaptive,
        **{name: value for name, value in others.items() if name not in told},
    )
    return network, [*network.notes, *lost]


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


# --- edge lists


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
