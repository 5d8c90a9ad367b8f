"""A network as plain NumPy arrays: what network.npz holds and every converter reads and writes.

    tau_m dV/dt = -(V - E_L) + R (I + I_dc)         tau_syn dI/dt = -I + sum of w delta(t - t_spike - delay)

Row = source, column = target. Potentials absolute in mV, times in ms, currents in pA, R in mV/pA; a network without
units (V_th = 1, R = 1) has none. With delta synapses w is added to V.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from .. import _core
from .._arrays import Array
from .errors import ConversionError, InputError
from .files import load_npz, whole_file

if TYPE_CHECKING:
    from ..network import Network

Path = Union[str, "os.PathLike[str]"]

# Of each neuron: array of network.npz, and what a format that lacks it leaves it at.
PARAMETERS: dict[str, float] = {name: default for name, default, _ in _core.neuron_parameters}
_POSITIVE = ("tau_m_ms", "resistance", "tau_syn_exc_ms", "tau_syn_inh_ms", "tau_theta_ms")
MOST_DELAY_STEPS = 32767


@dataclasses.dataclass
class Population:
    name: str
    first: int
    count: int
    inhibitory: bool = False


@dataclasses.dataclass
class Synapses:
    """Compressed sparse rows, row = source. delay_steps: one a synapse. synapse_id: their indices before any pruning,
    where they had others."""

    weights: Array
    targets: Array
    offsets: Array
    delay_steps: Array
    synapse_id: Array | None = None

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def rows(self) -> int:
        return len(self.offsets) - 1

    @property
    def sources(self) -> Array:
        return np.repeat(np.arange(self.rows), np.diff(self.offsets))

    @property
    def uniform_delay(self) -> int | None:
        """The delay in steps that all synapses have, or None."""
        if len(self.delay_steps) == 0:
            return 1
        return int(self.delay_steps[0]) if np.all(self.delay_steps == self.delay_steps[0]) else None


def synapses_of(rows: int, source: Any, target: Any, weight: Any, delay_steps: Any) -> Synapses:
    """Sorted by source and target; parallel synapses keep their order."""
    source, target = np.asarray(source, np.int64), np.asarray(target, np.int64)
    order = np.lexsort((target, source))
    delay = np.broadcast_to(np.asarray(delay_steps), source.shape)
    return Synapses(
        np.asarray(weight, np.float32)[order],
        target[order],
        np.concatenate([[0], np.cumsum(np.bincount(source, minlength=rows))]).astype(np.int64),
        np.asarray(delay)[order].astype(np.uint16),
    )


def together(rows: int, parts: list[tuple[Any, ...]]) -> Synapses:
    """Of parts (source, target, weight, delay in steps)."""
    return synapses_of(rows, *([np.concatenate(column) for column in zip(*parts)] if parts else [np.zeros(0)] * 4))


@dataclasses.dataclass
class NetworkArrays:
    recurrent: Synapses
    parameters: dict[str, Array]
    populations: list[Population]
    step_ms: float = 0.1
    synapse: str = "exponential"  # or "delta"
    receptors: int = 1
    reset: str = "hard"  # or "soft": V -= V_th - V_reset
    adaptive: bool = False
    input: Synapses | None = None  # from channels outside the network
    original_id: Array | None = None
    neuron_name: list[str] | None = None
    cluster: Array | None = None  # of each neuron

    def __len__(self) -> int:
        return len(self.parameters["tau_m_ms"])

    def __getattr__(self, name: str) -> Array:  # tau_m_ms, v_th, ...
        parameters = self.__dict__.get("parameters", {})
        if name in parameters:
            values: Array = parameters[name]
            return values
        raise AttributeError(name)

    def check(self, where: str | os.PathLike[str]) -> NetworkArrays:
        """Refuses what sprig would; `where` is the file's name."""
        n = len(self)
        if n == 0:
            raise InputError(where, "has no neurons")
        for name, values in self.parameters.items():
            if np.shape(values) != (n,):
                raise InputError(where, f"{name}: has shape {np.shape(values)}; allowed: one value a neuron ({n})")
            bad = np.isnan(values) | (np.isinf(values) if name != "tau_theta_ms" else False)
            if name in _POSITIVE:
                bad |= values <= 0
            if name in ("t_ref_ms",):
                bad |= values < 0
            if bad.any():
                i = int(np.argmax(bad))
                allowed = "a finite number" + (" > 0" if name in _POSITIVE else "")
                raise InputError(where, f"{name}[{i}]: found {values[i]}; allowed: {allowed}")
        if (self.v_reset >= self.v_th).any():
            i = int(np.argmax(self.v_reset >= self.v_th))
            raise InputError(where, f"v_reset[{i}]: found {self.v_reset[i]}; allowed: below v_th, {self.v_th[i]}")
        for what, array in (
            ("original_id", self.original_id),
            ("neuron_name", self.neuron_name),
            ("cluster", self.cluster),
        ):
            if array is not None and np.shape(array) != (n,):
                raise InputError(where, f"{what}: has shape {np.shape(array)}; allowed: one value a neuron ({n})")
        for what, synapses in (("synapse", self.recurrent), ("input synapse", self.input)):
            if synapses is None or len(synapses) == 0:
                continue
            for bad, text in (
                (~np.isfinite(synapses.weights), "its weight is not a finite number"),
                ((synapses.targets < 0) | (synapses.targets >= n), f"its target is none of {n} neurons"),
                (
                    (synapses.delay_steps < 1) | (synapses.delay_steps > MOST_DELAY_STEPS),
                    f"its delay is not between 1 and {MOST_DELAY_STEPS} steps of {self.step_ms} ms",
                ),
            ):
                if bad.any():
                    raise InputError(where, f"{what} {int(np.argmax(bad))}: {text}")
        return self

    # --- network.npz

    @classmethod
    def load(cls, path: Path) -> NetworkArrays:
        a = load_npz(path)
        if "sprig_format" not in a:
            raise InputError(path, "has no array 'sprig_format': it is no network that sprig wrote")
        if a["sprig_format"] != 1:
            raise InputError(path, f"has format {a['sprig_format']}; this version reads format 1")
        if "orientation" in a and _texts(a["orientation"], path, "orientation") != ["source_target"]:
            raise InputError(path, "orientation: is none that sprig writes; allowed: source_target")
        try:
            names = _texts(a["population_name"], path, "population_name")
            populations = [
                Population(*p)
                for p in zip(
                    names,
                    a["population_first"].tolist(),
                    a["population_count"].tolist(),
                    a["population_inhibitory"].astype(bool).tolist(),
                )
            ]
            network = cls(
                _csr_of(a, "", path),
                {name: a[name].astype(float) for name in PARAMETERS},
                populations,
                float(a["step_ms"]),
                bytes(a["synapse"]).decode(),
                int(a["receptors"]),
                bytes(a["reset"]).decode(),
                bool(a["adaptive"]),
                _csr_of(a, "input_", path) if "input_data" in a else None,
                a["original_id"],
                _texts(a["neuron_name"], path, "neuron_name") if "neuron_name" in a else None,
                a.get("cluster"),
            )
        except KeyError as error:
            raise InputError(path, f"has no array {error}") from error
        if network.recurrent.rows != len(network):
            raise InputError(path, f"indptr: is of {network.recurrent.rows} neurons, tau_m_ms of {len(network)}")
        return network.check(path)

    def to_npz(self) -> dict[str, Any]:
        """The arrays of network.npz by name."""
        n = len(self)
        ids = np.arange(n) if self.original_id is None else self.original_id
        out = {**_csr_arrays("", self.recurrent, n), **self.parameters, "original_id": ids.astype(np.uint32)}
        out["population_name"] = np.array([p.name.encode() for p in self.populations])
        for key, kind in (("first", np.uint32), ("count", np.uint32), ("inhibitory", bool)):
            out["population_" + key] = np.array([getattr(p, key) for p in self.populations], kind)
        if self.neuron_name is not None:
            out["neuron_name"] = np.array([name.encode() for name in self.neuron_name])
        if self.cluster is not None:
            out["cluster"] = self.cluster.astype(np.uint32)
        out.update(
            orientation=np.bytes_(b"source_target"),
            synapse=np.bytes_(self.synapse.encode()),
            reset=np.bytes_(self.reset.encode()),
            receptors=np.int32(self.receptors),
            adaptive=np.bool_(self.adaptive),
            step_ms=np.float64(self.step_ms),
            sprig_format=np.int32(1),
        )
        nothing = Synapses(np.zeros(0, np.float32), np.zeros(0, int), np.zeros(1, int), np.zeros(0, np.uint16))
        out.update(_csr_arrays("input_", nothing if self.input is None else self.input, n))
        return out

    def save(self, path: Path) -> None:
        """As network.npz; sprig and scipy.sparse.load_npz read it."""
        out = self.to_npz()
        with whole_file(path) as temporary:
            with open(temporary, "wb") as file:
                np.savez(file, **out)

    # --- sprig.Network

    @classmethod
    def of(cls, network: Any) -> NetworkArrays:
        """From a sprig.Network, a NetworkArrays or the path of a network.npz."""
        if isinstance(network, cls):
            return network
        if isinstance(network, (str, os.PathLike)):
            return cls.load(network)
        if hasattr(network, "save"):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "network.npz")
                network.save(path)
                return cls.load(path)
        raise ConversionError(f"a {type(network).__name__} is no network; allowed: sprig.Network or a network.npz")

    def to_network(self) -> Network:
        """As sprig.Network, checked by sprig."""
        from ..network import Network

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "network.npz")
            self.save(path)
            return Network.load(path)


def not_held(net: NetworkArrays) -> list[str]:
    """What only network.npz has a place for, of what this network has: sentences for `lost`."""
    lost = []
    if net.neuron_name is not None:
        lost.append(f"names of neurons: {', '.join(net.neuron_name[:3])}{', ...' if len(net) > 3 else ''}")
    if net.cluster is not None:
        lost.append("clusters of neurons")
    if net.recurrent.synapse_id is not None:
        lost.append("synapse_id: what synapses were before pruning")
    return lost


def _texts(array: Array, path: Path, name: str) -> list[str]:
    if array.dtype.kind == "U":
        return [str(text) for text in np.ravel(array)]
    if array.dtype.kind != "S":
        raise InputError(path, f"{name}: is of type {array.dtype}; allowed: texts")
    try:
        return [bytes(text).decode() for text in np.ravel(array)]
    except UnicodeDecodeError as error:
        raise InputError(path, f"{name}: is no UTF-8") from error


def _csr_of(a: Mapping[str, Any], prefix: str, path: Path) -> Synapses:
    offsets, targets, weights = (a[prefix + name] for name in ("indptr", "indices", "data"))
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(targets) or (np.diff(offsets) < 0).any():
        raise InputError(path, f"{prefix}indptr: does not go from 0 to the number of synapses, {len(targets)}")
    delay = a[prefix + "delay_steps"]
    if len(weights) != len(targets) or delay.shape not in ((), targets.shape):
        raise InputError(path, f"{prefix}data, {prefix}indices, {prefix}delay_steps: have different lengths")
    return Synapses(
        weights.astype(np.float32),
        targets.astype(np.int64),
        offsets.astype(np.int64),
        np.broadcast_to(delay, targets.shape),
        _ids_of(a, prefix, path, len(targets)),
    )


def _ids_of(a: Mapping[str, Any], prefix: str, path: Path, synapses: int) -> Array | None:
    ids: Array | None = a.get(prefix + "synapse_id")
    if ids is not None and (ids.shape != (synapses,) or ids.dtype.kind not in "iu"):
        raise InputError(path, f"{prefix}synapse_id: has shape {ids.shape}; allowed: one whole number a synapse")
    return ids


def _csr_arrays(prefix: str, synapses: Any, columns: int) -> dict[str, Any]:
    width = np.int32 if len(synapses) < 2**31 else np.int64
    delay = synapses.uniform_delay
    ids = synapses.synapse_id
    return {
        **({} if ids is None else {prefix + "synapse_id": ids.astype(np.uint64)}),
        prefix + "data": synapses.weights,
        prefix + "indices": synapses.targets.astype(width),
        prefix + "indptr": synapses.offsets.astype(width),
        prefix + "format": np.bytes_(b"csr"),
        prefix + "shape": np.array([synapses.rows, columns if synapses.rows else 0], np.int64),  # as sprig has none
        prefix + "delay_steps": synapses.delay_steps.astype(np.uint16) if delay is None else np.uint16(delay),
    }


def parameters_of(n: int, **given: Any) -> dict[str, Array]:
    """All parameters, one a neuron; what is not given has sprig's initial value."""
    unknown = set(given) - set(PARAMETERS)
    if unknown:
        raise ConversionError(f"{sorted(unknown)[0]}: is no parameter; allowed: {', '.join(PARAMETERS)}")
    out = {}
    for name, value in PARAMETERS.items():
        values = np.asarray(given.get(name, value), dtype=float)
        if values.shape not in ((), (n,)):
            raise ConversionError(f"{name}: has shape {values.shape}; allowed: one value, or one a neuron ({n})")
        out[name] = np.array(np.broadcast_to(values, (n,)))
    if "v_initial" not in given:
        out["v_initial"] = out["e_l"].copy()
    return out


def taken(
    given: Collection[str], *, synapse: str, receptors: int, adaptive: bool = False, **others: float
) -> list[str]:
    """For `lost`: the parameters that matter to such neurons and were not given. others: what else was not, and what it
    is now."""
    moot = set() if adaptive else {"theta_plus", "tau_theta_ms"}
    moot |= {"tau_syn_exc_ms", "tau_syn_inh_ms"} if synapse == "delta" else set()
    moot |= {"tau_syn_inh_ms"} if receptors == 1 else set()
    values: dict[str, object] = {name: f"{value:g}" for name, value in PARAMETERS.items()}
    values["v_initial"] = "e_l"
    texts = [f"{name} = {value}" for name, value in values.items() if name not in given and name not in moot]
    texts += [f"{name} = {value:g}" for name, value in others.items()]
    return [f"not given, sprig's taken: {', '.join(texts)}"] if texts else []


def steps_of_ms(delay_ms: Any, step_ms: float) -> Array:
    """Delays on the grid, at least one step, as sprig rounds them."""
    steps: Array = np.maximum(1, np.floor(np.asarray(delay_ms, float) / step_ms + 0.5)).astype(np.int64)
    return steps
