"""PyTorch tensors of a network, for a training step of one's own, or with snnTorch or Norse.

weight[target, source]   as torch.nn.Linear has it: I[target] = sum over source of weight * spike
mask                     1 where there is a synapse: multiply gradients or weights by it, and the network stays sparse
tau_m, tau_syn           of each neuron, in steps, so that exp(-1 / tau_m) is the decay of a step
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import NetworkArrays
from .errors import ConversionError, need

_MOST_BYTES = 2**31


@dataclasses.dataclass
class Tensors:
    weight: Any
    mask: Any
    tau_m: Any
    tau_syn: Any
    v_th: Any
    v_reset: Any
    lost: list[str]


def to_torch(network: Any) -> Tensors:
    """Tensors of `network`, float32, and the list of what is lost. Weights are in units of the potential that a spike
    adds in one step, w R (1 - exp(-h / tau_m)), over v_th - e_l, so a threshold of 1 goes with them."""
    torch = need("torch", "torch")
    net = NetworkArrays.of(network)
    n, r = len(net), net.recurrent
    if n * n * 8 > _MOST_BYTES:
        raise ConversionError(f"two dense matrices of {n} x {n} are more than 2 GiB; take network.to_scipy()")
    volt, gain = net.v_th - net.e_l, _gain(net)
    weight, mask = np.zeros((n, n)), np.zeros((n, n))
    np.add.at(weight, (r.targets, r.sources), r.weights * gain[r.targets])
    mask[r.targets, r.sources] = 1

    def tensor(values: Array) -> Any:
        return torch.tensor(np.asarray(values), dtype=torch.float32)

    lost = [
        "time constants beside tau_m_ms and tau_syn_exc_ms, resting potentials, currents, refractory times: take them "
        "from the network"
    ]
    if r.uniform_delay != 1:
        lost.append("delays: a step of PyTorch's loop is one step")
    if int(mask.sum()) < len(r):
        lost.append(f"{len(r) - int(mask.sum())} parallel synapses were added to their twins")
    return Tensors(
        tensor(weight),
        tensor(mask),
        tensor(net.tau_m_ms / net.step_ms),
        tensor(net.tau_syn_exc_ms / net.step_ms),
        tensor(np.ones(n)),
        tensor((net.v_reset - net.e_l) / volt),
        lost,
    )


def from_torch(network: Any, weight: Any) -> NetworkArrays:
    """`network` with the weights that training made of to_torch()'s; its synapses stay those that it had."""
    net = NetworkArrays.of(network)
    values = weight.detach().cpu().numpy() if hasattr(weight, "detach") else np.asarray(weight)
    if values.shape != (len(net), len(net)) or not np.isfinite(values).all():
        raise ConversionError(f"weight: has shape {values.shape}; allowed: finite numbers, {(len(net), len(net))}")
    r = net.recurrent
    pairs = r.sources * len(net) + r.targets
    if len(np.unique(pairs)) < len(pairs):
        raise ConversionError("parallel synapses: one weight of a matrix stands for several; merge them first")
    new = (values[r.targets, r.sources] / _gain(net)[r.targets]).astype(np.float32)
    return dataclasses.replace(net, recurrent=dataclasses.replace(r, weights=new))


def _gain(net: NetworkArrays) -> Array:
    """Of a weight in the unit of the threshold."""
    volt = net.v_th - net.e_l
    if (volt <= 0).any():
        raise ConversionError("a neuron with v_th at or below e_l has no potential in units of its threshold")
    gain: Array = 1 / volt if net.synapse == "delta" else net.resistance * -np.expm1(-net.step_ms / net.tau_m_ms) / volt
    return gain
