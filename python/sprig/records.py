"""What a run records, as [[record]] of a configuration describes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, Union

import numpy as np

from ._arrays import indices
from ._fields import described_fields
from .stimuli import neurons_text

__all__ = ["Counts", "Probe", "Rate", "Record"]

What = Literal["spikes", "counts", "v", "i", "theta", "rate", "weights"]
Names = Union[str, Sequence[str], None]


@described_fields("record")
class Record:
    """One array: spikes, counts, v, i, theta, rate or weights. ``neurons``: of each population, a slice or a text
    "first:end:every"; or a list of indices in the whole network.

    >>> sprig.Record("spikes", of="exc", neurons=slice(0, 10))
    Record('spikes', of='exc', neurons='0:10:')
    """

    def __init__(
        self,
        what: What,
        *,
        of: Names = None,
        neurons: Any = None,
        every_ms: float | None = None,
        at_ms: Sequence[float] | None = None,
        from_ms: float = 0.0,
        until_ms: float = math.inf,
        name: str | None = None,
    ) -> None:
        chosen: dict[str, Any] = {}
        if isinstance(neurons, (slice, str, range)):
            chosen["neurons"] = neurons_text(neurons)
        elif neurons is not None:
            chosen["indices"] = [int(n) for n in indices("neurons", np.atleast_1d(np.asarray(neurons)))]
        given = {"what": what, "of": of, **chosen, "every_ms": every_ms, "at_ms": at_ms, "name": name}
        if from_ms != 0:
            given["from_ms"] = from_ms
        if until_ms != math.inf:
            given["until_ms"] = until_ms
        self.given: dict[str, Any] = {key: value for key, value in given.items() if value is not None}

    def described(self) -> dict[str, Any]:
        """Its fields, as C++ takes them."""
        return dict(self.given)

    def __repr__(self) -> str:
        rest = "".join(f", {key}={value!r}" for key, value in self.given.items() if key != "what")
        return f"Record({self.given['what']!r}{rest})"


def Probe(  # noqa: N802: reads as a class
    what: Literal["v", "i", "theta"],
    neurons: Any = None,
    *,
    of: Names = None,
    every_ms: float | None = None,
    name: str | None = None,
) -> Record:
    """v (mV), i (total synaptic current) or theta of some neurons after every step, or every ``every_ms``."""
    return Record(what, of=of, neurons=neurons, every_ms=every_ms, name=name)


def Counts(window_ms: float, *, of: Names = None, neurons: Any = None, name: str | None = None) -> Record:  # noqa: N802
    """Spikes of each neuron in windows of ``window_ms``."""
    return Record("counts", of=of, neurons=neurons, every_ms=window_ms, name=name)


def Rate(window_ms: float, *, of: Names = None, name: str | None = None) -> Record:  # noqa: N802
    """The mean rate of each population, Hz, in windows of ``window_ms``."""
    return Record("rate", of=of, every_ms=window_ms, name=name)
