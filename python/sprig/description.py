"""What a network is made of, as [[population]] and [[projection]] of a configuration describe it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

from ._arrays import indices, numbers
from ._fields import described_fields

__all__ = ["Population", "Projection"]

Value = Union[float, str, npt.NDArray[Any], Sequence[float], None]
Names = Union[str, Sequence[str]]


@described_fields("population")
class Population:
    """A population of neurons. Each parameter is one number, a law such as "gamma(3, 6.67)", or an array of ``size``.

    What is not given is that of the network's ``neuron`` options. Potentials are absolute, mV.

    >>> sprig.Population("E", 80, tau_m_ms="gamma(3, 6.67)")
    Population('E', 80, tau_m_ms='gamma(3, 6.67)')
    """

    def __init__(
        self,
        name: str,
        size: int,
        *,
        tau_m_ms: Value = None,
        resistance: Value = None,
        c_m_pf: Value = None,
        e_l: Value = None,
        v_th: Value = None,
        v_reset: Value = None,
        t_ref_ms: Value = None,
        tau_syn_exc_ms: Value = None,
        tau_syn_inh_ms: Value = None,
        i_dc: Value = None,
        v_initial_mv: Value = None,
        theta_plus: Value = None,
        tau_theta_ms: Value = None,
        positions: Literal["none", "ring", "grid", "plane"] | None = None,
    ) -> None:
        given = {k: v for k, v in locals().items() if k not in ("self", "name", "size") and v is not None}
        self.name, self.size, self.given = name, size, given

    def described(self) -> dict[str, Any]:
        return {"name": self.name, "size": self.size, **self.given}

    def __repr__(self) -> str:
        rest = "".join(f", {key}={value!r}" for key, value in self.given.items())
        return f"Population({self.name!r}, {self.size}{rest})"


@described_fields("projection")
class Projection:
    """Synapses from every population of ``source`` onto every one of ``target``, by a rule or one by one.

    Rules: "all_to_all", "one_to_one", "bernoulli(p)", "fixed_in_degree(k)", "fixed_out_degree(k)", "fixed_total(n)",
    "total_of_probability(p)", "small_world(k, rewiring)", "gaussian(p, sigma)", "exponential(p, sigma)". In the place
    of a rule: ``edges=(source, target)``, ``(source, target, weight)`` or ``(source, target, weight, delay_ms)``, arrays
    with one entry a synapse, neurons counted from 0 within their populations.
    """

    def __init__(
        self,
        source: Names,
        target: Names,
        rule: str | None = None,
        *,
        weight: float | str | None = None,
        delay_ms: float | str | None = None,
        edges: Sequence[Any] | None = None,
        receptor: Literal["auto", "exc", "inh"] | None = None,
        autapses: bool | None = None,
        multapses: bool | None = None,
        stdp: Mapping[str, float] | None = None,
    ) -> None:
        if (rule is None) == (edges is None):
            raise TypeError("Projection: give a rule, or edges")
        self.source, self.target, self.edges = source, target, edges
        given = {"rule": rule, "weight": weight, "delay_ms": delay_ms, "receptor": receptor, "autapses": autapses}
        self.given: dict[str, Any] = {**given, "multapses": multapses, "stdp": None if stdp is None else dict(stdp)}

    def described(self) -> dict[str, Any]:
        whole = {"from": self.source, "to": self.target, **self.given}
        if self.edges is not None:
            parts = tuple(self.edges)
            if not 2 <= len(parts) <= 4:
                raise TypeError("Projection: edges are (source, target), (source, target, weight) or with delay_ms")
            ends = indices("edges[0]", parts[0]), indices("edges[1]", parts[1])
            rest = [numbers(f"edges[{k}]", np.asarray(part), ends[0].size) for k, part in enumerate(parts[2:], 2)]
            whole["edges"] = (*ends, *rest)
        return {key: value for key, value in whole.items() if value is not None}

    def __repr__(self) -> str:
        how = self.given["rule"] if self.edges is None else f"edges of {len(self.edges[0])} synapses"
        return f"Projection({self.source!r}, {self.target!r}, {how!r})"
