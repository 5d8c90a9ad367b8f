"""Brian2 objects to a network: a NeuronGroup, or several, and the Synapses among them.

The equations are not read: that they are those of a LIF neuron with exponential or delta synapses is the caller's word,
as is which of their names is which parameter. Quantities with units become ms, mV, pA, mV/pA; plain numbers stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import PARAMETERS, NetworkArrays, Population, parameters_of, steps_of_ms, synapses_of, taken
from .errors import ConversionError, need


def from_brian2(
    groups: Any,
    synapses: Any,
    *,
    weight: str = "w",
    step_ms: float | None = None,
    synapse: str = "exponential",
    receptors: int = 1,
    **parameters: Any,
) -> tuple[NetworkArrays, list[str]]:
    """The network of `groups` and `synapses` (Brian2 objects, or lists of them), and what was not carried.

    weight: the name of the synapses' variable. parameters: sprig's name = a name in the groups or their namespaces
    (tau_m_ms="tau", v_th="V_threshold"), or a value; `lost` says which were not given. t_ref_ms: one step less than
    Brian2's refractory.
    """
    b2 = need("brian2", "brian2")
    groups = list(groups) if isinstance(groups, Sequence) else [groups]
    synapses = list(synapses) if isinstance(synapses, Sequence) else [synapses]
    if step_ms is None:
        step_ms = float(groups[0].clock.dt / b2.ms)
    first = dict(zip((g.name for g in groups), np.cumsum([0] + [len(g) for g in groups]).tolist()))
    n = sum(len(g) for g in groups)
    given: dict[str, Any] = {}
    for name, value in parameters.items():
        if name not in PARAMETERS:
            raise ConversionError(f"{name}: is no parameter; allowed: {', '.join(PARAMETERS)}")
        given[name] = np.concatenate([_values(b2, g, value, name) for g in groups])
    parts: list[tuple[Any, ...]] = []
    for s in synapses:
        for end in (s.source, s.target):
            if end.name not in first:
                raise ConversionError(f"{s.name}: joins {end.name}; allowed: {', '.join(first)}, or leave it out")
        values = _plain(b2, getattr(s, weight), weight) if hasattr(s, weight) else None
        if values is None:
            raise ConversionError(f"{s.name}: has no variable {weight}; name it: weight='...'")
        delay = np.broadcast_to(np.asarray(s.delay / b2.ms, float), (len(s),))
        parts.append(
            (
                np.asarray(s.i) + first[s.source.name],
                np.asarray(s.j) + first[s.target.name],
                np.broadcast_to(values, (len(s),)),
                steps_of_ms(delay, step_ms),
            )
        )
    joined = [np.concatenate(column) for column in zip(*parts)] if parts else [np.zeros(0)] * 4
    recurrent = synapses_of(n, *joined)
    populations = []
    for g in groups:
        start = first[g.name]
        sent = recurrent.weights[recurrent.offsets[start] : recurrent.offsets[start + len(g)]]
        populations.append(Population(g.name, start, len(g), len(sent) > 0 and bool((sent <= 0).all())))
    network = NetworkArrays(recurrent, parameters_of(n, **given), populations, step_ms, synapse, receptors)
    lost = ["equations, thresholds and resets: taken to be sprig's", "monitors, input groups, network operations"]
    lost += taken(given, synapse=synapse, receptors=receptors)
    lost.append(
        f"refractory: Brian2 integrates again in the step in which it ends, sprig a step later; t_ref_ms has to be one "
        f"step ({step_ms:g} ms) less than Brian2's refractory for the same spikes"
    )
    return network.check("brian2"), lost


def _values(b2: Any, group: Any, value: Any, name: str) -> Any:
    if isinstance(value, str):
        if value in group.variables:
            value = getattr(group, value)[:]
        elif value in group.namespace:
            value = group.namespace[value]
        else:
            raise ConversionError(f"{name}: {group.name} has no variable and no constant {value}")
    return np.broadcast_to(_plain(b2, value, name), (len(group),)).astype(float)


def _plain(b2: Any, value: Any, name: str) -> Any:
    """In sprig's unit, where it has one."""
    value = value[:] if hasattr(value, "get_item") else value
    dimensions = b2.get_dimensions(value)
    for unit in (b2.ms, b2.mV, b2.pA, b2.mV / b2.pA):
        if dimensions is b2.get_dimensions(unit):
            return np.asarray(value / unit, float)
    if dimensions.is_dimensionless:
        return np.asarray(value, float)
    raise ConversionError(
        f"{name}: is in {dimensions}; allowed: times, potentials, currents, resistances, plain numbers"
    )
