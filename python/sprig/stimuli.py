"""What is done to a network from outside, as [[stimulus]] of a configuration describes it.

Several add up. ``to`` names populations (default: all); ``neurons`` chooses among each population's: a slice, an index,
or a text "first:end:every". Times are of the simulation, from its start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Union

import numpy as np

from ._arrays import Array, indices, numbers, refused
from ._fields import described_fields

__all__ = ["DC", "Current", "Noise", "Poisson", "Ramp", "Spikes", "Stimulus"]

Names = Union[str, Sequence[str], None]
Neurons = Union[slice, int, str, range, None]


def neurons_text(neurons: Neurons) -> str | None:
    """ "first:end:every" of a choice of neurons."""
    if neurons is None or isinstance(neurons, str):
        return neurons
    if isinstance(neurons, slice):
        parts = (neurons.start, neurons.stop, neurons.step)
        return ":".join("" if part is None else str(int(part)) for part in parts)
    if isinstance(neurons, range):
        return f"{neurons.start}:{neurons.stop}:{neurons.step}"
    return str(int(neurons))


class Stimulus:
    """The base of all stimuli."""

    def __init__(self, kind: str, to: Names, neurons: Neurons, from_ms: float, until_ms: float, **given: Any) -> None:
        common = {"kind": kind, "to": to, "neurons": neurons_text(neurons), "from_ms": from_ms, "until_ms": until_ms}
        self.given: dict[str, Any] = {key: value for key, value in {**common, **given}.items() if value is not None}

    def described(self) -> dict[str, Any]:
        """Its fields, as C++ takes them."""
        return dict(self.given)

    def __repr__(self) -> str:
        hidden = ("kind", "values", "spike_ms", "spike_neuron")
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.given.items() if k not in hidden)})"


@described_fields("stimulus")
class DC(Stimulus):
    """A constant current."""

    def __init__(
        self,
        to: Names = None,
        amplitude: float = 0.0,
        *,
        neurons: Neurons = None,
        from_ms: float = 0.0,
        until_ms: float = math.inf,
    ) -> None:
        super().__init__("dc", to, neurons, from_ms, until_ms, amplitude=amplitude)


@described_fields("stimulus")
class Ramp(Stimulus):
    """A current that goes linearly from ``amplitude`` at ``from_ms`` to ``amplitude_end`` at ``until_ms``."""

    def __init__(
        self,
        to: Names = None,
        amplitude: float = 0.0,
        amplitude_end: float = 0.0,
        *,
        until_ms: float,
        from_ms: float = 0.0,
        neurons: Neurons = None,
    ) -> None:
        super().__init__("ramp", to, neurons, from_ms, until_ms, amplitude=amplitude, amplitude_end=amplitude_end)


@described_fields("stimulus")
class Noise(Stimulus):
    """A current that is drawn anew in each step and for each neuron, N(0, sigma^2)."""

    def __init__(
        self,
        to: Names = None,
        sigma: float = 0.0,
        *,
        neurons: Neurons = None,
        from_ms: float = 0.0,
        until_ms: float = math.inf,
    ) -> None:
        super().__init__("noise", to, neurons, from_ms, until_ms, sigma=sigma)


@described_fields("stimulus")
class Poisson(Stimulus):
    """Poisson spikes onto each neuron. ``rate_hz``: a number, or an array over time with a sample every ``sample_ms``,
    [sample] or [sample][neuron].
    """

    def __init__(
        self,
        to: Names = None,
        rate_hz: Any = 0.0,
        weight: float = 0.0,
        *,
        sample_ms: float | None = None,
        neurons: Neurons = None,
        from_ms: float = 0.0,
        until_ms: float = math.inf,
    ) -> None:
        constant = np.ndim(rate_hz) == 0
        values = None if constant else _over_time("rate_hz", rate_hz)
        rate = rate_hz if constant else None
        super().__init__(
            "poisson", to, neurons, from_ms, until_ms, rate_hz=rate, weight=weight, sample_ms=sample_ms, values=values
        )


@described_fields("stimulus")
class Current(Stimulus):
    """A current over time: ``values`` with a sample every ``sample_ms``, [sample] or [sample][neuron]."""

    def __init__(
        self,
        to: Names,
        values: Any,
        *,
        sample_ms: float = 1.0,
        neurons: Neurons = None,
        from_ms: float = 0.0,
        until_ms: float = math.inf,
    ) -> None:
        over_time = _over_time("values", values)
        super().__init__("current", to, neurons, from_ms, until_ms, values=over_time, sample_ms=sample_ms)


@described_fields("stimulus")
class Spikes(Stimulus):
    """Given spikes: ``times_ms`` and ``targets``, which count the chosen neurons of ``to`` from 0."""

    def __init__(
        self,
        times_ms: Any,
        targets: Any,
        to: Names = None,
        weight: float = 0.0,
        *,
        delay_ms: float = 0.0,
        neurons: Neurons = None,
        from_ms: float = 0.0,
        until_ms: float = math.inf,
    ) -> None:
        times, onto = numbers("times_ms", times_ms), indices("targets", targets)
        if times.shape != onto.shape:
            raise refused("targets", f"{onto.size} entries", f"{times.size}, as many as times_ms has")
        given = {"weight": weight, "delay_ms": delay_ms, "spike_ms": times, "spike_neuron": onto}
        super().__init__("spikes", to, neurons, from_ms, until_ms, **given)


def _over_time(key: str, values: Any) -> Array:
    array = np.asarray(values)
    if array.ndim not in (1, 2) or array.size == 0:
        raise refused(key, f"an array of the shape {array.shape}", "[sample] or [sample][neuron]")
    return numbers(key, array.reshape(-1)).reshape(array.shape)
