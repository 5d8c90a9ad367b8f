"""What Python computes has the command line's hash, for the same configuration and seed."""

import json

import numpy as np
import pytest
import scipy.sparse

import sprig

NETWORK = ("network.neurons=120", "network.density=0.1", "neuron.i_dc=1.1", "network.delay_ms=uniform(0.5, 3)")
DRIVE = {"poisson_rate_hz": 400.0, "poisson_weight": 0.2, "noise_sigma": 0.1}


@pytest.fixture
def network():
    return sprig.Network.random(neurons=120, density=0.1, i_dc=1.1, delay_ms="uniform(0.5, 3)", seed=7)


def of(section, options):
    return [f"{section}.{key}={json.dumps(value)}" for key, value in options.items()]


def test_a_run_has_the_hash_and_the_spikes_of_the_program(program, network):
    theirs = program("run", *NETWORK, *of("drive", DRIVE), "run.duration_ms=300", seed=7)
    ours = sprig.run(network, 300.0, drive=DRIVE, seed=7, device="cpu", threads=1)
    assert (ours.hash, ours.state_hash) == (theirs["hash"], theirs["state_hash"])
    assert ours.total_spikes == theirs["spikes"] > 0


def test_a_run_of_replicas_with_counts_has_the_hash_of_the_program(program, network):
    theirs = program("run", *NETWORK, *of("drive", DRIVE), "run.duration_ms=100", "run.replicas=3",
                     "run.record_spikes=false", "run.count_window_ms=10", seed=7)
    ours = sprig.run(network, 100.0, drive=DRIVE, seed=7, device="cpu", replicas=3, record=[sprig.Counts(10.0)])
    assert ours.hash == theirs["hash"]
    assert ours.counts.shape == (10, 120, 3)
    assert ours.counts.sum() == ours.total_spikes == theirs["spikes"]


def test_pruning_has_the_hash_of_the_program(program, network):
    steps = {"exponents": 8, "duration_ms": 100.0, "transient_ms": 50.0, "tangent_transient_ms": 20.0}
    theirs = program("prune", *NETWORK, *of("lyapunov", steps), "prune.density=0.4", "prune.rounds=2",
                     "prune.neuron_fraction=0.1", seed=7)
    ours = sprig.prune(network, method="lnp", density=0.4, rounds=2, neuron_fraction=0.1, lyapunov=steps, seed=7,
                       device="cpu")
    assert ours.hash == theirs["hash"] == ours.network.hash
    assert ours.before.exponents.tolist() == theirs["spectrum_before"]
    assert ours.after.exponents.tolist() == theirs["spectrum_after"]
    assert ours.rounds == theirs["rounds_detail"] and ours.guards == theirs["guards"]
    loaded = sprig.Network.load(theirs["folder"] / "network.npz")
    assert loaded.hash == ours.network.hash
    np.testing.assert_array_equal(ours.network.original_id, ours.kept)


def test_exponents_have_the_hash_of_the_program(program, network):
    steps = {"exponents": 6, "duration_ms": 200.0, "transient_ms": 50.0, "tangent_transient_ms": 20.0}
    theirs = program("lyapunov", *NETWORK, *of("lyapunov", steps), seed=7)
    ours = sprig.lyapunov(network, **steps, seed=7, device="cpu")
    assert ours.hash == theirs["hash"]
    assert ours.exponents.tolist() == theirs["exponents"] and ours.dimension == theirs["dimension"]


def test_learning_has_the_hash_of_the_program(program):
    few = {"neurons": 20, "train": 60, "label": 40, "test": 20, "steps": 60}
    theirs = program("learn", *of("learn", few), seed=7)
    ours = sprig.learn("glyphs", **few, seed=7, device="cpu")
    assert ours.hash == theirs["hash"]
    assert ours.accuracy == pytest.approx(theirs["accuracy"], abs=0)


def test_a_network_that_was_saved_runs_in_the_program_with_the_same_hash(program, tmp_path):
    weights = np.random.default_rng(1).normal(0.2, 0.3, (40, 40)) * (np.random.default_rng(2).random((40, 40)) < 0.2)
    network = sprig.Network.from_dense(weights, delay_ms=1.5, tau_m_ms=np.linspace(10, 30, 40), i_dc=1.2)
    network.save(tmp_path / "network.npz")
    theirs = program("run", f"network.file={json.dumps(str(tmp_path / 'network.npz'))}", "run.duration_ms=200")
    ours = sprig.run(network, 200.0, device="cpu")
    assert ours.hash == theirs["hash"] and ours.total_spikes > 0


def test_threads_never_change_a_result(network):
    hashes = {sprig.run(network, 100.0, threads=threads, device="cpu").hash for threads in (1, 2, 3)}
    assert len(hashes) == 1


DESCRIBED = """
[run]
duration_ms = 100.0
[neuron]
t_ref_ms = 1.0
[[population]]
name = "E"
size = 80
i_dc = 1.2
tau_m_ms = "gamma(3, 6.67)"
[[population]]
name = "I"
size = 20
i_dc = 1.2
[[projection]]
from = "E"
to = ["E", "I"]
rule = "bernoulli(0.1)"
weight = 0.1
delay_ms = "uniform(1, 3)"
[[projection]]
from = "I"
to = ["E", "I"]
rule = "fixed_in_degree(5)"
weight = -0.4
[[stimulus]]
to = "E"
kind = "poisson"
rate_hz = 200.0
weight = 0.2
[[stimulus]]
kind = "dc"
amplitude = 0.1
from_ms = 20.0
neurons = "0:10"
"""


def test_a_described_network_under_stimuli_has_the_hash_of_the_program(program):
    theirs = program("run", config=DESCRIBED, seed=5)
    network = sprig.Network.build(
        [sprig.Population("E", 80, i_dc=1.2, tau_m_ms="gamma(3, 6.67)"), sprig.Population("I", 20, i_dc=1.2)],
        [
            sprig.Projection("E", ["E", "I"], "bernoulli(0.1)", weight=0.1, delay_ms="uniform(1, 3)"),
            sprig.Projection("I", ["E", "I"], "fixed_in_degree(5)", weight=-0.4),
        ],
        t_ref_ms=1.0,
        seed=5,
    )
    stimulus = [
        sprig.Poisson("E", rate_hz=200.0, weight=0.2),
        sprig.DC(amplitude=0.1, from_ms=20.0, neurons=slice(0, 10)),
    ]
    ours = sprig.run(network, 100.0, stimulus=stimulus, seed=5, device="cpu")
    assert ours.hash == theirs["hash"] and ours.total_spikes > 100


def test_a_scipy_matrix_is_the_same_network_by_file_and_in_memory(program, tmp_path):
    matrix = scipy.sparse.random(60, 60, 0.1, "csr", random_state=1)
    scipy.sparse.save_npz(tmp_path / "w.npz", matrix)
    file = json.dumps(str(tmp_path / "w.npz"))
    theirs = program("run", f"network.file={file}", "run.duration_ms=100", "neuron.i_dc=1.2", seed=5)
    ours = sprig.run(sprig.Network.from_scipy(matrix, i_dc=1.2, seed=5), 100.0, seed=5, device="cpu")
    assert ours.hash == theirs["hash"] and ours.total_spikes > 0
    assert sprig.Network.load(tmp_path / "w.npz", i_dc=1.2, seed=5).hash == ours.network.hash
    turned = sprig.Network.load(tmp_path / "w.npz", orientation="target_source", i_dc=1.2, seed=5)
    assert turned.hash == sprig.Network.from_scipy(matrix, orientation="target_source", i_dc=1.2, seed=5).hash


def test_a_plain_network_and_run_are_those_of_the_program(program):
    theirs = program("run", "run.duration_ms=50")
    assert sprig.run(sprig.Network.random(), 50.0, device="cpu").hash == theirs["hash"]
