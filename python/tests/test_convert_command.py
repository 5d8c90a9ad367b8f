"""python -m sprig convert: formats by content and ending, losses printed, one line a refusal."""

import json
import subprocess
import sys

import numpy as np
import pytest

import sprig
from carry_support import package, random_network, same_arrays

from sprig.convert.arrays import NetworkArrays
from sprig.convert.command import FORMATS, main


def test_a_network_goes_round_all_formats_that_hold_it(tmp_path, capsys):
    package("nir"), package("h5py")
    network = random_network(receptors=2, tau_m_ms=np.full(80, 16.0), tau_syn_exc_ms=4.0, tau_syn_inh_ms=8.0)
    path = [str(tmp_path / name) for name in ("a.npz", "b.nir", "c", "d.npz")]
    network.save(path[0])
    for source, target in zip(path, path[1:]):
        assert main(["convert", source, target]) == 0
    assert same_arrays(NetworkArrays.load(path[3]), network) == []
    out = capsys.readouterr().out
    assert "b.nir (nir)" in out and "lost: t_ref_ms: NIR has no refractory time, but for sprig in its metadata" in out


def test_losses_are_said_as_json_too(tmp_path, capsys):
    random_network().save(tmp_path / "a.npz")
    assert main(["convert", str(tmp_path / "a.npz"), str(tmp_path / "a.csv"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["target"] == "edges" and "parameters of neurons" in said["lost"][0]


def test_help_lists_every_format_with_what_it_loses(capsys):
    with pytest.raises(SystemExit):
        main(["convert", "--help"])
    out = capsys.readouterr().out
    assert all(name in out for name in FORMATS) and out.count("loses:") == len(FORMATS)


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["none.npz", "a.nir"], 4, "none.npz"),
        (["bad.npz", "a.nir"], 4, "bad.npz"),
        (["a.npz", "a.xyz"], 3, ".xyz"),
        (["a.npz", "a.py"], 3, "brian2"),
        (["a.npz", "b.nir", "--set", "tau_m_ms=3"], 3, "tau_m_ms"),
        (["text.txt", "b.nir"], 4, "text.txt"),
        (["a.csv", "b.npz", "--set", "tau_x=1"], 3, "tau_x"),
        (["a.npz", "no/where/b.npz"], 4, "no/where"),
    ],
)
def test_refusals_are_one_line_with_the_programs_exit_codes(arguments, code, words, tmp_path, capsys, monkeypatch):
    package("nir")
    monkeypatch.chdir(tmp_path)
    random_network(n=10).save("a.npz")
    (tmp_path / "bad.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:500])
    (tmp_path / "text.txt").write_text("hello\n")
    (tmp_path / "a.csv").write_text("source,target,weight\n0,1,1\n")
    before = sorted(p.name for p in tmp_path.iterdir())
    assert main(["convert", *arguments]) == code
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_every_way_of_damaging_a_network_file_is_refused(tmp_path):
    random_network(n=10).save(tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    for size in range(0, len(whole), 97):
        (tmp_path / "cut.npz").write_bytes(whole[:size])
        assert main(["convert", str(tmp_path / "cut.npz"), str(tmp_path / "b.csv")]) == 4
    draw, refused = np.random.default_rng(0), 0
    for _ in range(200):  # damage is refused, or was in what nobody reads; nothing else is raised
        bad = bytearray(whole)
        for at in draw.integers(0, len(bad), 5):
            bad[at] ^= 0xFF
        (tmp_path / "bad.npz").write_bytes(bytes(bad))
        refused += main(["convert", str(tmp_path / "bad.npz"), str(tmp_path / "b.csv")]) in (3, 4)
    assert refused > 150


def test_it_is_a_module_that_can_be_run(tmp_path):
    random_network(n=10).save(tmp_path / "a.npz")
    done = subprocess.run(
        [sys.executable, "-m", "sprig", "convert", str(tmp_path / "a.npz"), str(tmp_path / "a.csv")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "lost:" in done.stdout, done.stderr


@pytest.mark.parametrize("to", ["brian2", "nest"])
def test_a_script_never_takes_the_place_of_the_network_that_it_is_made_of(to, tmp_path, capsys):
    named = random_network(n=10)
    named.neuron_name = [f"n{i}" for i in range(10)]
    named.save(tmp_path / "n.npz")
    before = (tmp_path / "n.npz").read_bytes()
    assert main(["convert", str(tmp_path / "n.npz"), str(tmp_path / "n.py"), "--to", to]) == 3
    assert "n.npz" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["n.npz"] and (tmp_path / "n.npz").read_bytes() == before
    # Nor that of another.
    (tmp_path / "other.npz").write_bytes(before)
    assert main(["convert", str(tmp_path / "n.npz"), str(tmp_path / "other.py"), "--to", to]) == 3
    for _ in range(2):  # its own it replaces
        assert main(["convert", str(tmp_path / "n.npz"), str(tmp_path / "script.py"), "--to", to]) == 0
    assert "lost: names of neurons: n0, n1, n2, ..." in capsys.readouterr().out
    assert main(["convert", str(tmp_path / "script.npz"), str(tmp_path / "script.py"), "--to", to]) == 3


def test_names_clusters_and_ids_go_from_npz_to_npz(tmp_path, capsys):
    """"lost: nothing" is said, and nothing is."""
    network = sprig.Network.random(neurons=60, density=0.3, topology="clustered", clusters=3, i_dc=1.2, seed=3)
    pruned = sprig.prune(network, method="random", density=0.1, spectra=False, device="cpu").network
    pruned.save(tmp_path / "a.npz")
    assert main(["convert", str(tmp_path / "a.npz"), str(tmp_path / "b.npz")]) == 0
    assert "lost: nothing" in capsys.readouterr().out
    back = sprig.Network.load(tmp_path / "b.npz")
    assert back.cluster is not None and np.array_equal(back.cluster, pruned.cluster)
    assert np.array_equal(back.synapse_id, pruned.synapse_id) and back.synapse_id[-1] >= pruned.synapses
    assert np.array_equal(back.original_id, pruned.original_id) and back.hash == pruned.hash
    named = sprig.Network.from_edges([0, 1], [1, 2], [1.0, -1.0], names=["AVAL", "a b", "\u00e9"])
    named.save(tmp_path / "c.npz")
    assert main(["convert", str(tmp_path / "c.npz"), str(tmp_path / "d.npz")]) == 0
    assert sprig.Network.load(tmp_path / "d.npz").names == named.names
    with np.load(tmp_path / "c.npz") as one, np.load(tmp_path / "d.npz") as other:
        assert set(one.files) == set(other.files)
    assert main(["convert", str(tmp_path / "c.npz"), str(tmp_path / "e.mtx")]) == 0
    assert "lost: names of neurons: AVAL, a b, \u00e9" in capsys.readouterr().out
