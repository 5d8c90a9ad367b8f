"""Brian2 and NEST: the objects, or a script with the network beside it."""

from __future__ import annotations

import os
from typing import Any

from . import brian2_model, nest_model
from .arrays import NetworkArrays, Path, not_held
from .errors import ConversionError, need
from .files import whole_file

_LOST = "names of neurons, populations and original ids; learning synapses; "
LOST_BRIAN2 = _LOST + "units (Brian2 sees plain numbers in mV, pA)"
LOST_NEST = _LOST + "soft reset and adaptive threshold are refused"


class SimulatorModel(dict[str, Any]):
    """What was built (network or neurons, group, synapses, monitor), and `lost`."""

    def __init__(self, built: dict[str, Any], lost: list[str], run: Any) -> None:
        super().__init__(built)
        self.__dict__.update(built)
        self.lost, self._run = lost, run

    def run(self, duration_ms: float) -> tuple[Any, Any]:
        """(step, neuron) of its spikes, counted as sprig counts steps."""
        found: tuple[Any, Any] = self._run(self, duration_ms)
        return found


def to_brian2(network: Any, spikes_of_channels: Any = None) -> SimulatorModel:
    """Brian2 objects: .network, .group, .synapses, .monitor; .run(duration_ms) gives (step, neuron).

    spikes_of_channels: (times in ms, channel) for the network's input channels.
    """
    need("brian2", "brian2")
    net = NetworkArrays.of(network)
    return SimulatorModel(brian2_model.build(net.to_npz(), spikes_of_channels), _lost_brian2(net), brian2_model.run)


def to_nest(network: Any, spikes_of_channels: Any = None) -> SimulatorModel:
    """NEST nodes: .neurons, .recorder; .run(duration_ms) gives (step, neuron). Resets NEST's kernel."""
    need("nest", "nest")
    net = NetworkArrays.of(network)
    lost = _lost_nest(net)
    return SimulatorModel(nest_model.build(net.to_npz(), spikes_of_channels), lost, nest_model.run)


def write_brian2_script(network: Any, path: Path) -> list[str]:
    """A script `path` and the network beside it; returns what is lost. Those of an earlier conversion are replaced."""
    net = NetworkArrays.of(network)
    return _write(net, path, brian2_model, _lost_brian2(net))


def write_nest_script(network: Any, path: Path) -> list[str]:
    net = NetworkArrays.of(network)
    return _write(net, path, nest_model, _lost_nest(net))


def _write(net: NetworkArrays, path: Path, module: Any, lost: list[str]) -> list[str]:
    path = os.fspath(path)
    if not path.endswith(".py"):
        raise ConversionError(f"{path}: a script's name ends in .py")
    beside = path[:-3] + ".npz"
    if os.path.lexists(beside) and not os.path.exists(path):
        raise ConversionError(f"{path}: the network would be written to {beside}, which is there; choose another name")
    net.save(beside)
    with open(module.__file__, encoding="utf-8") as file:
        text = file.read()
    with whole_file(path) as temporary:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
    return lost


def _lost_brian2(net: NetworkArrays) -> list[str]:
    lost = not_held(net)
    if len(net.populations) > 1:
        lost.append(f"names of {len(net.populations)} populations: one NeuronGroup")
    close = abs(net.tau_syn_exc_ms / net.tau_m_ms - 1) < 1e-6
    if net.receptors == 2:
        close |= abs(net.tau_syn_inh_ms / net.tau_m_ms - 1) < 1e-6
    if net.synapse == "exponential" and close.any():
        lost.append(
            f"tau_syn of {int(close.sum())} neurons is made one millionth longer: it equals tau_m, which Brian2's "
            f"exact integration divides by"
        )
    return lost


def _lost_nest(net: NetworkArrays) -> list[str]:
    if net.reset == "soft" or net.adaptive:
        raise ConversionError("soft reset, adaptive threshold: NEST's iaf_psc_exp and iaf_psc_delta have none")
    lost = not_held(net)
    if len(net.populations) > 1:
        lost.append(f"names of {len(net.populations)} populations: nodes in a row")
    return lost
