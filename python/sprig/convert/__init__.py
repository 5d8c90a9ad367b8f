"""Networks and spikes carried to and from other simulators and formats. ``python -m sprig convert`` does it by files.

Whatever goes out returns, beside what was made, a list of plain sentences: what the other side cannot hold. Whatever
comes in returns ``(network, lost)``, but for from_torch, which loses nothing and returns the network. The packages of
the other side are needed only when they are used.

>>> import os, tempfile, sprig
>>> net = sprig.Network.random(neurons=20, density=0.2, seed=3)
>>> path = os.path.join(tempfile.mkdtemp(), "net.csv")
>>> sprig.convert.to_edge_list(net, path)
['everything but weights and delays: parameters of neurons, populations, the time step, input channels']
>>> back, lost = sprig.convert.from_edge_list(path)
>>> bool((back.weights == net.weights).all()), "network.step_ms" in lost[0]
(True, True)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Union

from . import brian2_import, nir_read, sonata_read
from . import tables as _tables
from . import torch as _torch
from .arrays import NetworkArrays
from .errors import ConversionError, InputError
from .nir import to_nir
from .simulators import to_brian2, to_nest
from .sonata import to_sonata
from .spikes import Spikes, from_neo, read_spikes, to_neo, write_spikes
from .tables import to_edge_list, to_matrix_market
from .torch import to_torch

if TYPE_CHECKING:
    from ..network import Network

__all__ = [
    "ConversionError",
    "InputError",
    "Spikes",
    "from_brian2",
    "from_edge_list",
    "from_matrix_market",
    "from_neo",
    "from_nir",
    "from_sonata",
    "from_torch",
    "read_spikes",
    "to_brian2",
    "to_edge_list",
    "to_matrix_market",
    "to_neo",
    "to_nest",
    "to_nir",
    "to_sonata",
    "to_torch",
    "write_spikes",
]

Path = Union[str, "os.PathLike[str]"]


def _network(found: tuple[NetworkArrays, list[str]]) -> tuple[Network, list[str]]:
    return found[0].to_network(), found[1]


def from_nir(
    path_or_graph: Any,
    *,
    peer: str | None = None,
    step_ms: float | None = None,
    t_ref_ms: float | None = None,
    metadata: bool = True,
) -> tuple[Network, list[str]]:
    """(network, lost) of a NIR file or graph: LIF and CubaLIF layers and the Affine, Linear, Scale, Delay and LI nodes
    between them.

    Parameters
    ----------
    peer : None, "snntorch" or "norse"
        Who wrote it, if one of these: its spike is 1 for one step and not a delta of time.
    step_ms, t_ref_ms : default: what sprig kept in the file, else 0.1 and 0
    metadata : whether to use what sprig kept in the file beside the graph
    """
    return _network(nir_read.from_nir(path_or_graph, peer=peer, step_ms=step_ms, t_ref_ms=t_ref_ms, metadata=metadata))


def from_sonata(folder: Path, *, step_ms: float | None = None) -> tuple[Network, list[str]]:
    """(network, lost) of a folder with circuit_config.json: point neurons, iaf_psc_exp or iaf_psc_delta.

    step_ms : default: run.dt of simulation_config.json, else 0.1
    """
    return _network(sonata_read.from_sonata(folder, step_ms=step_ms))


def from_matrix_market(path: Path, **given: Any) -> tuple[Network, list[str]]:
    """(network, lost) of a .mtx file of weights, row = source unless orientation="target_source".

    given : what it lacks, as Network.from_scipy() takes it: delay_ms, step_ms, duplicates, parameters of neurons, ...
    """
    return _tables.from_matrix_market(path, **given)


def from_edge_list(path: Path, **given: Any) -> tuple[Network, list[str]]:
    """(network, lost) of a CSV of edges, as Network.load() reads it: columns source (pre), target (post), weight
    (synapses), delay_ms, receptor, type; numbers from 0, or names. ``lost`` has the network's notes.

    given : options of Network.load(): neurons, delay_ms, step_ms, duplicates, nodes, edge_types, parameters of
        neurons, ...
    """
    return _tables.from_file(path, **given)


def from_brian2(groups: Any, synapses: Any, **given: Any) -> tuple[Network, list[str]]:
    """(network, lost) of Brian2's NeuronGroups and Synapses.

    given : weight, the name of the synapses' variable, "w"; parameters, sprig's name = a name in the groups or their
        namespaces (tau_m_ms="tau"), or a value; step_ms, synapse, receptors
    """
    return _network(brian2_import.from_brian2(groups, synapses, **given))


def from_torch(network: Any, weight: Any) -> Network:
    """``network`` with the weights that training made of to_torch()'s, and nothing else changed: its synapses stay those
    that it had. Nothing is lost, so this returns the network alone."""
    return _torch.from_torch(network, weight).to_network()
