"""What Python computes has the command line's hash, for the same configuration and seed."""

import json

import numpy as np
import pytest

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
