"""What the command line's verbs do, on networks in memory."""

from __future__ import annotations

import ast
import json
import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Union

import numpy as np

from . import _core
from ._arrays import Array, indices, refused
from ._progress import shown
from ._settings import Settings, documented, settings_of, toml
from .errors import ActivityWarning, Interrupted
from .network import Network
from .records import Record
from .results import Learned, LearnedModel, Pruned, Run, Spectrum, SpikeTrains, spectrum_of
from .stimuli import Stimulus

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .options import LearnOptions, LyapunovOptions, PruneOptions, RunOptions

__all__ = ["learn", "lyapunov", "prune", "run"]


Stimuli = Union[Sequence[Stimulus], Stimulus]


def _stopped(verb: str, partial: object) -> NoReturn:
    raise Interrupted(f"{verb}: stopped on request; .partial is what was done until then", partial)


def _needs_network(network: object) -> Network:
    if not isinstance(network, Network):
        raise TypeError(f"a sprig.Network is needed, not {type(network).__name__}")
    return network


@documented("run")
def run(
    network: Network,
    duration_ms: float = 1000.0,
    *,
    stimulus: Stimuli = (),
    record: Sequence[str | Record] | str | Record = ("spikes",),
    folder: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **options: Unpack[RunOptions],
) -> Run:
    """Simulates a network.

    Parameters
    ----------
    network : Network
    duration_ms : > 0
        Recorded time.
    stimulus : of ``sprig.DC``, ``Ramp``, ``Current``, ``Noise``, ``Poisson`` and ``Spikes``
        What is done to the network. Several add up.
    record : of "spikes", ``sprig.Probe``, ``Counts``, ``Rate`` and ``Record``
        What is recorded.
    folder : a path, default: none
        Where records are written to while the run goes on, NAME.npy each, in the place of memory; and records.json,
        which says what they hold.
    progress : default: in terminals and notebooks
        Whether to show how far the work is.

    Ctrl-C raises ``sprig.Interrupted``, whose ``partial`` is the run so far.

    >>> net = sprig.Network.random(neurons=100, density=0.1, i_dc=1.2, seed=3)
    >>> run = sprig.run(net, 200.0, record=["spikes", sprig.Probe("v", [0, 1])], device="cpu")
    >>> run.probe["v"].shape
    (2000, 2, 1)
    """
    net = _needs_network(network)
    settings: Settings = [("run.duration_ms", toml(duration_ms, "run.duration_ms"))]
    settings += settings_of("run", options)
    records = [_record(what) for what in ([record] if isinstance(record, (str, Record)) else record)]
    where = "" if folder is None else os.fspath(folder)
    if where:
        os.makedirs(where, exist_ok=True)
    with shown("run", progress) as show:
        out = _core.run(
            net._core, settings, _described(stimulus), [r.described() for r in records], where, show
        )
    arrays = {one["name"]: _array(one) for one in out["arrays"]}
    layouts = {one["name"]: one for one in out["records"]}
    first = next((arrays.pop(k) for k, v in layouts.items() if v["what"] == "spikes" and k in arrays), None)
    result = Run(
        network=net,
        spikes=None if first is None else _spikes(first, net.step_ms),
        records=arrays,
        layouts=layouts,
        files=out["files"],
        spike_counts=out["spikes_of"],
        steps=out["steps"],
        replicas=int(options.get("replicas") or 1),
        total_spikes=out["total_spikes"],
        complete=out["complete"],
        hash=out["hash"],
        hash_of=out["hash_of"],
        state_hash=out["state_hash"],
        device=out["device"],
        wall_s=out["wall_s"],
    )
    if out["stopped"]:
        _stopped("run", result)
    if out["warning"]:
        warnings.warn(out["warning"], ActivityWarning, stacklevel=2)
    return result


def _described(stimulus: Stimuli) -> list[dict[str, Any]]:
    stimuli = [stimulus] if isinstance(stimulus, Stimulus) else list(stimulus)
    for one in stimuli:
        if not isinstance(one, Stimulus):
            raise TypeError(f"stimulus: found {one!r}; allowed: sprig.DC, Ramp, Current, Noise, Poisson, Spikes")
    return [one.described() for one in stimuli]


def _record(what: str | Record) -> Record:
    if isinstance(what, Record):
        return what
    if what == "spikes":
        return Record("spikes")
    raise TypeError(f'record: found {what!r}; allowed: "spikes", sprig.Probe(...), Counts(...), Rate(...), Record(...)')


def _array(recorded: dict[str, Any]) -> Array:
    kind = recorded["type"]
    dtype = np.dtype(ast.literal_eval(kind) if kind.startswith("[") else kind)
    array: Array = recorded["bytes"].view(dtype).reshape(recorded["shape"])
    return array


def _spikes(events: Array, step_ms: float) -> SpikeTrains:
    names = events.dtype.names or ()
    none = np.broadcast_to(np.uint32(0), events.shape)
    replica = events["replica"] if "replica" in names else none
    return SpikeTrains(step=events["step"], neuron=events["neuron"], replica=replica, step_ms=step_ms)


@documented("prune")
def prune(
    network: Network,
    *,
    stimulus: Stimuli = (),
    progress: bool | None = None,
    **options: Unpack[PruneOptions],
) -> Pruned:
    """Prunes a network: by Lyapunov Noise Pruning, or by a baseline or a control at the same budget.

    Parameters
    ----------
    network : Network
    stimulus : stimuli that do not vary in time
        What drives the network meanwhile.
    progress : default: in terminals and notebooks
        Whether to show how far the work is.

    Ctrl-C raises ``sprig.Interrupted``, whose ``partial`` is the network of the last whole round.

    >>> net = sprig.Network.random(neurons=60, density=0.2, i_dc=1.2, seed=3)
    >>> cut = sprig.prune(net, method="random", density=0.5, spectra=False, device="cpu")
    >>> net.synapses, cut.network.synapses
    (720, 360)
    """
    net = _needs_network(network)
    settings = settings_of("prune", options)
    with shown("prune", progress) as show:
        out = _core.prune(net._core, settings, _described(stimulus), show)
    result: dict[str, Any] = json.loads(out["result"])
    pruned = Pruned(
        network=Network(out["network"]),
        kept=out["kept"],
        before=spectrum_of(out["before"]),
        after=spectrum_of(out["after"]),
        rounds=result["rounds_detail"],
        guards=result["guards"],
        hash=result["hash"],
        complete=out["complete"],
        result=result,
    )
    if out["stopped"]:
        _stopped("prune", pruned)
    return pruned


@documented("lyapunov")
def lyapunov(
    network: Network,
    *,
    stimulus: Stimuli = (),
    progress: bool | None = None,
    **options: Unpack[LyapunovOptions],
) -> Spectrum:
    """The Lyapunov spectrum of a network.

    Parameters
    ----------
    network : Network
    stimulus : stimuli that do not vary in time
        What drives the network meanwhile.
    progress : default: in terminals and notebooks
        Whether to show how far the work is.

    Ctrl-C raises ``sprig.Interrupted``, whose ``partial`` has the averages so far.

    >>> net = sprig.Network.random(neurons=20, density=0.2, i_dc=1.2, seed=3)
    >>> spectrum = sprig.lyapunov(net, exponents=4, duration_ms=200.0, device="cpu")
    >>> spectrum.exponents.shape
    (4,)
    """
    net = _needs_network(network)
    settings = settings_of("lyapunov", options)
    with shown("lyapunov", progress) as show:
        out = _core.lyapunov(net._core, settings, _described(stimulus), show)
    spectrum = spectrum_of(out["result"], out["hash"], out["complete"])
    if out["stopped"]:
        _stopped("lyapunov", spectrum)
    return spectrum


Images = Union[str, tuple[Any, Any]]


@documented("learn")
def learn(
    images: Images = "glyphs",
    scored: tuple[Any, Any] | None = None,
    *,
    progress: bool | None = None,
    **options: Unpack[LearnOptions],
) -> Learned:
    """Lets competing neurons learn images without labels, as ``sprig learn``; labels only name the neurons.

    Parameters
    ----------
    images : name of a set, or (images, labels)
        "glyphs" (digits that sprig draws itself), "mnist", "fashion_mnist" or "cifar10" with ``folder``; or arrays of
        8-bit pixels [image][row][column] and of labels 0 to 9.
    scored : (images, labels), default: the last fifth of ``images``
        What is scored, where ``images`` are arrays.
    progress : default: in terminals and notebooks
        Whether to show how far the work is.

    Ctrl-C raises ``sprig.Interrupted``, whose ``partial`` has the models as far as they learnt.

    >>> learned = sprig.learn("glyphs", neurons=20, train=60, label=40, test=20, steps=40, device="cpu")
    >>> learned.models[0].weights.shape[1]
    20
    """
    settings: Settings = []
    parts = None
    if isinstance(images, str):
        if scored is not None:
            raise refused("scored", "arrays with the name of a set", "arrays where images are arrays too")
        settings.append(("learn.images", toml(images, "learn.images")))
    else:
        whole = _labelled("images", images)
        if scored is None:
            cut = max(1, len(whole[1]) - max(1, len(whole[1]) // 5))
            parts = ((whole[0][:cut], whole[1][:cut]), (whole[0][cut:], whole[1][cut:]))
        else:
            parts = (whole, _labelled("scored", scored))
    settings += settings_of("learn", options)
    with shown("learn", progress) as show:
        out = _core.learn(settings, parts, show)
    learned = Learned([LearnedModel(**model) for model in out["models"]], out["hash"], out["complete"])
    if out["stopped"]:
        _stopped("learn", learned)
    return learned


def _labelled(key: str, pair: tuple[Any, Any]) -> tuple[Array, Array]:
    if not (isinstance(pair, tuple) and len(pair) == 2):
        raise refused(key, type(pair).__name__, "(images, labels)")
    images, labels = np.asarray(pair[0]), indices(f"{key}[1]", pair[1], 10)
    if images.dtype != np.uint8 or images.ndim not in (3, 4):
        shape = f"an array of {images.dtype} of the shape {images.shape}"
        raise refused(key, shape, "8-bit pixels [image][row][column] or [image][plane][row][column]")
    if len(images) != len(labels) or len(labels) < 2:
        raise refused(key, f"{len(images)} images and {len(labels)} labels", "as many of both, two or more")
    return images, labels.astype(np.uint8)
