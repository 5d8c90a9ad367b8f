"""Brian2 and NEST are given the network and spike at the same steps."""
import os
import subprocess
import sys

import numpy as np
import pytest

from carry_support import package, random_network, spikes

from sprig.convert.errors import ConversionError
from sprig.convert.simulators import to_brian2, to_nest, write_brian2_script

CASES = {
    "one receptor": dict(),
    "two receptors": dict(receptors=2),
    "delta synapses": dict(synapse="delta", weight=0.02),
    "no refractory time": dict(t_ref_ms=0.0),
    "units of mV and pA": dict(e_l=-65.0, v_th=-50.0, v_reset=-60.0, resistance=0.04, v_initial=-60.0, i_dc=(400, 500),
                               weight=30.0, receptors=2),
}
# The state of the ordinary program is float32, that of Brian2 and NEST double: a spike at the edge of a step may fall to
# its other side. A program built with SPRIG_DOUBLE=ON, named in SPRIG_PROGRAM_DOUBLE, is compared spike by spike.
DOUBLE = os.environ.get("SPRIG_PROGRAM_DOUBLE")
MS = 500.0 if DOUBLE else 60.0


def compare(network, found, monkeypatch):
    if DOUBLE:
        monkeypatch.setenv("SPRIG_PROGRAM", DOUBLE)
    there, found = spikes(network, MS), np.stack(found, axis=1)
    assert len(there) > (500 if DOUBLE else 60)
    if DOUBLE:
        assert np.array_equal(there, found)
    else:
        both = set(map(tuple, there.tolist())) & set(map(tuple, found.tolist()))
        assert len(both) >= 0.9 * max(len(there), len(found))


@pytest.mark.parametrize("case", CASES)
def test_brian2_has_the_same_spikes(case, monkeypatch):
    brian2 = package("brian2")
    brian2.prefs.codegen.target = "numpy"
    network = random_network(**CASES[case])
    compare(network, to_brian2(network).run(MS), monkeypatch)


@pytest.mark.parametrize("change", ["soft", "adaptive"])
def test_brian2_has_the_same_spikes_with_soft_reset_and_adaptive_threshold(change, monkeypatch):
    package("brian2").prefs.codegen.target = "numpy"
    network = random_network(theta_plus=0.05, tau_theta_ms=40.0)
    network.reset, network.adaptive = ("soft", False) if change == "soft" else ("hard", True)
    compare(network, to_brian2(network).run(MS), monkeypatch)


@pytest.mark.parametrize("case", CASES)
def test_nest_has_the_same_spikes(case, monkeypatch):
    package("nest")
    network = random_network(**CASES[case])
    compare(network, to_nest(network).run(MS), monkeypatch)


def test_spikes_of_input_channels_act_alike_in_brian2_and_nest():
    package("brian2").prefs.codegen.target = "numpy"
    package("nest")
    network = random_network(input_channels=5, i_dc=(0.5, 0.5))
    draw = np.random.default_rng(3)
    times, channel = np.sort(draw.integers(0, 3000, 400)) * 0.1, draw.integers(0, 5, 400)
    times, channel = np.unique(np.stack([times, channel]), axis=1)
    one = to_brian2(network, (times, channel.astype(int))).run(300.0)
    other = to_nest(network, (times, channel.astype(int))).run(300.0)
    assert len(one[0]) > 100
    assert np.array_equal(one, other)


def test_the_script_runs_alone_and_prints_the_same_spikes(tmp_path):
    package("brian2")
    network = random_network(n=20)
    write_brian2_script(network, tmp_path / "net.py")
    done = subprocess.run([sys.executable, str(tmp_path / "net.py"), "60"], capture_output=True, text=True, check=True,
                          cwd=tmp_path, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    there = spikes(network, 60.0)
    assert np.array_equal(there, np.array([line.split() for line in done.stdout.split("\n") if line], int))


def test_what_nest_has_no_neuron_for_is_refused():
    package("nest")
    network = random_network()
    network.adaptive = True
    with pytest.raises(ConversionError, match="adaptive"):
        to_nest(network)
