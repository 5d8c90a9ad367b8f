"""Which keys of a configuration are keyword arguments of which function.

The keys themselves, their defaults, what they may hold and what they mean are C++'s field tables, which
``config_schema()`` tells. This file imports nothing of the package: ``write_options.py`` reads it while the package is
being built.
"""

from __future__ import annotations

from typing import NamedTuple

PLACE = ("seed", "device", "threads", "slices", "update", "cuda_engine", "weight_bits", "weight_error")


class Verb(NamedTuple):
    """The keys of sections: as keyword arguments of their own, and as dictionaries."""

    flat: tuple[tuple[str, tuple[str, ...]], ...]  # section and its keys; none: all
    nested: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # keys that the function has another argument for


VERBS = {
    "run": Verb(
        flat=(("run", ()),),
        nested=("drive",),
        without=("run.duration_ms", "run.record_spikes", "run.count_window_ms", "run.probe"),
    ),
    "prune": Verb(flat=(("prune", ()), ("run", PLACE)), nested=("lyapunov", "delocalise", "timescales", "drive")),
    "lyapunov": Verb(flat=(("lyapunov", ()), ("run", PLACE)), nested=("drive",)),
    "learn": Verb(
        flat=(("learn", ()), ("run", ("seed", "device", "threads"))), without=("learn.images", "learn.variants")
    ),
    "random": Verb(flat=(("network", ()), ("neuron", ()), ("run", ("seed",))), without=("network.file",)),
    "given": Verb(
        flat=(("network", ("delay_ms", "step_ms", "gain")), ("neuron", ()), ("run", ("seed",))),
        without=("network.delay_ms",),
    ),
    "build": Verb(flat=(("network", ("step_ms",)), ("neuron", ()), ("run", ("seed",)))),
    "load": Verb(flat=(("network", ()), ("neuron", ()), ("run", ("seed",))), without=("network.file",)),
}


def keys_of(verb: str, sections: dict[str, dict[str, object]]) -> dict[str, str]:
    """The full keys ("prune.density") of a function's plain keyword arguments, by their names."""
    table = VERBS[verb]
    return {
        key: f"{section}.{key}"
        for section, chosen in table.flat
        for key in (chosen or sections[section])
        if f"{section}.{key}" not in table.without
    }
