"""The chemical connectome of C. elegans (White et al. 1986), read as configs/networks/celegans.toml reads it: it fires,
is pruned to a half, and goes to NIR and SONATA, where the packages `nir` and libsonata read it back. SPRIG_DATA names the
folder of data sets (default: ../shared/data)."""

import csv

import numpy as np
import pytest

import sprig
from carry_support import ROOT, data, package, same_arrays

from sprig.convert.arrays import NetworkArrays

NEURONS = ROOT / "configs/networks/celegans_neurons.csv"


@pytest.fixture(scope="module")
def whole():
    return sprig.Network.load(
        data("celegans/white_1986_whole.csv"),
        nodes=str(NEURONS),
        edge_types=["chemical"],
        unlisted="leave_out",
        delay_ms=1.0,
        gain=0.03,
        i_dc=1.1,
    )


@pytest.fixture(scope="module")
def pruned(whole):
    return sprig.prune(whole, density=0.5, lyapunov={"duration_ms": 500.0, "exponents": 4}, device="cpu").network


@pytest.fixture
def worm(pruned):
    return NetworkArrays.of(pruned)


def test_gabaergic_neurons_inhibit_and_all_others_excite(whole):
    with open(NEURONS, newline="", encoding="utf-8") as file:
        sign = {row["name"]: row["sign"] for row in csv.DictReader(file)}
    assert list(whole.names) == list(sign) and whole.size == 302 and whole.synapses > 1500
    inhibits = np.array([sign[name] == "inh" for name in whole.names])
    assert inhibits.sum() == 26
    assert ((whole.weights < 0) == inhibits[whole.sources]).all()


def test_it_fires_before_and_after_half_of_it_is_pruned(whole, pruned):
    assert 0.45 * whole.synapses <= pruned.synapses <= 0.5 * whole.synapses
    for network in (whole, pruned):
        assert sprig.run(network, 500.0, device="cpu").total_spikes > network.size
    assert set(pruned.names) <= set(whole.names)


def test_nir_has_the_worms_weights(worm, tmp_path):
    nir = package("nir")
    from sprig.convert.nir import to_nir
    from sprig.convert.nir_read import from_nir

    lost = to_nir(worm, tmp_path / "worm.nir")
    assert any(sentence.startswith("names of neurons: ADAL") for sentence in lost)
    graph = nir.read(tmp_path / "worm.nir")
    weight = next(
        node for name, node in graph.nodes.items() if name.startswith("w_rec") and isinstance(node, nir.Affine)
    ).weight
    r = worm.recurrent
    dense = np.zeros((len(worm), len(worm)))
    np.add.at(dense, (r.targets, r.sources), r.weights.astype(float))
    assert np.array_equal(weight, dense)
    back = from_nir(tmp_path / "worm.nir")[0]
    # What NIR has no place for; and s for ms, to rounding.
    assert set(same_arrays(worm, back)) <= {"recurrent.weights", "recurrent.synapse_id", "neuron_name", "tau_m_ms"}
    np.testing.assert_allclose(back.tau_m_ms, worm.tau_m_ms, rtol=1e-14)


def test_libsonata_has_the_worms_edges(worm, tmp_path):
    libsonata = package("libsonata")
    from sprig.convert.sonata import to_sonata

    to_sonata(worm, tmp_path / "worm")
    edges = libsonata.EdgeStorage(str(tmp_path / "worm/edges.h5")).open_population("all__all__chemical")
    every = libsonata.Selection([(0, edges.size)])
    assert np.array_equal(edges.source_nodes(every), worm.recurrent.sources)
    assert np.array_equal(edges.target_nodes(every), worm.recurrent.targets)
    assert np.array_equal(edges.get_attribute("syn_weight", every).astype(np.float32), worm.recurrent.weights)
