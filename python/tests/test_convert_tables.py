"""Matrix Market, SciPy's and NumPy's matrices, edge lists: the same synapses there and back; hostile files refused."""

import numpy as np
import pytest

from carry_support import package, random_network

import sprig
from sprig.convert.arrays import NetworkArrays
from sprig.convert.command import SOURCE, TARGET, kind_of
from sprig.convert.tables import from_file, from_matrix_market, to_edge_list, to_matrix_market


def synapses(network):
    r = NetworkArrays.of(network).recurrent
    return list(zip(r.sources.tolist(), r.targets.tolist(), r.weights.tolist(), r.delay_steps.tolist()))


def test_matrix_market_is_read_by_scipy_as_source_by_target_and_comes_back(tmp_path):
    io = package("scipy.io")
    network = random_network()
    assert to_matrix_market(network, tmp_path / "net.mtx")
    r = network.recurrent
    matrix = io.mmread(tmp_path / "net.mtx").tocsr()
    assert np.array_equal(matrix.astype(np.float32).toarray()[r.sources, r.targets], r.weights)
    back, lost = from_matrix_market(tmp_path / "net.mtx", delay_ms=0.7, tau_m_ms=np.full(80, 11.0))
    assert "not given, sprig's taken: resistance = 1, e_l = 0, v_th = 1" in lost[-1] and "step_ms = 0.1" in lost[-1]
    assert "tau_m_ms" not in lost[-1] and "delay_ms" not in lost[-1]
    assert [s[:3] for s in synapses(back)] == [s[:3] for s in synapses(network)]
    assert set(back.delay_steps.tolist()) == {7} and set(back.tau_m_ms.tolist()) == {11.0}
    turned, _ = from_matrix_market(tmp_path / "net.mtx", orientation="target_source")
    assert sorted((t, s) for s, t, *_ in synapses(turned)) == [s[:2] for s in synapses(network)]


@pytest.mark.parametrize(
    "text, words",
    [
        ("", "MatrixMarket"),
        ("%%MatrixMarket matrix coordinate real general\n", "header"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 900000000000\n1 1 1\n", "declares"),
        ("%%MatrixMarket matrix coordinate real general\n900000000 900000000 1\n1 1 1\n", "declares"),
        ("%%MatrixMarket matrix array real general\n30000 30000\n1\n", "declares"),
        ("%%MatrixMarket matrix coordinate real general\n3 4 1\n1 1 1\n", "square"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 2\n1 1 1\n", "damaged"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 1\n4 1 1\n", "damaged|source"),
        ("%%MatrixMarket matrix coordinate real general\n3 3 1\n1 1 nan\n", "weight"),
        ("%%MatrixMarket matrix coordinate complex general\n3 3 1\n1 1 1 1\n", "complex"),
    ],
)
def test_bad_matrix_market_files_are_refused_by_name(text, words, tmp_path):
    (tmp_path / "bad.mtx").write_text(text)
    with pytest.raises(sprig.InputError, match=words) as refused:
        from_matrix_market(tmp_path / "bad.mtx")
    assert "bad.mtx" in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_scipys_and_numpys_files_give_the_same_synapses(form, tmp_path):
    sparse = package("scipy.sparse")
    network = random_network()
    r = network.recurrent
    matrix = sparse.coo_matrix((r.weights, (r.sources, r.targets)), shape=(80, 80)).asformat(form)
    sparse.save_npz(tmp_path / "m.npz", matrix)
    np.save(tmp_path / "m.npy", matrix.toarray())
    for name in ("m.npz", "m.npy"):
        back, _ = from_file(tmp_path / name)
        assert [s[:3] for s in synapses(back)] == [s[:3] for s in synapses(network)]
    cut = (tmp_path / "m.npz").read_bytes()
    for size in (0, 5, len(cut) // 2, len(cut) - 3):
        (tmp_path / "cut.npz").write_bytes(cut[:size])
        with pytest.raises(sprig.InputError, match="cut.npz"):
            from_file(tmp_path / "cut.npz")


def test_an_edge_list_comes_back_with_its_delays_and_names_are_numbered(tmp_path):
    network = random_network()
    to_edge_list(network, tmp_path / "e.csv")
    back, lost = from_file(tmp_path / "e.csv", neurons=80)
    assert synapses(back) == synapses(network) and "network.delay_ms" not in lost[0] and "network.step_ms" in lost[0]
    (tmp_path / "n.csv").write_text("source;target;weight\nAVAL;AVAR;2\nAVAR;AVBL;-1\n")
    named, lost = from_file(tmp_path / "n.csv")
    assert [s[:3] for s in synapses(named)] == [(0, 1, 2.0), (1, 2, -1.0)] and named.names == ("AVAL", "AVAR", "AVBL")


def test_a_file_is_the_network_that_the_command_line_reads(tmp_path, program):
    """With the column words, the keys and the defaults of network.file."""
    rows = ("pre post type synapses", "A B chemical 2", "B A electrical 1", "B C chemical 3")
    (tmp_path / "e.csv").write_text("".join(row.replace(" ", "\t") + "\n" for row in rows))
    assert kind_of(tmp_path / "e.csv") == "edges"
    network, lost = from_file(tmp_path / "e.csv", edge_types=["chemical"], i_dc=1.2)
    assert network.names == ("A", "B", "C") and network.weights.tolist() == [2.0, 3.0]
    assert any("1 edges of other types" in sentence for sentence in lost)
    keys = (f"network.file={tmp_path / 'e.csv'}", 'network.edge_types=["chemical"]', "neuron.i_dc=1.2")
    there = program("run", *keys, "run.duration_ms=100")
    assert sprig.run(network, 100.0, device="cpu").hash == there["hash"]


@pytest.mark.parametrize("source, target", [*zip(sorted(SOURCE), sorted(TARGET))])
def test_all_words_for_the_columns_of_an_edge_list_are_known(source, target, tmp_path):
    (tmp_path / "e.csv").write_text(f"{source},{target},weight\n0,1,1.5\n")
    assert kind_of(tmp_path / "e.csv") == "edges"
    assert from_file(tmp_path / "e.csv")[0].weights.tolist() == [1.5]
    np.savez(tmp_path / "e.npz", **{source: np.array([0]), target: np.array([1]), "weight": np.array([1.5])})
    assert kind_of(tmp_path / "e.npz") == "edges"
    assert from_file(tmp_path / "e.npz")[0].weights.tolist() == [1.5]


@pytest.mark.parametrize(
    "text, words",
    [
        ("a,b\n1,2\n", ":1: has no column source"),
        ("source,target,weight\n0,1\n", "bad.csv:2:"),
        ("source,target,weight\n0,1,x\n", ":2:5: weight: found"),
        ("source,target,weight\n0,4000000000,1\n", "index 4000000000"),
        ("source,target,weight\n0,1,nan\n", ":2:5: weight: found"),
        ("source,target,weight,delay_ms\n0,1,1,-2\n", ":2:7: delay_ms: found -2"),
        ("source,target,weight,delay_ms\n0,1,1,1e8\n", "delay"),
        ("", "is empty"),
    ],
)
def test_bad_edge_lists_are_refused_with_file_and_line(text, words, tmp_path):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(sprig.InputError, match=words) as refused:
        from_file(tmp_path / "bad.csv")
    assert "bad.csv" in str(refused.value)


def test_parallel_synapses_are_kept_or_added_up(tmp_path):
    (tmp_path / "e.csv").write_text("source,target,weight\n0,1,1\n0,1,2\n1,2,3\n")
    (tmp_path / "m.mtx").write_text("%%MatrixMarket matrix coordinate real general\n3 3 3\n1 2 1\n1 2 2\n2 3 3\n")
    for read, name in ((from_file, "e.csv"), (from_matrix_market, "m.mtx")):
        assert read(tmp_path / name)[0].synapses == 3
        assert read(tmp_path / name, duplicates="sum")[0].weights.tolist() == [3.0, 3.0]
        for wrong in (dict(orientation="up"), dict(duplicates="up"), dict(tau_ms=3)):
            with pytest.raises(sprig.ConfigError, match=next(iter(wrong))):
                read(tmp_path / name, **wrong)
