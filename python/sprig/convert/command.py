"""python -m sprig convert IN OUT: networks and spikes to and from other formats, and what each loses, said."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from .. import errors
from . import nir, nir_read, simulators, sonata, sonata_read, spikes, tables
from .arrays import PARAMETERS, NetworkArrays, Path
from .errors import ConversionError, InputError
from .files import DAMAGED_ZIP, first_line, hdf5_file, plain_file

# Columns of edge lists, and arrays of them in .npz: the words of host/formats/edge_list.cpp.
SOURCE = frozenset({"source", "pre", "from", "src", "presynaptic"})
TARGET = frozenset({"target", "post", "to", "dst", "postsynaptic"})

EXIT_CONFIG, EXIT_INPUT = 3, 4  # as the program's

# name: (what it looks like, can be read, what it loses)
FORMATS = {
    "sprig": ("network.npz", "nothing, but synapses that learn, which it does not hold"),
    "nir": ("FILE.nir", nir.LOST),
    "snntorch": (
        "FILE.nir, --to snntorch",
        "as nir, and: delays other than one step, a second synaptic time constant, v_reset; 0.1 ms by Euler's rule",
    ),
    "norse": ("FILE.nir, --to norse", "as snntorch, but its step is the network's"),
    "sonata": ("a folder", sonata.LOST),
    "matrix": ("FILE.mtx (Matrix Market); in only: .npy, scipy's .npz", tables.LOST_MATRIX),
    "edges": (
        "FILE.csv: source, target, weight, delay_ms; in too: pre, post, synapses, ..., .npz of such arrays",
        tables.LOST_EDGES,
    ),
    "brian2": ("NAME.py, --to brian2; out only", simulators.LOST_BRIAN2),
    "nest": ("NAME.py, --to nest; out only", simulators.LOST_NEST),
    "spikes": (
        "spikes.npy, .npz, .h5 (SONATA), .nwb, .dat (NEST), .csv: time_ms, neuron",
        "replicas but the first; but for .npz: the step",
    ),
}


def describe() -> str:
    """The table of --help."""
    lines = ["formats, told apart by content when read and by ending when written, and what they lose:"]
    for name, (looks, lost) in FORMATS.items():
        lines.append(f"  {name:9} {looks}\n            loses: {lost}")
    lines.append(
        "\nwhat a matrix or an edge list lacks: --set NAME=VALUE with NAME of "
        + ", ".join(PARAMETERS)
        + ", delay_ms, step_ms, neurons, or how it is read: orientation=target_source, duplicates=sum, ids=name, "
        "nodes=FILE, edge_types=WORD, unlisted=leave_out, groups=by_sign, as [network] has them"
    )
    return "\n".join(lines)


def kind_of(path: Path) -> str:
    """What a file or folder holds, by content."""
    path = os.fspath(path)
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, "circuit_config.json")):
            return "sonata"
        raise InputError(path, "is a folder without circuit_config.json")
    plain_file(path)
    with open(path, "rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        return _kind_of_npz(path)
    if start.startswith(b"\x93NUMPY") and b"'neuron'" in start:
        return "spikes"
    if start.startswith(b"\x93NUMPY") or start.startswith(b"%%MatrixMarket"):
        return "matrix"
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        with hdf5_file(path) as file:
            if "node" in file:
                return "nir"
            if "spikes" in file or "nwb_version" in file.attrs:
                return "spikes"
        raise InputError(path, "is an HDF5 file of no known kind; allowed: NIR, SONATA spikes, NWB")
    try:
        text = start.decode("utf-8", errors="strict" if len(start) < 4096 else "ignore")
    except UnicodeDecodeError as error:
        raise InputError(path, "is of no known format") from error
    if path.endswith(".json") and "networks" in text:
        return "sonata"
    head = next((line for line in text.splitlines() if line and not line.startswith("#")), "")
    columns = {word.strip().strip('"').lower() for word in re.split(r"[,;\t]", head)}
    if columns & SOURCE and columns & TARGET:
        return "edges"
    if "time_ms" in head:
        return "spikes"
    raise InputError(path, "is of no known format; see python -m sprig convert --help")


def _kind_of_npz(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
    except DAMAGED_ZIP as error:
        raise InputError(path, f"is no .npz file, or is damaged or truncated: {first_line(error)}") from error
    if "sprig_format" in names:
        return "sprig"
    if "neuron" in names and names & {"step", "time_ms"}:
        return "spikes"
    if names & SOURCE and names & TARGET:
        return "edges"
    if "format" in names or len(names) == 1:
        return "matrix"
    raise InputError(
        path, "is an .npz of no known kind; allowed: a network of sprig, a matrix, source and target of edges, spikes"
    )


def convert(
    source: Path, target: Path, to: str | None = None, peer: str | None = None, delays: str = "exact", **given: Any
) -> tuple[str, str, list[str]]:
    """Converts a file or folder into another; returns (what it was, what it became, what was lost)."""
    found = kind_of(source)
    target = os.fspath(target)
    if found == "spikes":
        became = to or "spikes"
        if became != "spikes":
            raise ConversionError(f"to: found {became!r}; spikes become spikes: .npz, .h5, .nwb, .dat, .csv")
        return found, became, spikes.write_spikes(spikes.read_spikes(source), target)
    became = to or _by_ending(target)
    if became in ("brian2", "nest"):
        _refuse_own_source(source, target)
    network, lost = _read(found, source, peer, given)
    writers: dict[str, Callable[[], Any]] = {
        "sprig": lambda: _save(network, target),
        "nir": lambda: nir.to_nir(network, target, delays=delays),
        "snntorch": lambda: nir.to_nir(network, target, peer="snntorch"),
        "norse": lambda: nir.to_nir(network, target, peer="norse"),
        "sonata": lambda: sonata.to_sonata(network, target),
        "matrix": lambda: tables.to_matrix_market(network, target),
        "edges": lambda: tables.to_edge_list(network, target),
        "brian2": lambda: simulators.write_brian2_script(network, target),
        "nest": lambda: simulators.write_nest_script(network, target),
    }
    if became not in writers:
        raise ConversionError(f"to: found {became!r}; allowed: {', '.join(writers)}")
    return found, became, lost + writers[became]()


def _read(found: str, source: Path, peer: str | None, given: dict[str, Any]) -> tuple[NetworkArrays, list[str]]:
    if found == "sprig":
        _none_given(found, given)
        return NetworkArrays.load(source), []
    if found == "nir":
        step = {k: given.pop(k) for k in ("step_ms", "t_ref_ms") if k in given}
        _none_given(found, given)
        return nir_read.from_nir(source, peer=peer, **step)
    if found == "sonata":
        step = {"step_ms": given.pop("step_ms")} if "step_ms" in given else {}
        _none_given(found, given)
        return sonata_read.from_sonata(source, **step)
    with open(source, "rb") as file:
        market = file.read(14) == b"%%MatrixMarket"
    network, lost = tables.from_matrix_market(source, **given) if market else tables.from_file(source, **given)
    return NetworkArrays.of(network), lost


def _save(network: NetworkArrays, target: str) -> list[str]:
    network.save(target)
    return []


def _refuse_own_source(source: Path, script: str) -> None:
    """Beside a script is written the network that it reads: never over the one that is converted."""
    for written in (script, os.path.splitext(script)[0] + ".npz"):
        if os.path.exists(written) and os.path.samefile(source, written):
            raise ConversionError(f"{script}: would be written over {written}, which is converted; choose another name")


def _none_given(found: str, given: dict[str, Any]) -> None:
    if given:
        raise ConversionError(f"{sorted(given)[0]}: cannot be set: {found} holds it")


def _by_ending(target: str) -> str:
    ending = os.path.splitext(target)[1]
    known = {".npz": "sprig", ".nir": "nir", ".mtx": "matrix", ".csv": "edges", "": "sonata"}
    if ending == ".py":
        raise ConversionError("a .py is a script for --to brian2 or --to nest")
    if ending not in known:
        raise ConversionError(
            f"{target}: no format has the ending {ending}; allowed: {', '.join(k for k in known if k)}, "
            f"a folder (SONATA), or name it with --to"
        )
    return known[ending]


def _value(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ConversionError(f"--set {text}: allowed: NAME=VALUE")
    if name in ("step_ms", "t_ref_ms"):  # of any format
        try:
            return name, float(value)
        except ValueError:
            raise ConversionError(f"--set {name}: found {value!r}; allowed: a number") from None
    if name == "edge_types":
        return name, value.split(",")
    if value in ("true", "false"):
        return name, value == "true"
    for number in (int, float):
        with contextlib.suppress(ValueError):
            return name, number(value)
    return name, value


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sprig")
    verbs = parser.add_subparsers(dest="verb", metavar="convert", required=True)
    verb = verbs.add_parser(
        "convert",
        help="networks and spikes to and from other formats",
        description="Converts a network or spikes and says what is lost.",
        epilog=describe(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("source", metavar="IN")
    verb.add_argument("target", metavar="OUT")
    verb.add_argument(
        "--to", choices=[k for k in FORMATS if k != "spikes"], help="format of OUT, where its ending does not say it"
    )
    verb.add_argument(
        "--peer", choices=("snntorch", "norse"), help="who wrote the NIR file IN: its spike counts 1 in one step"
    )
    verb.add_argument(
        "--delays", choices=("exact", "mean"), default="exact", help="in NIR: a matrix for every delay, or their mean"
    )
    verb.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="what IN lacks; see below")
    verb.add_argument("--json", action="store_true", help="say what was lost as JSON")
    options = parser.parse_args(arguments)
    try:
        found, became, lost = convert(
            options.source,
            options.target,
            options.to,
            options.peer,
            options.delays,
            **dict(_value(text) for text in options.set),
        )
    except errors.InputError as error:
        return _refused(error, EXIT_INPUT)
    except errors.ConfigError as error:
        return _refused(error, EXIT_CONFIG)
    except OSError as error:
        return _refused(f"{error.filename}: {error.strerror}", EXIT_INPUT)
    if options.json:
        print(json.dumps(dict(source=found, target=became, lost=lost)))
        return 0
    print(f"{options.source} ({found}) -> {options.target} ({became})")
    for sentence in dict.fromkeys(lost):
        print(f"  lost: {sentence}")
    if not lost:
        print("  lost: nothing")
    return 0


def _refused(error: object, code: int) -> int:
    print(f"sprig: {error}", file=sys.stderr)
    return code
