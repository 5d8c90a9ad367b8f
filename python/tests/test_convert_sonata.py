"""SONATA: the same network comes back, libsonata reads the same edges, NEST's reader the same network."""

import json

import numpy as np
import pytest

from carry_support import package, random_network, same_arrays, spikes

h5py = package("h5py")

from sprig.convert.errors import InputError
from sprig.convert.sonata import to_sonata
from sprig.convert.sonata_read import from_sonata


@pytest.mark.parametrize(
    "given",
    [
        dict(),
        dict(receptors=2, input_channels=5),
        dict(synapse="delta", weight=0.02),
        dict(e_l=-65.0, v_th=-50.0, v_reset=-60.0, resistance=0.04, v_initial=-60.0, i_dc=(400, 500)),
    ],
)
def test_a_network_that_comes_back_is_the_same(given, tmp_path):
    network = random_network(**given)
    to_sonata(network, tmp_path / "circuit")
    back, lost = from_sonata(tmp_path / "circuit")
    one_receptor = {"tau_syn_inh_ms"} if network.receptors == 1 else set()  # not used there
    assert set(same_arrays(network, back)) <= one_receptor and lost == []
    assert np.array_equal(spikes(network), spikes(back))


def test_libsonata_reads_the_same_edges_from_both_ends(tmp_path):
    libsonata = package("libsonata")
    network = random_network()
    to_sonata(network, tmp_path / "circuit")
    storage = libsonata.EdgeStorage(str(tmp_path / "circuit/edges.h5"))
    r, seen = network.recurrent, 0
    for name in storage.population_names:
        edges = storage.open_population(name)
        source, target = (next(p for p in network.populations if p.name == n) for n in (edges.source, edges.target))
        every = libsonata.Selection([(0, edges.size)])
        triples = set(
            zip(
                (edges.source_nodes(every) + source.first).tolist(),
                (edges.target_nodes(every) + target.first).tolist(),
                edges.get_attribute("syn_weight", every).tolist(),
                np.rint(edges.get_attribute("delay", every) / network.step_ms).astype(int).tolist(),
            )
        )
        there = set(zip(r.sources.tolist(), r.targets.tolist(), r.weights.tolist(), r.delay_steps.tolist()))
        assert triples <= there
        seen += edges.size
        node = 3
        afferent = edges.source_nodes(edges.afferent_edges([node])) + source.first
        mine = (
            (r.targets == node + target.first) & (r.sources >= source.first) & (r.sources < source.first + source.count)
        )
        assert sorted(afferent.tolist()) == sorted(r.sources[mine].tolist())
        efferent = edges.target_nodes(edges.efferent_edges([node])) + target.first
        mine = (
            (r.sources == node + source.first) & (r.targets >= target.first) & (r.targets < target.first + target.count)
        )
        assert sorted(efferent.tolist()) == sorted(r.targets[mine].tolist())
    assert seen == len(r)
    nodes = libsonata.NodeStorage(str(tmp_path / "circuit/nodes.h5")).open_population("exc")
    tau = nodes.get_dynamics_attribute("tau_m", libsonata.Selection([(0, nodes.size)]))
    assert np.array_equal(tau, network.tau_m_ms[: nodes.size])
    libsonata.CircuitConfig.from_file(str(tmp_path / "circuit/circuit_config.json"))


@pytest.mark.parametrize(
    "file, name, values, words",
    [
        ("edges.h5", "edges/exc__inh__chemical/source_node_id", np.array([10**9]), "source_node_id"),
        ("edges.h5", "edges/exc__inh__chemical/0/syn_weight", np.array([np.nan]), "syn_weight"),
        ("edges.h5", "edges/exc__inh__chemical/0/delay", np.array([-1.0]), "delay"),
        ("edges.h5", "edges/exc__inh__chemical/0/delay", np.array([1e7]), "delay"),
        ("nodes.h5", "nodes/exc/0/dynamics_params/tau_m", np.array([0.0]), "tau_m"),
        ("nodes.h5", "nodes/exc/0/dynamics_params/V_th", None, "V_th of exc"),
    ],
)
def test_what_is_out_of_range_is_refused_with_file_and_place(file, name, values, words, tmp_path):
    to_sonata(random_network(), tmp_path / "c")
    with h5py.File(tmp_path / "c" / file, "r+") as h5:
        if values is None:
            del h5[name]
        else:
            h5[name][4] = values[0]
    with pytest.raises(InputError, match=words) as refused:
        from_sonata(tmp_path / "c")
    assert str(tmp_path) in str(refused.value) and "\n" not in str(refused.value)


def test_cut_files_and_bad_configurations_are_refused_by_name(tmp_path):
    to_sonata(random_network(), tmp_path / "c")
    edges = (tmp_path / "c/edges.h5").read_bytes()
    for size in (0, 10, 600, len(edges) // 2, len(edges) - 1):
        (tmp_path / "c/edges.h5").write_bytes(edges[:size])
        with pytest.raises(InputError, match="edges.h5"):
            from_sonata(tmp_path / "c")
    for text in ("", "[]", "{", '{"networks": 3}', '{"networks": {"nodes": [{"nodes_file": "none.h5"}]}}', "[" * 10000):
        (tmp_path / "c/circuit_config.json").write_text(text)
        with pytest.raises(InputError, match="c/"):
            from_sonata(tmp_path / "c")


def test_types_and_files_of_parameters_stand_in_for_what_nodes_lack(tmp_path):
    """A circuit as BMTK writes it: parameters in a JSON file, weight and delay in edge_types.csv, a virtual source."""
    with h5py.File(tmp_path / "nodes.h5", "w") as file:
        for name, n in (("cells", 3), ("lgn", 2)):
            group = file.create_group(f"nodes/{name}")
            group["node_type_id"] = np.full(n, 100 if name == "cells" else 101)
            group["node_group_id"], group["node_group_index"] = np.zeros(n, int), np.arange(n)
            group.create_group("0")
    with h5py.File(tmp_path / "edges.h5", "w") as file:
        for name, s, t, of in (("a", [0, 2], [1, 1], "cells"), ("b", [1], [0], "lgn")):
            group = file.create_group(f"edges/{name}")
            group["source_node_id"], group["target_node_id"] = np.array(s), np.array(t)
            group["source_node_id"].attrs["node_population"], group["target_node_id"].attrs["node_population"] = (
                of,
                "cells",
            )
            group["edge_type_id"] = np.full(len(s), 7)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/lif.json").write_text(
        json.dumps(dict(tau_m=10.0, C_m=250.0, V_th=-50.0, V_reset=-65.0, E_L=-65.0, t_ref=1.0))
    )
    (tmp_path / "node_types.csv").write_text(
        "node_type_id model_type model_template dynamics_params\n"
        "100 point_neuron nest:iaf_psc_exp lif.json\n101 virtual NULL NULL\n"
    )
    (tmp_path / "edge_types.csv").write_text("edge_type_id syn_weight delay\n7 -3.5 2.0\n")
    (tmp_path / "circuit_config.json").write_text(
        json.dumps(
            {
                "manifest": {"$NET": "$BASE", "$BASE": "."},
                "components": {"point_neuron_models_dir": "$BASE/models"},
                "networks": {
                    "nodes": [{"nodes_file": "$NET/nodes.h5", "node_types_file": "$NET/node_types.csv"}],
                    "edges": [{"edges_file": "$NET/edges.h5", "edge_types_file": "$NET/edge_types.csv"}],
                },
            }
        )
    )
    network, lost = from_sonata(tmp_path, step_ms=0.5)
    assert lost == ["not given, sprig's taken: tau_syn_exc_ms = 5, tau_syn_inh_ms = 5, i_dc = 0, v_initial = e_l"]
    assert from_sonata(tmp_path)[1][0].endswith("v_initial = e_l, step_ms = 0.1")
    assert np.allclose(network.resistance, 0.04) and network.receptors == 2
    assert network.recurrent.weights.tolist() == [-3.5, -3.5] and network.recurrent.delay_steps.tolist() == [4, 4]
    assert network.input.rows == 2 and network.input.targets.tolist() == [0]


def test_a_folder_with_anything_else_in_it_is_not_replaced(tmp_path):
    network, folder = random_network(n=10), tmp_path / "net"
    to_sonata(network, folder)
    to_sonata(network, folder)  # over what it wrote
    for other in ("notes.txt", "results"):
        (folder / other).mkdir() if other == "results" else (folder / other).write_text("mine")
        with pytest.raises(InputError, match=other):
            to_sonata(network, folder)
        assert (folder / other).exists() and (folder / "nodes.h5").exists()
        (folder / other).rmdir() if other == "results" else (folder / other).unlink()
    (folder / "nodes.h5").unlink()
    (folder / "nodes.h5").mkdir()
    with pytest.raises(InputError, match="nodes.h5"):
        to_sonata(network, folder)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(InputError, match="link"):
        to_sonata(network, tmp_path / "link")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "net"]
