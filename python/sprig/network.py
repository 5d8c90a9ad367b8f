"""Networks: from matrices and edge lists, from files, from rules; and their arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union

import numpy as np

from . import _core
from ._arrays import Array, delay_steps, finite, indices, numbers, refused, weights
from ._settings import documented, settings_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import LoadOptions, NeuronArrays, RandomOptions

__all__ = ["Kind", "Network", "PopulationRange"]

Orientation = Literal["source_target", "target_source"]
Populations = Union[Mapping[str, int], Sequence[tuple[str, int]], None]


class PopulationRange(NamedTuple):
    """A population of a network: its neurons are ``first`` to ``first + count - 1``."""

    name: str
    first: int
    count: int
    inhibitory: bool

    @property
    def neurons(self) -> slice:
        """The neurons, to index an array over all neurons with."""
        return slice(self.first, self.first + self.count)


class Kind(NamedTuple):
    """Which equations the neurons follow."""

    synapse: str  # "delta" or "exponential"
    receptors: int  # 1: one synaptic current; 2: excitatory and inhibitory apart
    reset: str  # "hard": to v_reset; "soft": by v_th - v_reset
    adaptive: bool  # threshold v_th + theta


class _Csr(NamedTuple):
    """Synapses sorted by source: row = source, column = target."""

    indptr: Array
    indices: Array
    weights: Array
    delay_steps: Array


def _sorted(source: Array, target: Array, weight: Array, delays: Array, neurons: int) -> _Csr:
    order = np.lexsort((target, source))  # stable: multapses keep their order
    indptr = np.zeros(neurons + 1, np.uint64)
    np.cumsum(np.bincount(source, minlength=neurons), out=indptr[1:], casting="unsafe")
    return _Csr(indptr, target[order], weight[order], delays if delays.ndim == 0 else delays[order])


def _by_sign(csr: _Csr, neurons: int) -> list[tuple[str, int, int, bool]]:
    """Two populations where excitatory neurons all come before inhibitory ones, else one."""
    sources = np.repeat(np.arange(neurons), np.diff(csr.indptr.astype(np.int64)))
    positive = np.bincount(sources[csr.weights > 0], minlength=neurons) > 0
    negative = np.bincount(sources[csr.weights < 0], minlength=neurons) > 0
    inhibitory = np.flatnonzero(negative)
    if inhibitory.size == 0:
        return [("exc", 0, neurons, False)]
    if (positive & negative).any():
        return [("all", 0, neurons, False)]
    first = int(inhibitory[0])
    if positive[first:].any():
        return [("all", 0, neurons, False)]
    ranges = [("exc", 0, first, False), ("inh", first, neurons - first, True)]
    return [r for r in ranges if r[2] > 0]


def _ranges(populations: Populations, csr: _Csr, neurons: int) -> list[tuple[str, int, int, bool]]:
    if populations is None:
        return _by_sign(csr, neurons)
    pairs = list(populations.items()) if isinstance(populations, Mapping) else list(populations)
    total = sum(count for _, count in pairs)
    if total != neurons:
        raise refused("populations", f"{total} neurons in all", f"{neurons}, as many as the network has")
    ranges, first = [], 0
    for name, count in pairs:
        rows = slice(int(csr.indptr[first]), int(csr.indptr[first + count]))
        block = csr.weights[rows]
        ranges.append((name, first, count, bool(block.size and (block < 0).any() and not (block > 0).any())))
        first += count
    return ranges


class Network:
    """A network of leaky integrate-and-fire neurons, which nothing changes once it is made.

    Row = source, column = target, everywhere. Its arrays are read-only views of its memory. Make one with
    :meth:`from_scipy`, :meth:`from_dense`, :meth:`from_edges`, :meth:`load`, :meth:`random` or :meth:`build`.

    >>> import numpy as np, sprig
    >>> net = sprig.Network.from_dense(np.array([[0, 0.5], [-0.5, 0]]), delay_ms=1.5, tau_m_ms=[10.0, 20.0])
    >>> net
    <sprig.Network: 2 neurons, 2 synapses, exc (1), inh (1)>
    >>> net.tau_m_ms
    array([10., 20.])
    """

    def __init__(self, core: _core.Network) -> None:
        if not isinstance(core, _core.Network):
            raise TypeError("Network(): use Network.from_scipy, from_dense, from_edges, load, random or build")
        self._core = core
        self._recurrent: dict[str, Any] = core.recurrent

    # ---- making -----------------------------------------------------------------------------------------------------

    @classmethod
    def from_edges(
        cls,
        source: Any,
        target: Any,
        weight: Any,
        *,
        neurons: int | None = None,
        delay_ms: Any = 1.0,
        step_ms: float = 0.1,
        populations: Populations = None,
        **neuron: Unpack[NeuronArrays],
    ) -> Network:
        """A network of these synapses.

        Parameters
        ----------
        source, target : whole numbers, one a synapse
            Neurons, from 0. Several synapses of one pair are kept apart (multapses).
        weight : numbers, one a synapse or one for all
            pA, or mV of delta synapses; negative: inhibitory.
        neurons : default: the largest index and one
        delay_ms : numbers >= step_ms, one a synapse or one for all, default 1.0
            Rounded to steps.
        step_ms : > 0, default 0.1
        populations : {name: number of neurons} in order, default: by the signs of weights
        **neuron
            tau_m_ms, v_th, ... (``sprig.options.NeuronArrays``): one value, or one a neuron. ``v_initial`` is e_l
            where it is not given.

        >>> sprig.Network.from_edges([0, 0, 1], [1, 1, 2], [0.5, 0.25, -1.0], neurons=3).weights
        array([ 0.5 ,  0.25, -1.  ], dtype=float32)
        """
        rows, columns = indices("source", source), indices("target", target)
        if rows.shape != columns.shape:
            raise refused("target", f"{columns.size} entries", f"{rows.size}, as many as source has")
        size = int(max(rows.max(initial=-1), columns.max(initial=-1))) + 1 if neurons is None else int(neurons)
        if neurons is not None:
            indices("source", rows, size), indices("target", columns, size)
        values = weights("weight", np.full(rows.size, weight) if np.ndim(weight) == 0 else weight)
        if values.shape != rows.shape:
            raise refused("weight", f"{values.size} entries", f"{rows.size}, as many as source has")
        step = _step(step_ms)
        delays = delay_steps("delay_ms", delay_ms, step, rows.size)
        return cls._of(_sorted(rows, columns, values, delays, size), size, step, populations, neuron)

    @classmethod
    def from_scipy(
        cls,
        matrix: Any,
        *,
        orientation: Orientation = "source_target",
        delay_ms: Any = 1.0,
        step_ms: float = 0.1,
        populations: Populations = None,
        **neuron: Unpack[NeuronArrays],
    ) -> Network:
        """A network of the entries of a sparse matrix, as :meth:`from_edges`.

        Parameters
        ----------
        matrix : a square matrix or array of scipy.sparse
            Every stored entry is a synapse, explicit zeros and duplicates among them.
        orientation : "source_target" (row = source, the default) or "target_source" (row = target)
        delay_ms : number, array over the entries as ``matrix.tocoo()`` has them, or a matrix with the same entries
        """
        if not hasattr(matrix, "tocoo"):
            raise refused("matrix", type(matrix).__name__, "a sparse matrix of SciPy; Network.from_dense for arrays")
        _square("matrix", matrix.shape)
        entries = matrix.tocoo()
        if hasattr(delay_ms, "tocoo"):
            delays = delay_ms.tocoo()
            if not (np.array_equal(delays.row, entries.row) and np.array_equal(delays.col, entries.col)):
                raise refused("delay_ms", "a matrix with other entries", "the entries of the weights' matrix")
            delay_ms = delays.data
        source, target = _oriented(entries.row, entries.col, orientation)
        return cls.from_edges(
            source,
            target,
            entries.data,
            neurons=matrix.shape[0],
            delay_ms=delay_ms,
            step_ms=step_ms,
            populations=populations,
            **neuron,
        )

    @classmethod
    def from_dense(
        cls,
        matrix: Any,
        *,
        orientation: Orientation = "source_target",
        delay_ms: Any = 1.0,
        step_ms: float = 0.1,
        populations: Populations = None,
        **neuron: Unpack[NeuronArrays],
    ) -> Network:
        """A network of the entries of an array that are not 0, as :meth:`from_edges`.

        delay_ms : a number, or an array of the matrix's shape
        """
        array = np.asarray(matrix)
        if array.dtype.kind not in "biuf":
            raise refused("matrix", f"an array of {array.dtype}", "an array of numbers")
        _square("matrix", array.shape)
        row, column = np.nonzero(array)
        if np.ndim(delay_ms) == 2:
            if np.shape(delay_ms) != array.shape:
                raise refused("delay_ms", f"an array of the shape {np.shape(delay_ms)}", f"the shape {array.shape}")
            delay_ms = np.asarray(delay_ms)[row, column]
        source, target = _oriented(row, column, orientation)
        return cls.from_edges(
            source,
            target,
            array[row, column],
            neurons=array.shape[0],
            delay_ms=delay_ms,
            step_ms=step_ms,
            populations=populations,
            **neuron,
        )

    @classmethod
    @documented("random")
    def random(cls, **options: Unpack[RandomOptions]) -> Network:
        """A network drawn by rules: the keys of [network] and [neuron] of a configuration, and ``seed``.

        The same bits as the command line builds.

        >>> sprig.Network.random(neurons=100, density=0.1, seed=3)
        <sprig.Network: 100 neurons, 1000 synapses, exc (80), inh (20)>
        """
        return cls(_core.Network.configured(settings_of("random", options)))

    @classmethod
    @documented("load")
    def load(cls, path: str | os.PathLike[str], **options: Unpack[LoadOptions]) -> Network:
        """A network of a file: sprig's own ``network.npz``, or what the command line's ``network.file`` takes.

        ``options`` say what the file lacks.
        """
        settings = [("network.file", _text(path)), *settings_of("load", options)]
        return cls(_core.Network.configured(settings))

    @classmethod
    def _of(
        cls, csr: _Csr, neurons: int, step_ms: float, populations: Populations, neuron: Mapping[str, Any]
    ) -> Network:
        if neurons < 1:
            raise refused("neurons", neurons, "at least one neuron")
        kind = {"synapse": "exponential", "receptors": 1, "reset": "hard", "adaptive": False}
        names = [name for name, _, _ in _core.neuron_parameters]
        for name in neuron:
            if name not in kind and name not in names:
                raise TypeError(f"Network: unexpected keyword argument '{name}'; allowed: {', '.join([*names, *kind])}")
        kind.update({name: neuron[name] for name in kind if name in neuron})
        parameters = {name: numbers(name, neuron[name], neurons) for name in names if name in neuron}
        if "v_initial" not in parameters and "e_l" in parameters:
            parameters["v_initial"] = parameters["e_l"]
        recurrent = _core.Csr(neurons, neurons, *csr)
        core = _core.Network(
            step_ms,
            kind["synapse"],
            kind["receptors"],
            kind["reset"],
            kind["adaptive"],
            _ranges(populations, csr, neurons),
            parameters,
            recurrent,
            None,
            None,
            None,
        )
        return cls(core)

    # ---- reading ----------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        parts = ", ".join(f"{p.name} ({p.count})" for p in self.populations)
        return f"<sprig.Network: {self.size} neurons, {self.synapses} synapses, {parts}>"

    @property
    def size(self) -> int:
        """Number of neurons."""
        return self._core.size

    @property
    def synapses(self) -> int:
        """Number of recurrent synapses."""
        return int(self.weights.size)

    @property
    def step_ms(self) -> float:
        """The time step; delays are multiples of it."""
        return self._core.step_ms

    @property
    def kind(self) -> Kind:
        """Which equations the neurons follow."""
        return Kind(*self._core.kind)

    @property
    def populations(self) -> tuple[PopulationRange, ...]:
        """Ranges of neurons that share a name and a sign; they cover all neurons in order."""
        return tuple(PopulationRange(*p) for p in self._core.populations)

    @property
    def hash(self) -> str:
        """The fingerprint of structure, parameters, weights, delays and original ids."""
        return self._core.hash

    @property
    def indptr(self) -> Array:
        """[neuron + 1]: where each source's synapses begin."""
        return self._array("indptr")

    @property
    def indices(self) -> Array:
        """[synapse]: target."""
        return self._array("indices")

    @property
    def weights(self) -> Array:
        """[synapse]: pA, mV (delta synapses) or dimensionless."""
        return self._array("weights")

    @property
    def delay_steps(self) -> Array:
        """[synapse]: delay in steps."""
        return self._array("delay_steps")

    @property
    def delay_ms(self) -> Array:
        """[synapse]: delay."""
        return self.delay_steps * self.step_ms

    @property
    def sources(self) -> Array:
        """[synapse]: source, a new array."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.indptr))

    @property
    def synapse_id(self) -> Array:
        """[synapse]: its index before any pruning."""
        ids = self._recurrent["synapse_id"]
        return np.arange(self.synapses, dtype=np.uint64) if ids is None else np.asarray(ids)

    @property
    def original_id(self) -> Array:
        """[neuron]: its index before any pruning, which keys its random draws."""
        return self._core.original_id

    @property
    def cluster(self) -> Array | None:
        """[neuron]: the cluster that it belongs to; None where there is only one."""
        return self._core.cluster

    @property
    def input(self) -> Any:
        """Synapses from external input channels, a ``scipy.sparse.csr_array`` [channel, neuron]; None without any."""
        arrays = self._core.input
        return _csr_array(arrays) if arrays["shape"][0] > 0 else None

    def parameters(self) -> dict[str, Array]:
        """Every parameter of the neurons, by its name."""
        return {name: self._core.parameter(name) for name, _, _ in _core.neuron_parameters}

    if TYPE_CHECKING:  # from the table of parameters, below
        tau_m_ms: Array
        resistance: Array
        e_l: Array
        v_th: Array
        v_reset: Array
        t_ref_ms: Array
        tau_syn_exc_ms: Array
        tau_syn_inh_ms: Array
        i_dc: Array
        v_initial: Array
        theta_plus: Array
        tau_theta_ms: Array

    # ---- giving -----------------------------------------------------------------------------------------------------

    def to_scipy(self, *, orientation: Orientation = "source_target") -> Any:
        """The weights as a new ``scipy.sparse.csr_array``; multapses are entries of their own."""
        matrix = _csr_array(self._recurrent)
        return matrix if _is_source_target(orientation) else matrix.T.tocsr()

    def to_dense(self, *, orientation: Orientation = "source_target") -> Array:
        """The weights as a new array; multapses are added up."""
        dense = np.zeros((self.size, self.size), np.float32)
        np.add.at(dense, (self.sources, self.indices), self.weights)
        return dense if _is_source_target(orientation) else np.ascontiguousarray(dense.T)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes ``network.npz``, which the command line loads with ``network.file``."""
        self._core.save(os.fspath(path))

    def _array(self, name: str) -> Array:
        array: Array = self._recurrent[name]
        return array


def _parameter(name: str, allowed: str) -> property:
    return property(lambda self: self._core.parameter(name), doc=f"[neuron]: {name}, {allowed}.")


for _name, _, _allowed in _core.neuron_parameters:
    setattr(Network, _name, _parameter(_name, _allowed))


def _csr_array(arrays: Mapping[str, Any]) -> Any:
    from scipy.sparse import csr_array

    parts = (arrays["weights"].copy(), arrays["indices"].copy(), arrays["indptr"].copy())
    return csr_array(parts, shape=arrays["shape"])


def _is_source_target(orientation: str) -> bool:
    if orientation not in ("source_target", "target_source"):
        raise refused("orientation", repr(orientation), '"source_target" or "target_source"')
    return orientation == "source_target"


def _oriented(row: Array, column: Array, orientation: str) -> tuple[Array, Array]:
    return (row, column) if _is_source_target(orientation) else (column, row)


def _square(key: str, shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise refused(key, f"the shape {tuple(shape)}", "a square matrix")
    if shape[0] < 1:
        raise refused(key, "no rows", "at least one neuron")


def _step(step_ms: float) -> float:
    step = float(finite("step_ms", numbers("step_ms", [step_ms]))[0])
    if step <= 0:
        raise refused("step_ms", step, "a number > 0")
    return step


def _text(path: str | os.PathLike[str]) -> str:
    import json

    return json.dumps(os.fspath(path), ensure_ascii=False)
