"""What sprig's functions return."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ._arrays import Array
from .network import Network

__all__ = ["Learned", "LearnedModel", "Pruned", "Run", "Spectrum", "SpikeTrains"]


@dataclass(frozen=True, eq=False)
class SpikeTrains:
    """Spikes, in the order of step, neuron and replica."""

    step: Array
    neuron: Array
    replica: Array
    step_ms: float

    @property
    def time_ms(self) -> Array:
        """The beginning of the step in which each spike was, from the start of the simulation."""
        return self.step * self.step_ms

    def __len__(self) -> int:
        return len(self.step)

    def __repr__(self) -> str:
        return f"<sprig.SpikeTrains: {len(self)}>"

    def of(self, neuron: int, replica: int = 0) -> Array:
        """The spike times of a neuron, ms."""
        times: Array = self.time_ms[(self.neuron == neuron) & (self.replica == replica)]
        return times


@dataclass(frozen=True, eq=False)
class Run:
    """A simulation and what it recorded."""

    network: Network = field(repr=False)
    spikes: SpikeTrains | None  # None: were not recorded
    records: dict[str, Array] = field(repr=False)  # every array, by its name
    layouts: dict[str, dict[str, Any]] = field(repr=False)  # of each: what, axes, neurons, first_step, every_steps
    files: list[str]  # records that were written to a folder
    spike_counts: Array = field(repr=False)  # [neuron], of all replicas
    steps: int  # that were recorded
    replicas: int
    total_spikes: int
    complete: bool
    hash: str  # that of the command line for the same configuration
    hash_of: str  # of what
    state_hash: str
    device: str
    wall_s: float

    @property
    def probe(self) -> dict[str, Array]:
        """Records of v, i and theta: [sample][neuron][replica]."""
        return {name: array for name, array in self.records.items() if self._what(name) in ("v", "i", "theta")}

    @property
    def counts(self) -> Array | None:
        """The first record of counts, [window][neuron][replica]; None where there is none."""
        return next((array for name, array in self.records.items() if self._what(name) == "counts"), None)

    def _what(self, name: str) -> str:
        return str(self.layouts.get(name, {}).get("what", ""))

    @property
    def duration_ms(self) -> float:
        """The time that was recorded."""
        return self.steps * self.network.step_ms

    @property
    def rates(self) -> Array:
        """[neuron]: spikes a second, the mean over replicas."""
        return self.spike_counts / max(self.replicas * self.duration_ms / 1000, 1e-300)

    @property
    def population_rates(self) -> dict[str, float]:
        """Mean rate of each population, Hz."""
        rates = self.rates
        return {p.name: float(rates[p.neurons].mean()) for p in self.network.populations}


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Lyapunov exponents, 1/ms, descending."""

    exponents: Array
    standard_errors: Array
    per_neuron: Array = field(repr=False)
    dimension: float  # Kaplan-Yorke
    entropy: float  # 1/ms
    mean_rate_hz: float
    hash: str
    complete: bool
    result: dict[str, Any] = field(repr=False)  # all that result.json of the command line says of a spectrum

    @property
    def largest(self) -> float:
        """The largest exponent, 1/ms; NaN where there is none."""
        return float(self.exponents[0]) if self.exponents.size else float("nan")


def spectrum_of(text: str, hash: str = "", complete: bool = True) -> Spectrum:
    result = json.loads(text)

    def array(key: str) -> Array:
        return np.array([np.nan if x is None else x for x in result.get(key, [])], dtype=np.float64)

    def number(key: str) -> float:
        value = result.get(key)
        return float("nan") if value is None else float(value)

    return Spectrum(
        exponents=array("exponents"),
        standard_errors=array("standard_errors"),
        per_neuron=array("per_neuron"),
        dimension=number("dimension"),
        entropy=number("entropy"),
        mean_rate_hz=number("mean_rate_hz"),
        hash=hash,
        complete=complete,
        result=result,
    )


@dataclass(frozen=True, eq=False)
class Pruned:
    """A network that was pruned."""

    network: Network
    kept: Array = field(repr=False)  # [neuron]: its index in the network that was given
    before: Spectrum = field(repr=False)
    after: Spectrum = field(repr=False)
    rounds: list[dict[str, Any]] = field(repr=False)
    guards: dict[str, Any]  # how often each acted
    hash: str  # that of the command line for the same configuration
    complete: bool
    result: dict[str, Any] = field(repr=False)  # all that result.json of the command line says


@dataclass(frozen=True, eq=False)
class LearnedModel:
    """A model of competing neurons after its stages."""

    name: str
    seed: int
    weights: Array = field(repr=False)  # [input][neuron]
    theta_mv: Array = field(repr=False)  # [neuron]
    stages: list[dict[str, Any]] = field(repr=False)  # scores after each stage; "confusion": [label][answer, or none]
    failure: str  # why it goes on no more; empty: it does

    @property
    def accuracy(self) -> float:
        """After the last stage that was done; NaN where there is none."""
        return float(self.stages[-1]["accuracy"]) if self.stages else float("nan")


@dataclass(frozen=True, eq=False)
class Learned:
    """Models that learnt images, one a seed."""

    models: list[LearnedModel]
    hash: str  # that of the command line for the same configuration
    complete: bool

    @property
    def accuracy(self) -> float:
        """Of the first model."""
        return self.models[0].accuracy
