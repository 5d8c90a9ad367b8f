"""NIR, the Neuromorphic Intermediate Representation (PyPI `nir`): a graph of equations without a time step.

    sprig                                              NIR
    tau_m dV/dt   = -(V - E_L) + R (I + I_dc)          LIF: tau dv/dt = (v_leak - v) + r I, v_threshold, v_reset
    tau_syn dI/dt = -I + sum of w delta(t - t_spike)   LI:  tau dI/dt = -I + r S with r = tau, so a spike adds W
    both, one receptor and no I_dc                     CubaLIF with w_in = tau_syn, so a spike adds W
    delta synapses, V += w                             Affine straight onto LIF, W = w tau / r
    delay of d steps of h                              Delay of d h before the weights: a branch for every distinct d
    I_dc                                               the bias of an Affine onto the LIF

v_leak = E_L, W[target, source] = w, times in seconds, potentials and currents as sprig has them (mV, pA, R in mV/pA).
NIR's threshold is v > v_threshold, sprig's V >= V_th. What NIR has no place for is put into the graph's metadata, which
from_nir() reads again and other readers do not look at.

peer = "snntorch" or "norse" writes what these read: one CubaLIF (LIF for delta synapses) and one Affine, by Euler's
rule at dt = 0.1 ms, which snnTorch's importer has built in, or dt = step_ms (norse.torch.from_nir(graph, dt=...)).
Both count a spike as 1 in one step, so r = tau_mem / dt and w_in = tau_syn / dt; snnTorch wants v_leak = 0 and one
threshold, and Norse takes v_leak for the current, too. Potentials and currents have no units in NIR, so

    V' = (V - E_L) / (V_th - E_L) of each neuron, v_threshold = 1      w' = w R dt / (tau_m (V_th - E_L))

change nothing. snnTorch 1.0 gives a pair LIF <-> Affine its input through the Affine; the Flatten that stands behind
the Affine, which does nothing, keeps it from seeing a pair.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import NetworkArrays, Path, not_held
from .errors import ConversionError, need
from .files import whole_file

Graph = tuple[dict[str, Any], list[tuple[str, str]]]

_MOST_BYTES = 2**31  # of all dense matrices of a graph
_PEERS = {"snntorch": "snnTorch's importer", "norse": "Norse's importer"}
SNNTORCH_DT = 1e-4  # s


def to_nir(
    network: Any, path: Path | None = None, *, peer: str | None = None, delays: str = "exact", metadata: bool = True
) -> Any:
    """Writes `network` as NIR to `path`; returns the list of what is lost, or (graph, lost) where path is None.

    delays: "exact", one Delay and one dense matrix for every distinct delay; "mean", one of their mean.
    peer: None, or "snntorch" or "norse" for what these read.
    metadata: keep what NIR has no place for where sprig finds it again.
    """
    nir = need("nir", "nir")
    net = NetworkArrays.of(network)
    known_peer(peer)
    if delays not in ("exact", "mean"):
        raise ConversionError(f"delays: found {delays!r}; allowed: 'exact' or 'mean'")
    lost: list[str] = []
    branches = _branches(net, "mean" if peer else delays, lost)
    matrices = net.receptors * len(branches)
    if matrices * len(net) ** 2 * 8 > _MOST_BYTES:
        raise ConversionError(
            f"{matrices} dense matrices of {len(net)} x {len(net)} are more than 2 GiB; NIR has no "
            f"sparse ones: write SONATA, or delays='mean'"
        )
    if peer:
        nodes, edges = _peer_nodes(nir, net, branches, peer, lost)
    else:
        nodes, edges = _nodes(nir, net, branches, lost)
    _say_what_is_lost(net, lost, metadata and not peer)
    graph = nir.NIRGraph(nodes=nodes, edges=edges, metadata=_metadata(net) if metadata and not peer else {})
    if path is None:
        return graph, lost
    with whole_file(path) as temporary:
        nir.write(temporary, graph)
    return lost


def known_peer(peer: str | None) -> None:
    if peer is not None and peer not in _PEERS:
        raise ConversionError(f"peer: found {peer!r}; allowed: None, 'snntorch' or 'norse'")


def _branches(net: NetworkArrays, delays: str, lost: list[str]) -> list[tuple[int, Array]]:
    """[(delay in steps, which synapses)]."""
    s = net.recurrent
    if len(s) == 0:
        return [(1, np.zeros(0, bool))]
    if delays == "exact":
        return [(int(d), s.delay_steps == d) for d in np.unique(s.delay_steps)]
    if s.uniform_delay is None:
        lost.append(
            f"per-synapse delays ({s.delay_steps.min() * net.step_ms:g} to {s.delay_steps.max() * net.step_ms:g}"
            f" ms) became their mean"
        )
    return [(int(round(s.delay_steps.mean())), np.ones(len(s), bool))]


def _dense(net: NetworkArrays, synapses: Any, which: Array, scale: Array, lost: list[str]) -> Array:
    matrix = np.zeros((len(net), synapses.rows))
    targets, sources = synapses.targets[which], synapses.sources[which]
    np.add.at(matrix, (targets, sources), synapses.weights[which].astype(float) * scale[targets])
    pairs = len(np.unique(targets * synapses.rows + sources))
    if pairs < len(targets):
        lost.append(f"{len(targets) - pairs} parallel synapses of equal delay were added to their twins")
    empty = int(np.sum(synapses.weights[which] == 0))
    if empty:
        lost.append(f"{empty} synapses of weight 0: a dense matrix does not tell them from none")
    exact = matrix.astype(np.float32)
    return exact if np.array_equal(exact, matrix) else matrix


def _nodes(nir: Any, net: NetworkArrays, branches: list[tuple[int, Array]], lost: list[str]) -> Graph:
    n, s = len(net), 1e-3
    ones = np.ones(n)
    leaky = dict(v_leak=net.e_l, v_threshold=net.v_th, v_reset=net.v_reset)
    dc = bool(np.any(net.i_dc != 0))
    channels = net.input if net.input is not None and net.input.rows > 0 and len(net.input) > 0 else None
    cuba = net.synapse == "exponential" and net.receptors == 1 and not dc
    if cuba:
        neuron = nir.CubaLIF(
            tau_syn=net.tau_syn_exc_ms * s,
            tau_mem=net.tau_m_ms * s,
            r=net.resistance,
            w_in=net.tau_syn_exc_ms * s,
            **leaky,
        )
    else:
        neuron = nir.LIF(tau=net.tau_m_ms * s, r=net.resistance, **leaky)
    nodes = {
        "input": nir.Input(np.array([channels.rows if channels else 1 if dc else n])),
        "sprig.lif": neuron,
        "output": nir.Output(np.array([n])),
    }
    edges = [("sprig.lif", "output")]
    if dc:
        width = nodes["input"].output_type["output"][0]
        nodes["i_dc"] = nir.Affine(weight=np.zeros((n, width), np.float32), bias=net.i_dc)
        edges += [("input", "i_dc"), ("i_dc", "sprig.lif")]
    receptors = [("", lambda w: np.ones(len(w), bool), "sprig.lif")]
    if net.synapse == "exponential" and not cuba:
        receptors = []
        for name, tau, signs in (
            ("exc", net.tau_syn_exc_ms, lambda w: w >= 0),
            ("inh", net.tau_syn_inh_ms, lambda w: w < 0),
        ):
            if name == "inh" and net.receptors == 1:
                break
            every = signs if net.receptors == 2 else lambda w: np.ones(len(w), bool)
            nodes["i_" + name] = nir.LI(tau=tau * s, r=tau * s, v_leak=0 * ones)
            edges.append(("i_" + name, "sprig.lif"))
            receptors.append(("_" + name, every, "i_" + name))
    scale = net.tau_m_ms * s / net.resistance if net.synapse == "delta" else ones
    sources = [("sprig.lif", "w_rec", net.recurrent, branches)]
    if channels:
        of_delay_steps = [(int(d), channels.delay_steps == d) for d in np.unique(channels.delay_steps)]
        sources.append(("input", "w_in", channels, of_delay_steps))
    elif not dc:
        edges.append(("input", "sprig.lif"))
    for start, name, synapses, parts in sources:
        for steps, which in parts:
            of_delay = f"_{steps}" if len(parts) > 1 else ""
            delay = f"{name}.delay{of_delay}"
            for receptor, signs, end in receptors:
                mine = which & signs(synapses.weights)
                if len(synapses) and not mine.any():
                    continue
                if delay not in nodes:
                    nodes[delay] = nir.Delay(np.full(synapses.rows, steps * net.step_ms * s))
                    edges.append((start, delay))
                weights = f"{name}{receptor}{of_delay}"
                nodes[weights] = nir.Affine(weight=_dense(net, synapses, mine, scale, lost), bias=0 * ones)
                edges += [(delay, weights), (weights, end)]
    return nodes, edges


def _peer_nodes(nir: Any, net: NetworkArrays, branches: list[tuple[int, Array]], peer: str, lost: list[str]) -> Graph:
    n, s, who = len(net), 1e-3, _PEERS[peer]
    dt = SNNTORCH_DT if peer == "snntorch" else net.step_ms * s
    if (net.v_th <= net.e_l).any():
        raise ConversionError(f"{who} has v_leak = 0: a neuron with v_th at or below e_l cannot be carried")
    volt = net.v_th - net.e_l  # of each neuron, the unit of its potential
    if (net.v_reset != net.e_l).any():
        lost.append(f"v_reset: {who} resets to e_l")
    tau = net.tau_m_ms * s
    current = net.resistance * dt / (tau * volt)  # 1 pA in the unit of the peer's current
    zero, one = np.zeros(n), np.ones(n)
    leaky = dict(r=tau / dt, v_leak=zero, v_threshold=one, v_reset=zero)
    if net.synapse == "delta":
        scale, into = 1 / volt, one
        neuron = nir.LIF(tau=tau, **leaky)
    else:
        if net.receptors == 2 and (net.tau_syn_exc_ms != net.tau_syn_inh_ms).any():
            lost.append("tau_syn_inh_ms: a CubaLIF has one synaptic time constant, that of excitation")
        scale, into = current, net.tau_syn_exc_ms * s / dt
        neuron = nir.CubaLIF(tau_syn=net.tau_syn_exc_ms * s, tau_mem=tau, w_in=into, **leaky)
    if len(net.recurrent) and not np.isclose(branches[0][0] * net.step_ms * s, dt):
        lost.append(f"the delay of {branches[0][0] * net.step_ms:g} ms: {who} has one step, {dt * 1e3:g} ms")
    lost.append(f"exact integration: {who} takes Euler's rule, 1 - dt/tau for exp(-dt/tau), with dt = {dt * 1e3:g} ms")
    if net.input is not None and len(net.input):
        lost.append("synapses from input channels: the graph's input acts on the neurons themselves")
    if np.any(net.i_dc != 0) and net.synapse == "exponential":
        lost.append("i_dc acts through the synapse, as a bias: it rises with tau_syn_exc_ms and not at once")
    weights = _dense(net, net.recurrent, branches[0][1], scale, lost).astype(np.float32)
    bias = net.i_dc * current / into
    nodes = {
        "input": nir.Input(np.array([n])),
        "sprig.lif": neuron,
        "output": nir.Output(np.array([n])),
        "sprig.w_rec": nir.Affine(weight=weights, bias=bias),
    }
    edges = [("input", "sprig.lif"), ("sprig.lif", "sprig.w_rec"), ("sprig.lif", "output")]
    if peer == "norse":
        return nodes, edges + [("sprig.w_rec", "sprig.lif")]
    nodes["sprig.as_it_is"] = nir.Flatten(input_type={"input": np.array([n])}, start_dim=-1, end_dim=-1)
    return nodes, edges + [("sprig.w_rec", "sprig.as_it_is"), ("sprig.as_it_is", "sprig.lif")]


def _say_what_is_lost(net: NetworkArrays, lost: list[str], metadata: bool) -> None:
    kept = ", but for sprig in its metadata" if metadata else ""
    lost += not_held(net)
    if (net.t_ref_ms > 0).any():
        lost.append(f"t_ref_ms: NIR has no refractory time{kept}")
    if (net.v_initial != net.e_l).any():
        lost.append(f"v_initial: NIR has no initial potentials{kept}")
    if net.adaptive:
        lost.append(f"theta_plus, tau_theta_ms: NIR has no adaptive threshold{kept}")
    if net.reset == "soft":
        lost.append(f"the soft reset: NIR sets v to v_reset{kept}")
    if len(net.populations) > 1:
        lost.append(f"names of {len(net.populations)} populations: NIR's neurons are one layer{kept}")
    lost.append(f"step_ms = {net.step_ms:g}: NIR has no time step; every reader chooses its own{kept}")


KEPT = ("t_ref_ms", "v_initial", "theta_plus", "tau_theta_ms")  # parameters without a place in NIR


def _metadata(net: NetworkArrays) -> dict[str, Any]:
    kept: dict[str, Any] = {"sprig_" + name: net.parameters[name] for name in KEPT}
    kept.update(
        sprig_step_ms=np.float64(net.step_ms),
        sprig_reset=net.reset,
        sprig_adaptive=int(net.adaptive),
        sprig_population_name="\n".join(p.name for p in net.populations),
        sprig_population_count=np.array([p.count for p in net.populations]),
        sprig_population_inhibitory=np.array([int(p.inhibitory) for p in net.populations]),
    )
    return kept


LOST = (
    "names of neurons; refractory time, initial potentials, adaptive threshold, soft reset, names of populations and "
    "the time step (kept in the metadata for sprig); I_dc becomes a bias; parallel synapses are added up; weights become dense"
)
