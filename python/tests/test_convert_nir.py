"""NIR: what comes back spikes as what went out, wherever NIR can hold the model; what it cannot hold is said."""

import numpy as np
import pytest

from carry_support import package, random_network, same_arrays, spikes

h5py = package("h5py")
nir = package("nir")
from sprig.convert.arrays import NetworkArrays
from sprig.convert.errors import ConversionError, InputError
from sprig.convert.nir import to_nir
from sprig.convert.nir_read import from_nir

CASES = {
    "one receptor, no current, one delay": dict(
        i_dc=(0, 0), delays=(1, 1), v_initial=np.full(80, 0.0), e_l=1.5, v_th=2.2
    ),
    "one receptor, a constant current": dict(),
    "two receptors": dict(receptors=2),
    "delta synapses": dict(synapse="delta", weight=0.02),
    "units of mV and pA": dict(
        e_l=-65.0,
        v_th=-50.0,
        v_reset=-60.0,
        resistance=0.04,
        v_initial=-60.0,
        i_dc=(400, 500),
        weight=30.0,
        receptors=2,
    ),
    "input channels": dict(input_channels=7),
}


@pytest.mark.parametrize("case", CASES)
def test_a_network_that_comes_back_from_nir_has_the_same_spikes(case, tmp_path):
    network = random_network(**CASES[case])
    to_nir(network, tmp_path / "net.nir")
    back, _ = from_nir(tmp_path / "net.nir")
    there = spikes(network)
    assert case.startswith("one receptor, no") or len(there) > 500
    assert np.array_equal(there, spikes(back))
    assert set(same_arrays(network, back)) <= {"tau_m_ms", "tau_syn_exc_ms", "tau_syn_inh_ms", "resistance"}
    for name in ("tau_m_ms", "tau_syn_exc_ms", "resistance"):
        assert np.allclose(network.parameters[name], back.parameters[name], rtol=1e-15)


def test_without_metadata_what_nir_can_hold_comes_back_alone(tmp_path):
    network = random_network(t_ref_ms=0.0, v_initial=0.0)
    to_nir(network, tmp_path / "net.nir", metadata=False)
    back, lost = from_nir(tmp_path / "net.nir", step_ms=0.1)
    assert np.array_equal(spikes(network), spikes(back))
    assert [p.name for p in back.populations] == ["sprig.lif"]
    assert any("time step" in sentence for sentence in lost)


def test_what_is_lost_is_said(tmp_path):
    said = "\n".join(to_nir(random_network(), tmp_path / "net.nir"))
    for word in ("t_ref_ms", "v_initial", "populations", "step_ms"):
        assert word in said
    network = random_network()
    network.reset, network.adaptive = "soft", True
    said = "\n".join(to_nir(network, delays="mean")[1])
    for word in ("soft", "theta", "per-synapse delays"):
        assert word in said


def test_the_package_nir_integrates_to_the_voltage_of_the_equations(tmp_path):
    """Scipy's solution of the graph's own fields is sprig's V: nothing in the mapping but the field's equations."""
    integrate = package("scipy.integrate")
    graph, _ = to_nir(random_network(receptors=2, i_dc=(0.5, 0.5)))
    lif, exc = graph.nodes["sprig.lif"], graph.nodes["i_exc"]
    weight = np.abs(graph.nodes["w_rec_exc_5"].weight).max()
    i = int(np.argmax(np.abs(graph.nodes["w_rec_exc_5"].weight).max(axis=1)))
    current0, dc = weight * exc.r[i] / exc.tau[i], graph.nodes["i_dc"].bias[i]
    solution = integrate.solve_ivp(
        lambda t, y: [(lif.v_leak[i] - y[0] + lif.r[i] * (y[1] + dc)) / lif.tau[i], -y[1] / exc.tau[i]],
        (0, 0.02),
        [0, current0],
        rtol=1e-10,
        atol=1e-14,
    )
    network = random_network(receptors=2, i_dc=(0.5, 0.5))
    tm, ts, h = network.tau_m_ms[i], 5.0, 20.0
    expected = 0.5 * (1 - np.exp(-h / tm)) + weight * ts / (tm - ts) * (np.exp(-h / tm) - np.exp(-h / ts))
    assert solution.y[0, -1] == pytest.approx(expected, rel=1e-8)


def test_layers_of_others_come_in_with_their_biases_and_delays():
    n, m = 3, 2
    graph = nir.NIRGraph(
        nodes={
            "in": nir.Input(np.array([4])),
            "w1": nir.Affine(np.arange(12.0).reshape(3, 4), np.array([1.0, 2, 3])),
            "a": nir.LIF(tau=np.full(n, 0.02), r=np.full(n, 2.0), v_leak=np.zeros(n), v_threshold=np.ones(n)),
            "late": nir.Delay(np.full(n, 0.003)),
            "w2": nir.Linear(np.array([[1.0, 0, 2], [0, 3, 0]])),
            "b": nir.LIF(tau=np.full(m, 0.01), r=np.ones(m), v_leak=np.zeros(m), v_threshold=np.ones(m)),
            "out": nir.Output(np.array([m])),
        },
        edges=[("in", "w1"), ("w1", "a"), ("a", "late"), ("late", "w2"), ("w2", "b"), ("b", "out")],
    )
    network, _ = from_nir(graph, step_ms=0.5)
    assert network.synapse == "delta" and [p.name for p in network.populations] == ["a", "b"]
    assert network.input.rows == 4 and len(network.input) == 11
    assert np.array_equal(network.i_dc, [1, 2, 3, 0, 0])
    assert np.array_equal(network.recurrent.sources, [0, 1, 2]) and np.array_equal(network.recurrent.targets, [3, 4, 3])
    assert np.allclose(network.recurrent.weights, np.array([1.0, 3, 2]) / 0.01)  # w r / tau
    assert np.array_equal(network.recurrent.delay_steps, [6, 6, 6])


@pytest.mark.parametrize(
    "damage, word",
    [
        (lambda b: b[: len(b) // 2], "HDF5"),
        (lambda b: b[:100], "HDF5"),
        (lambda b: b"nothing", "HDF5"),
        (lambda b: b"", "HDF5"),
    ],
)
def test_a_file_that_is_cut_is_refused_by_name(damage, word, tmp_path):
    to_nir(random_network(), tmp_path / "net.nir")
    (tmp_path / "cut.nir").write_bytes(damage((tmp_path / "net.nir").read_bytes()))
    with pytest.raises(InputError, match=word) as refused:
        from_nir(tmp_path / "cut.nir")
    assert "cut.nir" in str(refused.value) and "\n" not in str(refused.value)


def _changed(path, name, values):
    with h5py.File(path, "r+") as file:
        del file[name]
        file[name] = values


LIF = "node/nodes/sprig.lif/"


@pytest.mark.parametrize(
    "name, values, words",
    [
        (LIF + "tau", np.full(80, np.nan), "tau"),
        (LIF + "tau", np.full(80, -1.0), "tau"),
        (LIF + "tau", np.full(79, 0.02), "tau|shape"),
        (LIF + "v_threshold", np.full(80, -9.0), "v_reset"),
        ("node/nodes/w_rec.delay_7/delay", np.full(80, 1e3), "delays"),
        ("node/nodes/w_rec.delay_7/delay", np.full(80, np.nan), "delays"),
        ("node/metadata/sprig_t_ref_ms", np.zeros(3), "sprig_t_ref_ms"),
        ("node/metadata/sprig_population_count", np.array([5, 5]), "sprig_population"),
        ("node/nodes/w_rec_exc_7/weight", np.full((80, 80), np.inf), "weight"),
        ("node/nodes/w_rec_exc_7/type", "Conv9", "Conv9|NIR"),
    ],
)
def test_contradictions_are_refused_with_file_and_place(name, values, words, tmp_path):
    path = tmp_path / "bad.nir"
    to_nir(random_network(receptors=2), path)
    _changed(path, name, values)
    with pytest.raises(InputError, match=words) as refused:
        from_nir(path)
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)


def test_declared_sizes_that_the_file_does_not_hold_are_refused(tmp_path):
    path = tmp_path / "bomb.nir"
    to_nir(random_network(), path)
    with h5py.File(path, "r+") as file:
        del file[LIF + "tau"]
        file.create_dataset(LIF + "tau", shape=(10**10,), dtype="f8", chunks=(1024,))
    with pytest.raises(InputError, match="sprig.lif/tau: shape"):
        from_nir(path)


def test_too_many_neurons_for_dense_matrices_are_refused_before_memory_is_taken():
    large = random_network(n=20, delays=(1, 1))
    many = NetworkArrays(
        large.recurrent, {k: np.resize(v, 100000) for k, v in large.parameters.items()}, large.populations
    )
    with pytest.raises(ConversionError, match="SONATA"):
        to_nir(many)
