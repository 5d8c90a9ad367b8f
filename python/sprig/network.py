"""Networks: from matrices and edge lists, from files, from rules; and their arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union

import numpy as np

from . import _core
from ._arrays import Array, indices, numbers, refused
from ._settings import documented, settings_of, toml
from .description import Population, Projection

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import BuildOptions, GivenOptions, LoadOptions, RandomOptions

__all__ = ["Kind", "Network", "PopulationRange"]

Orientation = Literal["source_target", "target_source"]
Populations = Union[Mapping[str, int], Sequence[str], None]


class PopulationRange(NamedTuple):
    """A population of a network: its neurons are ``first`` to ``first + count - 1``."""

    name: str
    first: int
    count: int  # type: ignore[assignment]  # tuple.count has to give way
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


def _signs(sign: Any) -> Array:
    signs = np.asarray(sign)
    if signs.dtype.kind not in "biuf" or signs.ndim != 1:
        raise refused("sign", f"an array of {signs.dtype} of the shape {signs.shape}", "-1, 0 or 1, one a neuron")
    bad = ~np.isin(signs, (-1, 0, 1))
    if bad.any():
        raise refused(f"sign[{int(np.argmax(bad))}]", signs[np.argmax(bad)], "-1, 0 or 1")
    return signs.astype(np.int8)


def _names(populations: Populations, neurons: int) -> list[str] | None:
    if populations is None:
        return None
    if isinstance(populations, Mapping):
        names = [name for name, count in populations.items() for _ in range(count)]
    else:
        names = [str(name) for name in populations]
    if len(names) != neurons:
        raise refused("populations", f"{len(names)} neurons in all", f"{neurons}, as many as the network has")
    return names


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

    def __init__(self, core: _core.Network, notes: Sequence[str] = ()) -> None:
        if not isinstance(core, _core.Network):
            raise TypeError("Network(): use Network.from_scipy, from_dense, from_edges, load, random or build")
        self._core = core
        self._recurrent: dict[str, Any] = core.recurrent
        self.notes: tuple[str, ...] = tuple(notes)
        """What was decided where a network was made of what is given, a sentence each."""

    # ---- making -----------------------------------------------------------------------------------------------------

    @classmethod
    @documented("given")
    def from_edges(
        cls,
        source: Any,
        target: Any,
        weight: Any,
        *,
        neurons: int | None = None,
        delay_ms: Any = None,
        populations: Populations = None,
        sign: Any = None,
        names: Sequence[str] | None = None,
        duplicates: Literal["multapses", "sum"] = "multapses",
        groups: Literal["auto", "all", "by_sign"] = "auto",
        **options: Unpack[GivenOptions],
    ) -> Network:
        """A network of these synapses.

        Parameters
        ----------
        source, target : whole numbers, one a synapse
            Neurons, from 0.
        weight : numbers, one a synapse or one for all
            pA, or mV of delta synapses; negative: inhibitory.
        neurons : default: the largest index and one
        delay_ms : one number, a law such as "normal(1.5, 0.75)", or numbers, one a synapse; default 1.0
            Rounded to steps, at least one.
        populations : {name: number of neurons} in order, or a name a neuron; default: by ``groups``
        sign : 1, -1 or 0 (not known), one a neuron
            Of the synapses of each neuron, where weights are magnitudes.
        names : of the neurons
        duplicates : "multapses" (several synapses of one pair are kept apart) or "sum"
        groups : "auto" ("exc" and "inh" where signs make two ranges, else "all"), "all", or "by_sign" (neurons are
            numbered anew, the excitatory ones first)

        Each parameter of the neurons is one number, a law such as "gamma(3, 6.67)", or an array with one number a
        neuron; ``v_initial`` as an array is in mV.

        >>> sprig.Network.from_edges([0, 0, 1], [1, 1, 2], [0.5, 0.25, -1.0], neurons=3).weights
        array([ 0.5 ,  0.25, -1.  ], dtype=float32)
        """
        rows, columns = indices("source", source), indices("target", target)
        size = int(max(rows.max(initial=-1), columns.max(initial=-1))) + 1 if neurons is None else int(neurons)
        if size < 1:
            raise refused("neurons", size, "at least one neuron")
        weights = np.full(rows.size, weight) if np.ndim(weight) == 0 else weight
        arrays: dict[str, Array] = {}
        delays = None
        if delay_ms is not None and np.ndim(delay_ms) > 0:
            delays = numbers("delay_ms", delay_ms)
            delay_ms = None
        scalars: dict[str, Any] = {}
        for name, value in options.items():
            if name in _PARAMETERS and np.ndim(value) > 0:  # type: ignore[arg-type]
                arrays[name] = numbers(name, value)
            else:
                scalars[name] = value
        settings = settings_of("given", scalars)
        if delay_ms is not None:
            settings.append(("network.delay_ms", toml(delay_ms, "network.delay_ms")))
        core, notes = _core.given(
            size,
            rows,
            columns,
            numbers("weight", weights),
            delays,
            arrays,
            _names(populations, size),
            None if sign is None else _signs(sign),
            None if names is None else [str(name) for name in names],
            duplicates,
            groups,
            settings,
        )
        return cls(core, notes)

    @classmethod
    @documented("given")
    def from_scipy(
        cls,
        matrix: Any,
        *,
        orientation: Orientation = "source_target",
        delay_ms: Any = None,
        populations: Populations = None,
        sign: Any = None,
        names: Sequence[str] | None = None,
        duplicates: Literal["multapses", "sum"] = "multapses",
        groups: Literal["auto", "all", "by_sign"] = "auto",
        **options: Unpack[GivenOptions],
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
            populations=populations,
            sign=sign,
            names=names,
            duplicates=duplicates,
            groups=groups,
            **options,
        )

    @classmethod
    @documented("given")
    def from_dense(
        cls,
        matrix: Any,
        *,
        orientation: Orientation = "source_target",
        delay_ms: Any = None,
        populations: Populations = None,
        sign: Any = None,
        names: Sequence[str] | None = None,
        duplicates: Literal["multapses", "sum"] = "multapses",
        groups: Literal["auto", "all", "by_sign"] = "auto",
        **options: Unpack[GivenOptions],
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
            populations=populations,
            sign=sign,
            names=names,
            duplicates=duplicates,
            groups=groups,
            **options,
        )

    @classmethod
    @documented("random")
    def random(cls, **options: Unpack[RandomOptions]) -> Network:
        """A network drawn by rules: the keys of [network] and [neuron] of a configuration, and ``seed``.

        The same bits as the command line builds. Where ``i_dc`` is not given it is a current by which the network fires,
        as the command line has it for a network that nothing drives; for one that you are going to drive, say
        ``i_dc=0.0``.

        >>> sprig.Network.random(neurons=100, density=0.1, seed=3)
        <sprig.Network: 100 neurons, 1000 synapses, exc (80), inh (20)>
        """
        return cls(*_core.Network.configured(settings_of("random", options)))

    @classmethod
    @documented("load")
    def load(cls, path: str | os.PathLike[str], **options: Unpack[LoadOptions]) -> Network:
        """A network of a file: sprig's own ``network.npz``, or what the command line's ``network.file`` takes.

        ``options`` say what the file lacks.
        """
        settings = [("network.file", _text(path)), *settings_of("load", options)]
        return cls(*_core.Network.configured(settings))

    @classmethod
    @documented("build")
    def build(
        cls,
        populations: Sequence[Population],
        projections: Sequence[Projection] = (),
        **options: Unpack[BuildOptions],
    ) -> Network:
        """A network of populations and projections among them, as [[population]] and [[projection]] describe one.

        ``options`` are the keys of [neuron], for what populations do not give, ``step_ms`` and ``seed``.

        >>> net = sprig.Network.build(
        ...     [sprig.Population("E", 80, i_dc=1.2), sprig.Population("I", 20, i_dc=1.2)],
        ...     [sprig.Projection("E", ["E", "I"], "bernoulli(0.1)", weight=0.1, delay_ms="uniform(1, 3)"),
        ...      sprig.Projection("I", ["E", "I"], "fixed_in_degree(5)", weight=-0.4)],
        ...     seed=3)
        >>> net.populations[1].neurons
        slice(80, 100, None)
        """
        given = [_one(p, Population, "populations").described() for p in populations]
        among = [_one(p, Projection, "projections").described() for p in projections]
        return cls(_core.build(given, among, settings_of("build", options)))

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
    def names(self) -> tuple[str, ...] | None:
        """Of the neurons, as a file had them; None where they have none."""
        return tuple(self._core.names) or None

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


_PARAMETERS = frozenset(name for name, _, _ in _core.neuron_parameters)


def _parameter(name: str, allowed: str) -> property:
    return property(lambda self: self._core.parameter(name), doc=f"[neuron]: {name}, {allowed}.")


for _name, _, _allowed in _core.neuron_parameters:
    setattr(Network, _name, _parameter(_name, _allowed))


def _csr_array(arrays: Mapping[str, Any]) -> Any:
    from scipy.sparse import csr_array  # type: ignore[import-untyped, import-not-found, unused-ignore]

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


def _one(value: Any, kind: Any, where: str) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{where}: a sprig.{kind.__name__} is needed, not {type(value).__name__}")
    return value


def _text(path: str | os.PathLike[str]) -> str:
    import json

    return json.dumps(os.fspath(path), ensure_ascii=False)
