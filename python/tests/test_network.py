"""Networks in and out of NumPy and SciPy; what is refused, each with one typed error."""

import gc

import numpy as np
import pytest
import scipy.sparse

import sprig


def sparse(n=50, density=0.1, seed=0):
    return scipy.sparse.random(n, n, density, "csr", random_state=seed, data_rvs=np.random.default_rng(seed).standard_normal)


def test_a_scipy_matrix_comes_back_as_it_went_in():
    matrix = sparse().astype(np.float32)
    back = sprig.Network.from_scipy(matrix).to_scipy()
    assert (back != matrix).nnz == 0 and back.shape == matrix.shape and back.dtype == np.float32


@pytest.mark.parametrize("kind", ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"])
def test_every_kind_of_sparse_matrix_is_the_same_network(kind):
    matrix = sparse()
    assert sprig.Network.from_scipy(matrix.asformat(kind)).hash == sprig.Network.from_scipy(matrix).hash


def test_target_source_is_the_transposed_matrix():
    matrix = sparse()
    turned = sprig.Network.from_scipy(matrix.T, orientation="target_source")
    assert turned.hash == sprig.Network.from_scipy(matrix).hash
    assert (turned.to_scipy(orientation="target_source") != matrix.T.astype(np.float32)).nnz == 0


def test_dense_sparse_and_edges_are_the_same_network():
    matrix = sparse()
    source, target = matrix.nonzero()
    networks = [
        sprig.Network.from_scipy(matrix),
        sprig.Network.from_dense(matrix.toarray()),
        sprig.Network.from_edges(source, target, np.asarray(matrix[source, target]).ravel(), neurons=50),
    ]
    assert len({network.hash for network in networks}) == 1
    np.testing.assert_array_equal(networks[0].to_dense(), matrix.toarray().astype(np.float32))


def test_multapses_are_kept_in_their_order():
    network = sprig.Network.from_edges([0, 0, 0], [1, 1, 0], [3.0, 2.0, 1.0], delay_ms=[1.0, 2.0, 3.0], neurons=2)
    assert network.indices.tolist() == [0, 1, 1]
    assert network.weights.tolist() == [1.0, 3.0, 2.0] and network.delay_steps.tolist() == [30, 10, 20]
    assert network.to_dense().tolist() == [[1.0, 5.0], [0.0, 0.0]]


def test_delays_of_entries_may_be_a_number_an_array_or_a_matrix():
    matrix = sparse().tocsr()
    delays = matrix.copy()
    delays.data = np.linspace(0.5, 9.5, matrix.nnz)
    by_matrix = sprig.Network.from_scipy(matrix, delay_ms=delays)
    by_array = sprig.Network.from_scipy(matrix, delay_ms=delays.tocoo().data)
    by_dense = sprig.Network.from_dense(matrix.toarray(), delay_ms=delays.toarray() + 100 * (matrix.toarray() == 0))
    assert by_matrix.hash == by_array.hash == by_dense.hash
    assert sprig.Network.from_scipy(matrix, delay_ms=1.5).delay_steps.strides == (0,)  # stands in memory once


def test_parameters_are_one_value_or_one_a_neuron():
    tau = np.linspace(5, 50, 50)
    network = sprig.Network.from_scipy(sparse(), tau_m_ms=tau, v_th=2.0, e_l=0.5, v_initial=np.full(50, 0.7))
    np.testing.assert_array_equal(network.tau_m_ms, tau)
    assert set(network.v_th) == {2.0} and set(network.v_initial) == {0.7}
    drawn = sprig.Network.from_scipy(sparse(), tau_m_ms="gamma(3, 6.67)", seed=5)
    assert len(set(drawn.tau_m_ms)) == 50 and drawn.hash != sprig.Network.from_scipy(sparse(), seed=6).hash
    assert set(network.parameters()) >= {"tau_m_ms", "resistance", "t_ref_ms", "i_dc", "tau_theta_ms"}


def test_populations_follow_from_signs_or_are_given():
    weights = np.zeros((4, 4))
    weights[0, 1], weights[3, 0] = 1.0, -1.0
    two = sprig.Network.from_dense(weights)
    assert [(p.name, p.count, p.inhibitory) for p in two.populations] == [("exc", 3, False), ("inh", 1, True)]
    given = sprig.Network.from_dense(weights, populations={"a": 1, "b": 2, "c": 1})
    assert [(p.name, p.first, p.count) for p in given.populations] == [("a", 0, 1), ("b", 1, 2), ("c", 3, 1)]
    unsigned = sprig.Network.from_dense(abs(weights), sign=[1, 1, 1, -1])
    np.testing.assert_array_equal(unsigned.to_dense(), weights)
    weights[1, 2] = weights[2, 1] = -1.0
    weights[2, 3] = 1.0
    assert [p.name for p in sprig.Network.from_dense(weights).populations] == ["all"]


def test_arrays_are_views_that_outlive_their_network():
    network = sprig.Network.from_scipy(sparse(), tau_m_ms=np.linspace(5, 50, 50))
    assert np.shares_memory(network.weights, network.weights)
    weights, tau, delays = network.weights, network.tau_m_ms, network.delay_steps
    kept = weights.copy(), tau.copy(), delays.copy()
    del network
    gc.collect()
    trash = [np.full(10000, 7.0) for _ in range(100)]
    for array, copy in zip((weights, tau, delays), kept):
        np.testing.assert_array_equal(array, copy)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    del trash


def test_spikes_outlive_their_run():
    network = sprig.Network.random(neurons=50, density=0.1, i_dc=1.2)
    run = sprig.run(network, 100.0, device="cpu")
    neuron, step = run.spikes.neuron, run.spikes.step.copy()
    count = len(run.spikes)
    kept = neuron.copy()
    del run
    gc.collect()
    np.testing.assert_array_equal(neuron, kept)
    assert count == len(step) and (np.diff(step) >= 0).all()


def test_a_network_comes_back_from_its_file(tmp_path):
    network = sprig.Network.random(neurons=60, density=0.2, delay_ms="uniform(1, 5)", seed=9)
    network.save(tmp_path / "net.npz")
    assert sprig.Network.load(tmp_path / "net.npz").hash == network.hash
    assert sprig.Network.load(str(tmp_path / "net.npz")).synapses == network.synapses


GOOD = {"source": [0, 1], "target": [1, 0], "weight": [0.5, -0.5]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"source": [0, -1]}, r"source\[1\]: found -1"),
        ({"source": [0, 2**40]}, r"source\[1\]: found 1099511627776"),
        ({"source": [0.0, 1.0]}, "source: found an array of float64"),
        ({"source": [[0, 1]]}, "source: found an array of 2 dimensions"),
        ({"target": [1]}, "synapses.target: found 1 values; allowed: 2"),
        ({"target": [1, 5], "neurons": 2}, r"synapses.target\[1\]: found 5; allowed: below 2 neurons"),
        ({"weight": [0.5, np.nan]}, r"synapses.weight\[1\]: found nan"),
        ({"weight": [0.5, np.inf]}, r"synapses.weight\[1\]: found inf"),
        ({"weight": [0.5, 1e300]}, r"synapses.weight\[1\]: found 1e\+300"),
        ({"weight": ["a", "b"]}, "weight: found an array of <U1"),
        ({"weight": [1j, 0]}, "weight: found an array of complex128"),
        ({"weight": [[1.0], [0.5]]}, "weight: found an array of 2 dimensions"),
        ({"weight": [0.5, 0.1, 0.2]}, "synapses.weight: found 3 values; allowed: 2"),
        ({"delay_ms": -1.0}, "network.delay_ms: found -1"),
        ({"delay_ms": [1.0, 0.0]}, r"synapses.delay_ms\[1\]: found 0"),
        ({"delay_ms": [1.0, -2.5]}, r"synapses.delay_ms\[1\]: found -2.5; allowed: above 0"),
        ({"delay_ms": [1.0, np.nan]}, r"synapses.delay_ms\[1\]: found nan"),
        ({"delay_ms": [1.0, 1e9]}, r"synapses.delay_ms\[1\]: found .*32767 steps"),
        ({"delay_ms": [1.0, 2.0, 3.0]}, "synapses.delay_ms: found 3 values"),
        ({"delay_ms": 1e9}, "network.delay_ms: found 1"),
        ({"delay_ms": "normal(1)"}, "network.delay_ms: found the text"),
        ({"step_ms": 0.0}, "network.step_ms: found 0"),
        ({"tau_m_ms": [1.0, 2.0, 3.0]}, "tau_m_ms: found 3 values"),
        ({"tau_m_ms": [1.0, -2.0]}, r"tau_m_ms\[1\]"),
        ({"tau_m_ms": [1.0, np.nan]}, r"tau_m_ms\[1\]"),
        ({"tau_m_ms": -3}, "neuron.tau_m_ms: found"),
        ({"tau_m_ms": "gama(3, 2)"}, "neuron.tau_m_ms: found the text"),
        ({"v_reset": 2.0}, "v_reset"),
        ({"populations": {"a": 3}}, "populations: found 3 neurons"),
        ({"sign": [2, 1]}, r"^sign\[0\]: found 2; allowed: -1, 0 or 1$"),
        ({"sign": [1, 0.5]}, r"^sign\[1\]: found 0.5; allowed: -1, 0 or 1$"),
        ({"sign": ["exc", "inh"]}, "sign: found an array of <U3"),
        ({"synapse": "alpha"}, 'neuron.synapse: found the text "alpha"; allowed: "delta" or "exponential"'),
        ({"duplicates": "add"}, 'duplicates: found "add"; allowed: "multapses" or "sum"'),
        ({"neurons": 0, "source": [], "target": [], "weight": []}, "neurons: found 0"),
    ],
)
def test_wrong_arrays_are_each_one_typed_error(changed, words):
    with pytest.raises(sprig.ConfigError, match=words) as caught:
        sprig.Network.from_edges(**{**GOOD, **changed})
    assert isinstance(caught.value, ValueError) and "\n" not in str(caught.value)


def test_multapses_may_be_summed():
    network = sprig.Network.from_edges([0, 0, 0], [1, 1, 0], [3.0, 2.0, 1.0], neurons=2, duplicates="sum")
    assert network.weights.tolist() == [1.0, 5.0] and network.notes


def test_matrices_that_are_not_square_or_no_matrices_are_refused():
    with pytest.raises(sprig.ConfigError, match="square"):
        sprig.Network.from_scipy(scipy.sparse.csr_matrix(np.ones((2, 3))))
    with pytest.raises(sprig.ConfigError, match="square"):
        sprig.Network.from_dense(np.ones(3))
    with pytest.raises(sprig.ConfigError, match="ndarray"):
        sprig.Network.from_scipy(np.ones((2, 2)))
    with pytest.raises(sprig.ConfigError, match="orientation"):
        sprig.Network.from_dense(np.ones((2, 2)), orientation="rows")
    with pytest.raises(TypeError, match="tau_m"):
        sprig.Network.from_dense(np.ones((2, 2)), tau_ms=3)


def test_options_are_refused_in_the_words_of_the_configuration():
    network = sprig.Network.random(neurons=20, density=0.2)
    with pytest.raises(sprig.ConfigError, match=r"^prune.density: found 2; allowed: a number in \(0, 1\]$") as caught:
        sprig.prune(network, density=2.0)
    assert caught.value.where == "prune.density"
    with pytest.raises(sprig.ConfigError, match="^prune.method: found .*allowed: .*lnp"):
        sprig.prune(network, method="lpn")
    with pytest.raises(sprig.ConfigError, match="^lyapunov.duratoin_ms: unknown key; did you mean lyapunov.duration_ms"):
        sprig.prune(network, lyapunov={"duratoin_ms": 3.0})
    with pytest.raises(TypeError, match="did you mean density"):
        sprig.prune(network, densty=0.5)
    with pytest.raises(TypeError, match="lyapunov={'exponents': ...}"):
        sprig.prune(network, exponents=5)
    with pytest.raises(sprig.ConfigError, match="run.seed: found -1"):
        sprig.run(network, 10.0, seed=-1)
    with pytest.raises(sprig.ConfigError, match="record.0.indices: found neuron 20; allowed: below 20"):
        sprig.run(network, 10.0, record=[sprig.Probe("v", [20])])
    with pytest.raises(sprig.DeviceError):
        sprig.run(network, 10.0, device="cuda:9999")
    with pytest.raises(TypeError):
        sprig.run("net.npz", 10.0)


def test_files_that_are_not_there_or_no_networks_are_input_errors(tmp_path):
    with pytest.raises(sprig.InputError, match="none.npz") as caught:
        sprig.Network.load(tmp_path / "none.npz")
    assert isinstance(caught.value, OSError)
    (tmp_path / "text.npz").write_text("no zip")
    with pytest.raises(sprig.InputError, match="text.npz"):
        sprig.Network.load(tmp_path / "text.npz")
    with pytest.raises(sprig.InputError):
        sprig.Network.random(neurons=10, density=0.5).save(tmp_path / "no" / "folder.npz")


def test_probes_and_rates_fit_the_spikes():
    network = sprig.Network.random(neurons=40, density=0.1, i_dc=1.3)
    run = sprig.run(network, 200.0, record=["spikes", sprig.Probe("v", [3, 5]), sprig.Probe("i", [3, 5])], device="cpu")
    assert run.probe["v"].shape == run.probe["i"].shape == (2000, 2, 1) and "theta" not in run.probe
    np.testing.assert_allclose(run.rates, np.bincount(run.spikes.neuron, minlength=40) / 0.2)
    assert run.population_rates["exc"] == pytest.approx(run.rates[:32].mean())
    resets = run.probe["v"][run.spikes.step[run.spikes.neuron == 3], 0, 0]
    assert (resets == network.v_reset[3]).all()
    assert sprig.run(network, 200.0, record=[], device="cpu").spikes is None


def test_images_may_be_arrays():
    rng = np.random.default_rng(1)
    images, labels = rng.integers(0, 255, (60, 8, 8), dtype=np.uint8), np.arange(60) % 10
    learned = sprig.learn((images, labels), neurons=10, label=20, steps=30, device="cpu")
    assert learned.complete and learned.models[0].weights.shape == (64, 10)
    assert learned.models[0].stages[-1]["confusion"].sum() == 12
    with pytest.raises(sprig.ConfigError, match="8-bit pixels"):
        sprig.learn((images.astype(float), labels))
    with pytest.raises(sprig.ConfigError, match="as many of both"):
        sprig.learn((images, labels[:-1]))


def test_what_was_decided_while_a_file_was_read_is_in_notes(tmp_path):
    (tmp_path / "edges.csv").write_text("pre,post,synapses\n1,2,3\n2,1,4\n")
    network = sprig.Network.load(tmp_path / "edges.csv")
    assert any("edges.csv" in note and "index 0" in note for note in network.notes), network.notes
    network.save(tmp_path / "own.npz")
    assert sprig.Network.load(tmp_path / "own.npz").notes == ()
    assert sprig.Network.random(neurons=20, density=0.2).notes == ()
