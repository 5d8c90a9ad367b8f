"""PyTorch: the tensors are the network's matrix, in units of the threshold, and come back."""

import numpy as np
import pytest

from carry_support import package, random_network

torch = package("torch")
from sprig.convert.errors import ConversionError
from sprig.convert.torch import from_torch, to_torch


def test_weights_are_target_by_source_and_come_back_as_they_were():
    network = random_network(delays=(1, 1), e_l=-65.0, v_th=-50.0, v_reset=-60.0, resistance=0.04, weight=30.0)
    t = to_torch(network)
    r = network.recurrent
    assert int(t.mask.sum()) == len(r) and torch.equal(t.mask != 0, t.weight != 0)
    assert (t.weight.numpy()[r.targets, r.sources] * r.weights > 0).all()
    back = from_torch(network, t.weight)
    assert np.allclose(back.recurrent.weights, r.weights, rtol=1e-6)
    assert np.array_equal(back.recurrent.targets, r.targets) and np.array_equal(
        back.recurrent.delay_steps, r.delay_steps
    )


def test_a_current_of_one_moves_the_potential_as_the_equations_do_in_one_step():
    """With the decay exp(-1 / tau_m), weight * current is what dV of an exact step is, in units of v_th - e_l."""
    network = random_network(delays=(1, 1), e_l=-65.0, v_th=-50.0, v_reset=-60.0, resistance=0.04, weight=30.0)
    t, r = to_torch(network), network.recurrent
    k = int(np.argmax(np.abs(r.weights)))
    i = r.targets[k]
    exact = network.resistance[i] * r.weights[k] * (1 - np.exp(-0.1 / network.tau_m_ms[i])) / 15
    assert float(t.weight[i, r.sources[k]]) == pytest.approx(exact, rel=1e-6)
    assert float(torch.exp(-1 / t.tau_m[i])) == pytest.approx(np.exp(-0.1 / network.tau_m_ms[i]), rel=1e-6)


def test_what_does_not_fit_a_matrix_is_refused():
    network = random_network(delays=(1, 1))
    for bad in (np.zeros((3, 3)), np.full((80, 80), np.nan)):
        with pytest.raises(ConversionError, match="weight"):
            from_torch(network, bad)
    assert any("delays" in sentence for sentence in to_torch(random_network()).lost)


def test_names_and_ids_stay_where_weights_change():
    network = random_network(delays=(1, 1))
    network.neuron_name = [f"n{i}" for i in range(80)]
    network.recurrent.synapse_id = np.arange(len(network.recurrent), dtype=np.uint64) * 2
    back = from_torch(network, to_torch(network).weight * 2)
    assert back.neuron_name == network.neuron_name
    assert np.array_equal(back.recurrent.synapse_id, network.recurrent.synapse_id)
    assert np.allclose(back.recurrent.weights, 2 * network.recurrent.weights)
