"""Populations, projections, stimuli and records: against closed forms, and against the program."""

import warnings

import numpy as np
import pytest

import sprig

pytestmark = pytest.mark.filterwarnings("ignore::sprig.ActivityWarning")

LIF = {"synapse": "delta", "v_th": 1e9, "tau_m_ms": 20.0, "v_initial": 0.0, "t_ref_ms": 0.0}  # never fires


def alone(neurons=2, **options):
    return sprig.Network.from_edges([], [], [], neurons=neurons, **{**LIF, **options})


def potential(network, duration_ms, stimulus, **options):
    run = sprig.run(network, duration_ms, stimulus=stimulus, record=[sprig.Probe("v")], device="cpu", **options)
    return run.probe["v"][:, :, 0].astype(float)


def test_a_constant_current_charges_the_membrane_exponentially():
    v = potential(alone(), 100.0, sprig.DC(amplitude=3.0))
    t = 0.1 * (1 + np.arange(1000))
    np.testing.assert_allclose(v[:, 0], 3.0 * (1 - np.exp(-t / 20.0)), rtol=1e-4)
    np.testing.assert_array_equal(v[:, 0], v[:, 1])


def test_stimuli_add_up_and_keep_to_their_neurons_and_times():
    both = potential(alone(), 50.0, [sprig.DC(amplitude=3.0, neurons=0), sprig.DC(amplitude=1.0, from_ms=20.0)])
    one = potential(alone(), 50.0, [sprig.DC(amplitude=1.0, from_ms=20.0)])
    assert (one[:200] == 0).all() and (one[200:] > 0).all()
    np.testing.assert_array_equal(both[:, 1], one[:, 1])
    t = 0.1 * (1 + np.arange(500))
    np.testing.assert_allclose(both[:, 0] - one[:, 0], 3.0 * (1 - np.exp(-t / 20.0)), rtol=1e-4)


def test_an_array_of_currents_is_held_for_its_samples_a_column_a_neuron():
    values = np.zeros((5, 2))
    values[1, 0], values[3, 1] = 2.0, -1.0
    v = potential(alone(), 50.0, sprig.Current(None, values, sample_ms=10.0))
    assert (v[:100] == 0).all()
    assert v[:, 0].argmax() == 199 and v[:, 1].argmin() == 399
    step = 2.0 * (1 - np.exp(-10.0 / 20.0))
    assert v[199, 0] == pytest.approx(step, rel=1e-4) and v[399, 1] == pytest.approx(-step / 2, rel=1e-4)


def test_given_spikes_jump_the_potential_when_they_arrive():
    spikes = sprig.Spikes([10.0, 10.0, 30.0], [0, 1, 1], weight=0.5)
    v = potential(alone(), 50.0, spikes)
    jumps = np.diff(v, axis=0, prepend=0.0) > 0.4
    assert jumps[:, 0].sum() == 1 and jumps[:, 1].sum() == 2
    assert np.flatnonzero(jumps[:, 1])[1] - np.flatnonzero(jumps[:, 1])[0] == 200
    assert abs(int(np.flatnonzero(jumps[:, 0])[0]) - 100) <= 1


def test_poisson_spikes_have_their_rate():
    network = alone(neurons=1000, v_th=0.5, v_reset=0.0, tau_m_ms=1.0)
    run = sprig.run(network, 1000.0, stimulus=sprig.Poisson(rate_hz=20.0, weight=1.0), device="cpu", seed=4)
    assert abs(run.total_spikes - 20000) < 4 * np.sqrt(20000)


def test_noise_has_the_deviation_of_its_closed_form():
    v = potential(alone(neurons=2000), 200.0, sprig.Noise(sigma=1.0), seed=2)
    decay = np.exp(-0.1 / 20.0)
    deviation = (1 - decay) / np.sqrt(1 - decay**2)
    assert v[-1].std() == pytest.approx(deviation, rel=0.07)


def test_populations_and_projections_are_what_their_rules_say():
    network = sprig.Network.build(
        [sprig.Population("E", 80, tau_m_ms=np.linspace(10, 30, 80)), sprig.Population("I", 20, tau_m_ms=5.0)],
        [
            sprig.Projection("E", "I", "all_to_all", weight=0.5, delay_ms=2.0),
            sprig.Projection("I", "E", "fixed_in_degree(5)", weight=-1.0),
            sprig.Projection("E", "E", edges=([0, 1], [1, 2], [0.25, 0.75], [1.0, 3.0])),
        ],
        seed=3,
    )
    assert [(p.name, p.count, p.inhibitory) for p in network.populations] == [("E", 80, False), ("I", 20, True)]
    np.testing.assert_array_equal(network.tau_m_ms, np.r_[np.linspace(10, 30, 80), np.full(20, 5.0)])
    w = network.to_dense()
    assert (w[:80, 80:] == 0.5).all()
    assert (w[80:, :80].sum(axis=0) == -5).all()
    assert w[0, 1] == 0.25 and w[1, 2] == 0.75 and (w[:80, :80] != 0).sum() == 2
    dense_delays = dict(zip(zip(network.sources.tolist(), network.indices.tolist()), network.delay_steps.tolist()))
    assert dense_delays[0, 80] == 20 and dense_delays[1, 2] == 30


def test_wrong_descriptions_name_their_key():
    good = [sprig.Population("E", 10)]
    for populations, projections, words in [
        ([sprig.Population("E", 0)], [], "population.E.size: found 0"),
        ([sprig.Population("E", 10, tau_m_ms=-1.0)], [], "population.E.tau_m_ms: found"),
        ([sprig.Population("E", 10, tau_m_ms="gama(1)")], [], "population.E.tau_m_ms: found 'gama"),
        ([sprig.Population("E", 10, tau_m_ms=[1.0, 2.0])], [], "population.E.tau_m_ms"),
        (good, [sprig.Projection("E", "E", "bernoulli(2)")], "projection.0.rule"),
        (good, [sprig.Projection("E", "E", "bernouli(0.2)")], "projection.0.rule: found 'bernouli"),
        (good, [sprig.Projection("E", "X", "all_to_all")], "projection.0.to"),
        (good, [sprig.Projection("E", "E", "all_to_all", delay_ms=-1.0)], "projection.0.delay_ms"),
    ]:
        with pytest.raises(sprig.ConfigError, match=words):
            sprig.Network.build(populations, projections)
    with pytest.raises(TypeError, match="Population"):
        sprig.Network.build([("E", 10)])


def test_wrong_stimuli_name_their_key():
    network = alone()
    for stimulus, words in [
        (sprig.Poisson("X", 10.0, 1.0), "stimulus.0.to"),
        (sprig.Poisson(rate_hz=-1.0, weight=1.0), "stimulus.0.rate_hz: found -1"),
        (sprig.Noise(sigma=float("nan")), "stimulus.0.sigma: found nan"),
        (sprig.DC(amplitude=1.0, neurons="a:b"), "stimulus.0.neurons"),
        (sprig.Current(None, np.ones((5, 3))), "stimulus.0"),
        (sprig.Spikes([1.0], [7], weight=1.0), "stimulus.0"),
        (sprig.Spikes([-1.0], [0], weight=1.0), "stimulus.0"),
    ]:
        with pytest.raises(sprig.ConfigError, match=words):
            sprig.run(network, 10.0, stimulus=stimulus, device="cpu")
    with pytest.raises(sprig.ConfigError, match=r"\[sample\]\[neuron\]"):
        sprig.Current(None, 3.0)
    with pytest.raises(TypeError, match="stimulus"):
        sprig.run(network, 10.0, stimulus=["poisson"])


def test_a_silent_run_says_so_and_one_that_fires_does_not():
    with pytest.warns(sprig.ActivityWarning, match="fire"):
        sprig.run(alone(neurons=50), 200.0, device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sprig.run(sprig.Network.random(neurons=100), 200.0, device="cpu")  # fires without more


def test_records_of_a_run_fit_its_spikes(tmp_path):
    network = sprig.Network.random(neurons=50, density=0.1, i_dc=1.3, seed=2)
    record = ["spikes", sprig.Counts(10.0), sprig.Rate(50.0), sprig.Record("spikes", of="inh", name="inh")]
    run = sprig.run(network, 100.0, record=record, device="cpu")
    counts = np.zeros((10, 50), int)
    np.add.at(counts, (run.spikes.step // 100, run.spikes.neuron), 1)
    np.testing.assert_array_equal(run.counts[:, :, 0], counts)
    np.testing.assert_allclose(run.records["rate"][:, 0], counts[:, :40].reshape(2, 5, 40).sum(axis=(1, 2)) / 40 / 0.05)
    assert len(run.records["inh"]) == (run.spikes.neuron >= 40).sum()
    on_disk = sprig.run(network, 100.0, record=record, device="cpu", folder=tmp_path / "run")
    assert on_disk.hash == run.hash and len(on_disk.files) == 4
    np.testing.assert_array_equal(np.load(tmp_path / "run" / "spikes.npy")["neuron"], run.spikes.neuron)


def test_a_projection_that_learns_is_the_same_at_its_second_use():
    """build() takes nothing out of what it is given."""
    excitatory = sprig.Population("E", 40, i_dc=1.3)
    learns = sprig.Projection("E", "E", "bernoulli(0.2)", weight=0.1, stdp={"w_max": 1.0})
    stdp = dict(learns.given["stdp"])
    hashes = [
        sprig.run(sprig.Network.build([excitatory], [learns], seed=2), 200.0, device="cpu").state_hash
        for _ in range(2)
    ]
    assert learns.given["stdp"] == stdp and hashes[0] == hashes[1]
    constant = sprig.Projection("E", "E", "bernoulli(0.2)", weight=0.1)
    still = sprig.run(sprig.Network.build([excitatory], [constant], seed=2), 200.0, device="cpu")
    assert still.state_hash != hashes[0], "it does learn"
