"""The chemical connectome of C. elegans (White et al. 1986), where it is at hand: to NIR and SONATA, read back by the
packages `nir` and libsonata. SPRIG_CELEGANS names the table: pre, post, type, synapses, tab-separated."""

import csv
import os
import pathlib

import numpy as np
import pytest

from carry_support import package, same_arrays

from sprig.convert.tables import network_of_edges


@pytest.fixture
def worm():
    path = os.environ.get("SPRIG_CELEGANS", "")
    if not path or not pathlib.Path(path).exists():
        pytest.skip("SPRIG_CELEGANS names no table of the connectome")
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["type"] == "chemical"]
    senders = {row["pre"] for row in rows}
    rows = [row for row in rows if row["post"] in senders]  # muscles send nothing
    names = sorted({row[end] for row in rows for end in ("pre", "post")})
    inhibitory = {name for name in names if name.startswith(("DD", "VD", "RME"))}  # GABA
    number = {name: i for i, name in enumerate(names)}
    weight = [float(row["synapses"]) * 0.1 * (-1 if row["pre"] in inhibitory else 1) for row in rows]
    network = network_of_edges(
        len(names),
        [number[row["pre"]] for row in rows],
        [number[row["post"]] for row in rows],
        weight,
        delay_ms=1.0,
        i_dc=1.1,
    )
    assert len(network) > 250 and len(network.recurrent) > 1500
    return network


def test_nir_has_the_worms_weights(worm, tmp_path):
    nir = package("nir")
    from sprig.convert.nir import to_nir
    from sprig.convert.nir_read import from_nir

    to_nir(worm, tmp_path / "worm.nir")
    graph = nir.read(tmp_path / "worm.nir")
    weight = next(
        node for name, node in graph.nodes.items() if name.startswith("w_rec") and isinstance(node, nir.Affine)
    ).weight
    r = worm.recurrent
    dense = np.zeros((len(worm), len(worm)))
    np.add.at(dense, (r.targets, r.sources), r.weights.astype(float))
    assert np.array_equal(weight, dense)
    assert same_arrays(worm, from_nir(tmp_path / "worm.nir")[0]) in ([], ["recurrent.weights"])


def test_libsonata_has_the_worms_edges(worm, tmp_path):
    libsonata = package("libsonata")
    from sprig.convert.sonata import to_sonata

    to_sonata(worm, tmp_path / "worm")
    edges = libsonata.EdgeStorage(str(tmp_path / "worm/edges.h5")).open_population("all__all__chemical")
    every = libsonata.Selection([(0, edges.size)])
    assert np.array_equal(edges.source_nodes(every), worm.recurrent.sources)
    assert np.array_equal(edges.target_nodes(every), worm.recurrent.targets)
    assert np.array_equal(edges.get_attribute("syn_weight", every).astype(np.float32), worm.recurrent.weights)
