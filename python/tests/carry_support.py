"""Networks for the converters' tests, and the spikes that the program `sprig` gives for them."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
import pytest

from sprig.convert.arrays import NetworkArrays, Population, parameters_of, synapses_of

ROOT = pathlib.Path(__file__).resolve().parents[2]


def missing(reason):
    """Skips for want of a package; under SPRIG_REQUIRE_PEERS=1 fails."""
    if os.environ.get("SPRIG_REQUIRE_PEERS") == "1":
        pytest.fail(f"{reason}, and SPRIG_REQUIRE_PEERS=1", pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def package(name, reason="", minversion=None):
    """The optional package `name`, or missing()."""
    try:
        return pytest.importorskip(name, minversion=minversion, reason=reason or None)
    except pytest.skip.Exception as skipped:
        missing(reason or f"the Python package {name} is not installed{f' ({skipped})' if minversion else ''}")


def data(path):
    """A file of SPRIG_DATA, the folder of data sets; a skip where it is absent, under SPRIG_REQUIRE_DATA=1 a failure."""
    whole = pathlib.Path(os.environ.get("SPRIG_DATA", ROOT / "../shared/data")) / path
    if whole.exists():
        return whole
    if os.environ.get("SPRIG_REQUIRE_DATA") == "1":
        pytest.fail(f"{whole} does not exist, and SPRIG_REQUIRE_DATA=1", pytrace=False)
    pytest.skip(f"{whole} does not exist; SPRIG_DATA names the folder of data sets")


def program():
    """The program of this build; tests that run networks skip without it."""
    for path in (os.environ.get("SPRIG_PROGRAM"), ROOT / "build/cpu-release/sprig", shutil.which("sprig")):
        if path and os.access(path, os.X_OK):
            return str(path)
    pytest.skip("no program `sprig`: build it, or name it in SPRIG_PROGRAM")


def random_network(
    n=80,
    density=0.15,
    seed=1,
    *,
    synapse="exponential",
    receptors=1,
    delays=(5, 15),
    i_dc=(1.0, 1.3),
    weight=0.12,
    input_channels=0,
    **given,
):
    """Fires by its own constant current; four neurons of five excite."""
    draw = np.random.default_rng(seed)
    source, target = np.nonzero(draw.random((n, n)) < density)
    excitatory = 4 * n // 5
    size = weight * draw.random(len(source)) * np.where(source < excitatory, 1, -4)
    steps = draw.integers(delays[0], delays[1] + 1, len(source)) if delays[1] > delays[0] else delays[0]
    parameters = dict(
        tau_m_ms=draw.gamma(8, 2.5, n) + 2,
        t_ref_ms=np.full(n, 2.0),
        i_dc=draw.uniform(*i_dc, n),
        v_initial=draw.uniform(0, 0.9, n),
        tau_syn_exc_ms=np.full(n, 5.0),
        tau_syn_inh_ms=np.full(n, 8.0),
    )
    parameters.update(given)
    channels = None
    if input_channels:
        s, t = np.nonzero(draw.random((input_channels, n)) < 0.3)
        channels = synapses_of(input_channels, s, t, draw.random(len(s)), 3)
    return NetworkArrays(
        synapses_of(n, source, target, size, steps),
        parameters_of(n, **parameters),
        [Population("exc", 0, excitatory), Population("inh", excitatory, n - excitatory, True)],
        synapse=synapse,
        receptors=receptors,
        input=channels,
    )


def spikes(network, duration_ms=500.0, *settings):
    """[spike](step, neuron) of a run of `network` by the program."""
    sprig = program()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        network.save(folder / "network.npz")
        command = [sprig, "run", "--quiet", "--threads", "1", "--device", "cpu", "--out", str(folder / "run")]
        for text in (f"network.file={folder / 'network.npz'}", f"run.duration_ms={duration_ms}", *settings):
            command += ["--set", text]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return recorded(folder / "run")


def recorded(folder):
    """[spike](step, neuron) of a run folder."""
    spikes = np.load(folder / "spikes.npy")
    return np.stack([spikes["step"].astype(np.int64), spikes["neuron"].astype(np.int64)], axis=1)


def same_arrays(a, b):
    """Names of what differs between two networks."""
    differ = [name for name in a.parameters if not np.array_equal(a.parameters[name], b.parameters[name])]
    for which in ("recurrent", "input"):
        x, y = getattr(a, which), getattr(b, which)
        if x is None or y is None:
            differ += [] if (x is None or len(x) == 0) and (y is None or len(y) == 0) else [which]
            continue
        differ += [
            f"{which}.{field}"
            for field in ("weights", "targets", "offsets", "delay_steps", "synapse_id")
            if not np.array_equal(getattr(x, field), getattr(y, field))
        ]
    differ += [
        field
        for field in ("populations", "step_ms", "synapse", "receptors", "reset", "adaptive", "neuron_name")
        if getattr(a, field) != getattr(b, field)
    ]
    return differ
