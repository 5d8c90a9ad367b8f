"""Spikes: the same there and back in every format, as libsonata, pynwb and neo see them."""

import json

import numpy as np
import pytest

import sprig
from carry_support import package

from sprig.convert.errors import InputError
from sprig.convert.spikes import Spikes, from_neo, read_spikes, to_neo, write_spikes


def some(n=50, count=2000):
    draw = np.random.default_rng(1)
    pairs = np.unique(np.stack([draw.integers(0, 5000, count), draw.integers(0, n, count)]), axis=1)
    return Spikes(pairs[0] * 0.1, pairs[1], 0.1, n)


@pytest.mark.parametrize(
    "name, needs", [("s.npz", None), ("s.csv", None), ("s.dat", None), ("s.h5", "h5py"), ("s.nwb", "pynwb")]
)
def test_spikes_come_back_to_the_step(name, needs, tmp_path):
    if needs:
        package(needs)
    spikes = some()
    write_spikes(spikes, tmp_path / name)
    back = read_spikes(tmp_path / name)
    assert np.array_equal(back.neuron, spikes.neuron)
    assert np.array_equal(np.rint(back.time_ms / 0.1), np.rint(spikes.time_ms / 0.1))


def test_libsonata_sees_the_same_spikes(tmp_path):
    libsonata = package("libsonata")
    spikes = some()
    write_spikes(spikes, tmp_path / "s.h5", population="E")
    population = libsonata.SpikeReader(str(tmp_path / "s.h5"))["E"]
    there = population.get()
    assert population.sorting == "by_time"
    assert sorted(there) == sorted(zip(spikes.neuron.tolist(), spikes.time_ms.tolist()))


def test_pynwb_sees_the_same_spikes_of_each_neuron(tmp_path):
    pynwb = package("pynwb")
    spikes = some()
    write_spikes(spikes, tmp_path / "s.nwb")
    with pynwb.NWBHDF5IO(tmp_path / "s.nwb", "r") as io:
        units = io.read().units
        assert len(units) == 50
        for i in (0, 7, 49):
            assert np.allclose(units["spike_times"][i] * 1000, spikes.time_ms[spikes.neuron == i])


def test_neo_has_a_train_a_neuron_and_gives_them_back():
    package("neo")
    spikes = some()
    block = to_neo(spikes, 500.0)
    assert len(block.segments[0].spiketrains) == 50 and float(block.segments[0].spiketrains[3].t_stop) == 500.0
    back = from_neo(block)
    assert np.array_equal(back.neuron, spikes.neuron) and np.allclose(back.time_ms, spikes.time_ms)


@pytest.mark.parametrize(
    "text, words",
    [
        ("time_ms,neuron\n1,2\nx,3\n", "line 3"),
        ("time_ms,neuron\n-1,2\n", "spike 0"),
        ("time_ms,neuron\nnan,2\n", "spike 0"),
        ("time_ms,neuron\n1,-2\n", "neurons"),
        ("a,b\n", "line 1"),
        ("", "empty"),
        ("sender time_ms\n5\n", "line 2"),
    ],
)
def test_bad_spike_files_are_refused_with_file_and_line(text, words, tmp_path):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(InputError, match=words) as refused:
        read_spikes(tmp_path / "bad.csv")
    assert "bad.csv" in str(refused.value)


def test_cut_files_are_refused_by_name(tmp_path):
    package("h5py")
    for name in ("s.npz", "s.h5"):
        write_spikes(some(), tmp_path / name)
        whole = (tmp_path / name).read_bytes()
        for size in (8, len(whole) // 2, len(whole) - 1):
            (tmp_path / name).write_bytes(whole[:size])
            with pytest.raises(InputError, match=name):
                read_spikes(tmp_path / name)


def test_what_a_run_writes_is_read_with_the_step_of_its_result(tmp_path):
    spikes = some()
    table = np.zeros(len(spikes.neuron), [("step", "<u4"), ("neuron", "<u4")])
    table["step"], table["neuron"] = np.rint(spikes.time_ms / 0.1), spikes.neuron
    np.save(tmp_path / "spikes.npy", table)
    with pytest.raises(InputError, match="records.json"):
        read_spikes(tmp_path / "spikes.npy")
    (tmp_path / "result.json").write_text('{"step_ms": 0.1}')
    assert read_spikes(tmp_path / "spikes.npy").step_ms == 0.1
    (tmp_path / "records.json").write_text('{"step_ms": 0.1}')
    (tmp_path / "result.json").unlink()  # of a run that was killed
    back = read_spikes(tmp_path / "spikes.npy")
    assert (
        np.array_equal(back.neuron, spikes.neuron) and np.allclose(back.time_ms, spikes.time_ms) and back.step_ms == 0.1
    )


def test_spikes_that_a_run_wrote_to_a_folder_are_read(tmp_path):
    network = sprig.Network.random(neurons=60, density=0.2, i_dc=1.2, step_ms=0.2, seed=3)
    memory = sprig.run(network, 200.0, device="cpu")
    sprig.run(network, 200.0, device="cpu", folder=tmp_path, record=["spikes", sprig.Probe("v", [3, 5], name="pv")])
    back = read_spikes(tmp_path / "spikes.npy")
    assert len(back.neuron) > 50 and np.array_equal(back.neuron, memory.spikes.neuron)
    assert np.allclose(back.time_ms, memory.spikes.time_ms) and back.step_ms == 0.2
    said = json.loads((tmp_path / "records.json").read_text())
    assert said["step_ms"] == 0.2 and [record["file"] for record in said["records"]] == ["spikes.npy", "pv.npy"]
    assert said["records"][1]["neurons"] == [[3, 6, 2]] and said["records"][1]["unit"] == "mV, absolute"


def test_records_json_is_that_of_the_program(tmp_path, program):
    there = program("run", "network.neurons=60", "network.density=0.2", "neuron.i_dc=1.2", "run.duration_ms=100")
    network = sprig.Network.random(neurons=60, density=0.2, i_dc=1.2)
    sprig.run(network, 100.0, device="cpu", folder=tmp_path / "here")
    assert (tmp_path / "here/records.json").read_text() == (there["folder"] / "records.json").read_text()
