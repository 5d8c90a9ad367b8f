"""sprig.to_* and sprig.from_*: networks of the package go out and come in with the hash of their runs."""

import doctest

import numpy as np
import pytest

import sprig
from carry_support import package


@pytest.fixture
def network():
    return sprig.Network.random(neurons=60, density=0.2, seed=3, i_dc=1.2, delay_ms="uniform(0.5, 2.0)")


def test_examples_in_docstrings_do_what_they_say():
    assert doctest.testmod(sprig.convert, globs={"sprig": sprig}).failed == 0


@pytest.mark.parametrize("other", ["nir", "sonata"])
def test_a_run_has_the_same_hash_after_the_way_there_and_back(other, network, tmp_path):
    package("nir" if other == "nir" else "h5py")
    go, come = getattr(sprig, f"to_{other}"), getattr(sprig, f"from_{other}")
    lost = go(network, tmp_path / "out")
    back, _ = come(tmp_path / "out")
    there = sprig.run(network, 200.0, device="cpu")
    assert there.total_spikes > 100 and all(isinstance(sentence, str) for sentence in lost)
    assert sprig.run(back, 200.0, device="cpu").hash == there.hash
    assert [p.name for p in back.populations] == [p.name for p in network.populations]


def test_brian2_has_the_spikes_of_a_run(network):
    package("brian2").prefs.codegen.target = "numpy"
    step, neuron = sprig.to_brian2(network).run(60.0)
    spikes = sprig.run(network, 60.0, device="cpu").spikes
    both = set(zip(step.tolist(), neuron.tolist())) & set(zip(spikes.step.tolist(), spikes.neuron.tolist()))
    assert len(spikes) > 50 and len(both) > 0.9 * len(spikes)  # float32 there, double in Brian2


def test_spikes_of_a_run_are_written(network, tmp_path):
    run = sprig.run(network, 200.0, device="cpu")
    sprig.convert.write_spikes(run.spikes, tmp_path / "s.csv")
    back = sprig.convert.read_spikes(tmp_path / "s.csv")
    assert np.array_equal(back.neuron, run.spikes.neuron) and np.allclose(back.time_ms, run.spikes.time_ms)


def test_errors_are_sprigs(tmp_path):
    with pytest.raises(sprig.InputError, match="none.csv") as refused:
        sprig.convert.from_edge_list(tmp_path / "none.csv")
    assert refused.value.where.endswith("none.csv")
    with pytest.raises(sprig.ConfigError, match="network"):
        sprig.convert.to_edge_list(3, tmp_path / "a.csv")
