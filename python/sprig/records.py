"""What a run records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Counts", "Probe"]


@dataclass(frozen=True)
class Probe:
    """v (mV), i (total synaptic current) or theta of some neurons, after every step."""

    what: Literal["v", "i", "theta"]
    neurons: Sequence[int] | Any

    def __post_init__(self) -> None:
        if self.what not in ("v", "i", "theta"):
            from ._arrays import refused

            raise refused("Probe.what", repr(self.what), '"v", "i" or "theta"')


@dataclass(frozen=True)
class Counts:
    """Spikes of each neuron in windows of ``window_ms``."""

    window_ms: float
