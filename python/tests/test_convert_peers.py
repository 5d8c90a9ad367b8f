"""snnTorch and Norse read what to_nir() writes for them, and it spikes as the equations say."""

import numpy as np

from carry_support import package, random_network, spikes

nir = package("nir")
torch = package("torch")
from sprig.convert.nir import to_nir
from sprig.convert.nir_read import from_nir

STEPS = 3000


def carried(tmp_path, peer, **given):
    """A network whose two time constants and resets a CubaLIF has, through a file."""
    network = random_network(delays=(1, 1), tau_syn_inh_ms=5.0, t_ref_ms=0.0, v_initial=0.0, **given)
    lost = to_nir(network, tmp_path / "peer.nir", peer=peer)
    return network, nir.read(tmp_path / "peer.nir"), lost


def euler(graph, drive):
    """The graph's own fields by Euler's rule at 0.1 ms, a spike counting 1: what both peers say that they compute."""
    lif, w = graph.nodes["sprig.lif"], graph.nodes["sprig.w_rec"]
    alpha, beta = 1 - 1e-4 / lif.tau_syn, 1 - 1e-4 / lif.tau_mem
    i, v, back, spiked = np.zeros(len(alpha)), np.zeros(len(alpha)), 0, []
    for x in drive:
        i = alpha * i + back + x
        v = beta * v + i
        s = v > lif.v_threshold
        v = np.where(s, 0, v)
        back = w.weight @ s + w.bias
        spiked.append(s)
    return np.array(spiked)


def run(module, drive):
    state, out = None, []
    with torch.no_grad():
        for x in drive:
            y, state = module(torch.tensor(x[None], dtype=torch.float32), state)
            out.append(y.numpy().ravel() > 0)
    return np.array(out)


def test_snntorch_spikes_as_its_equations_and_at_sprigs_rate(tmp_path):
    package("snntorch")
    from snntorch.import_nir import import_from_nir

    network, graph, lost = carried(tmp_path, "snntorch")
    nothing = np.zeros((STEPS, len(network)))
    found = run(import_from_nir(graph), nothing)
    expected = euler(graph, nothing)
    assert expected.sum() > 300
    assert abs(int(found.sum()) - int(expected.sum())) <= 0.02 * expected.sum()
    first = 1000  # bits: until float32 and float64 part
    assert np.array_equal(found[:first], expected[:first])
    there = len(spikes(network, STEPS * 0.1))
    assert abs(int(found.sum()) - there) < 0.1 * there
    said = "\n".join(lost)
    assert "Euler" in said and "bias" in said


def test_snntorchs_input_acts_on_the_neuron_and_not_through_the_recurrent_weights(tmp_path):
    package("snntorch")
    from snntorch.import_nir import import_from_nir

    network, graph, _ = carried(tmp_path, "snntorch", i_dc=(0, 0))
    drive = np.zeros((200, len(network)))
    drive[0, 7] = 0.2
    found = run(import_from_nir(graph), drive)
    assert found[:, 7].sum() > 0 and found[:3].sum() == found[:3, 7].sum()
    assert np.array_equal(found, euler(graph, drive))


def test_norse_spikes_as_the_equations_and_at_sprigs_rate(tmp_path):
    norse = package("norse.torch")
    network, graph, lost = carried(tmp_path, "norse")
    nothing = np.zeros((STEPS, len(network)))
    found = run(norse.from_nir(graph, dt=1e-4), nothing)
    there = len(spikes(network, STEPS * 0.1))
    assert there > 300 and abs(int(found.sum()) - there) < 0.1 * there


def test_per_synapse_delays_and_two_receptors_are_lost_aloud():
    said = "\n".join(to_nir(random_network(receptors=2), peer="snntorch")[1])
    for word in ("per-synapse delays", "one step", "tau_syn_inh_ms", "t_ref_ms", "v_initial"):
        assert word in said


def test_what_the_peer_reads_comes_back_to_sprig_in_its_units(tmp_path):
    network, _, _ = carried(tmp_path, "snntorch", i_dc=(0, 0))
    back, _ = from_nir(tmp_path / "peer.nir", peer="snntorch")
    assert np.array_equal(back.recurrent.targets, network.recurrent.targets)
    gain = back.resistance / back.tau_m_ms  # V' = R' I' / tau, with V_th' = 1 as V_th
    there = network.resistance / network.tau_m_ms
    targets = network.recurrent.targets
    assert np.allclose(back.recurrent.weights * gain[targets], network.recurrent.weights * there[targets], rtol=1e-5)
