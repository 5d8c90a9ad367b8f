"""Spikes: sprig's spikes.npy, SONATA's spikes.h5, NWB (pynwb), NEST's .dat, CSV, and neo's objects.

A spike of step t is at t h ms. NEST dates it at the end of its step, (t + 1) h; its file is read and written so.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import json
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._arrays import Array
from .arrays import Path
from .errors import ConversionError, InputError, need
from .files import first_line, hdf5_file, load_npz, plain_file, whole_file

LOST = {
    "sonata": "replicas but the first; the step (times in ms)",
    "nwb": "replicas but the first; neurons without a spike are kept, the step is not (times in s)",
    "nest": "replicas but the first; the step",
    "csv": "replicas but the first; the step (times in ms)",
}


@dataclasses.dataclass
class Spikes:
    """By time, and by neuron where times are equal. step_ms: 0 where it is not known."""

    time_ms: Array
    neuron: Array
    step_ms: float = 0.0
    neurons: int = 0  # how many there are; 0: not known


def _sorted(where: str, time_ms: Any, neuron: Any, step_ms: float = 0.0, neurons: int = 0) -> Spikes:
    time_ms, neuron = np.asarray(time_ms, float), np.asarray(neuron)
    if time_ms.ndim != 1 or time_ms.shape != neuron.shape:
        raise InputError(
            where, f"times and neurons: have shapes {time_ms.shape} and {neuron.shape}; allowed: equal lists"
        )
    bad = ~np.isfinite(time_ms) | (time_ms < 0)
    if bad.any():
        raise InputError(
            where, f"time of spike {int(np.argmax(bad))}: found {time_ms[np.argmax(bad)]}; allowed: at least 0"
        )
    if len(neuron) and (neuron.dtype.kind not in "iu" or neuron.min() < 0 or neuron.max() >= 2**31):
        raise InputError(where, "neurons: allowed: whole numbers from 0")
    order = np.lexsort((neuron, time_ms))
    return Spikes(time_ms[order], neuron[order].astype(np.int64), float(step_ms), int(neurons))


def as_spikes(spikes: Any) -> Spikes:
    """Those of a run (run.spikes), of its first replica."""
    if isinstance(spikes, Spikes):
        return spikes
    if not hasattr(spikes, "replica"):
        raise ConversionError(f"a {type(spikes).__name__} is no record of spikes; allowed: run.spikes, read_spikes()")
    first = np.asarray(spikes.replica) == 0
    step, neuron = np.asarray(spikes.step)[first], np.asarray(spikes.neuron)[first]
    return _sorted("spikes", step * spikes.step_ms, neuron, spikes.step_ms)


def read_spikes(path: Path, population: str | None = None) -> Spikes:
    """Spikes of a file; its kind by content. population: of a SONATA file that has several."""
    path = os.fspath(path)
    plain_file(path)
    with open(path, "rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        return _read_npz(path)
    if start.startswith(b"\x93NUMPY"):
        return _read_npy(path)
    if start == b"\x89HDF\r\n\x1a\n":
        with hdf5_file(path) as file:
            if "nwb_version" in file.attrs:
                return _read_nwb(path, file)
            if "spikes" not in file:
                raise InputError(path, "has neither /spikes (SONATA) nor an nwb_version (NWB)")
            return _read_sonata(path, file["spikes"], population)
    return _read_text(path)


def _read_npz(path: str) -> Spikes:
    a = load_npz(path)
    if "neuron" not in a or ("step" not in a and "time_ms" not in a):
        raise InputError(path, "has no arrays neuron and step or time_ms")
    step_ms = float(a["step_ms"]) if "step_ms" in a and a["step_ms"].shape == () else 0.0
    if "step" in a and not step_ms > 0:
        raise InputError(path, "step_ms: has to be a number > 0, beside step")
    time, neuron = a["step"] * step_ms if "step" in a else a["time_ms"], a["neuron"]
    if a.get("replica", np.zeros(0)).shape == neuron.shape:
        time, neuron = time[a["replica"] == 0], neuron[a["replica"] == 0]
    return _sorted(path, time, neuron, step_ms)


def _read_npy(path: str) -> Spikes:
    """What a run writes: spikes with fields step and neuron, and records.json or result.json beside them."""
    try:
        spikes = np.load(path, allow_pickle=False, mmap_mode="r")
    except (ValueError, OSError, EOFError) as error:
        raise InputError(path, f"is no .npy array, or is truncated: {first_line(error)}") from error
    if spikes.dtype.names is None or not {"step", "neuron"} <= set(spikes.dtype.names):
        raise InputError(path, "has no fields step and neuron")
    step_ms = _step_beside(path)
    step, neuron = np.asarray(spikes["step"]), np.asarray(spikes["neuron"])
    if "replica" in spikes.dtype.names:
        step, neuron = step[spikes["replica"] == 0], neuron[spikes["replica"] == 0]
    return _sorted(path, step * step_ms, neuron, step_ms)


def _step_beside(path: str) -> float:
    """step_ms of records.json, which a run writes before it begins, or of result.json."""
    folder = os.path.dirname(os.path.abspath(path))
    for name in ("records.json", "result.json"):
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                step_ms = float(json.load(file)["step_ms"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
        if 0 < step_ms < float("inf"):
            return step_ms
    raise InputError(path, "has steps, and neither records.json nor result.json beside it says how long one is")


def _read_sonata(path: str, groups: Any, population: str | None) -> Spikes:
    names = list(groups)
    if population is None and len(names) != 1:
        raise InputError(path, f"/spikes has populations {', '.join(names)}; name one")
    name = population or names[0]
    if name not in groups:
        raise InputError(path, f"/spikes has no population {name}; allowed: {', '.join(names)}")
    group = groups[name]
    times = group["timestamps"][()]
    unit = group["timestamps"].attrs.get("units", "ms")
    unit = unit.decode() if isinstance(unit, bytes) else unit
    if unit not in ("ms", "s"):
        raise InputError(path, f"/spikes/{name}/timestamps: units {unit!r}; allowed: 'ms' or 's'")
    return _sorted(path, np.asarray(times, float) * (1000 if unit == "s" else 1), group["node_ids"][()])


def _read_nwb(path: str, file: Any) -> Spikes:
    units = file.get("units")
    if units is None or "spike_times" not in units or "spike_times_index" not in units:
        raise InputError(path, "has no /units with spike_times and spike_times_index")
    times, ends = (
        np.asarray(units["spike_times"][()], float),
        np.asarray(units["spike_times_index"][()]).astype(np.int64),
    )
    if len(ends) and (ends[-1] != len(times) or (np.diff(ends) < 0).any() or ends[0] < 0):
        raise InputError(path, f"/units/spike_times_index: does not go up to {len(times)}")
    neuron = np.repeat(np.arange(len(ends)), np.diff(np.concatenate([[0], ends]))) if len(ends) else np.zeros(0, int)
    return _sorted(path, times * 1000, neuron, neurons=len(ends))


def _read_text(path: str) -> Spikes:
    """CSV with columns time_ms and neuron, or NEST's table with sender and time_ms (or time_step, of one step)."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.strip() for line in file]
    except UnicodeDecodeError as error:
        raise InputError(path, "is neither .npz, HDF5 nor text") from error
    first = next((i for i, line in enumerate(lines) if line and not line.startswith("#")), None)
    if first is None:
        raise InputError(path, "is empty")
    nest = "sender" in lines[first] and "," not in lines[first]

    def split(line: str) -> list[str]:
        return line.split() if nest else [c.strip() for c in line.split(",")]

    head = split(lines[first])
    t, i = ("time_ms", "sender") if nest else ("time_ms", "neuron")
    if t not in head or i not in head:
        raise InputError(path, f"line {first + 1}: has columns {', '.join(head[:6])}; allowed: {t} and {i}")
    times, ids = [], []
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if not line or line.startswith("#"):
            continue
        row = split(line)
        try:
            times.append(float(row[head.index(t)]))
            ids.append(int(row[head.index(i)]))
        except (IndexError, ValueError) as error:
            raise InputError(path, f"line {number}: found {line[:40]!r}; allowed: {', '.join(head)}") from error
    time_ms, neuron = np.array(times), np.array(ids, dtype=np.int64)
    if not nest:
        return _sorted(path, time_ms, neuron)
    step = _resolution(lines[:first])
    return _sorted(path, time_ms - step, neuron - 1, step)  # NEST counts nodes from 1


def _resolution(comments: Sequence[str]) -> float:
    for line in comments:
        if line.startswith("# step_ms "):
            return float(line.split()[2])
    return 0.1


# --- out


def write_spikes(spikes: Any, path: Path, kind: str | None = None, population: str = "all") -> list[str]:
    """To a file; kind: "npz", "sonata", "nwb", "nest" or "csv", by its ending if not given (.npz .h5 .nwb .dat .csv).
    Returns what is lost."""
    path = os.fspath(path)
    spikes = as_spikes(spikes)
    kind = kind or {".npz": "npz", ".h5": "sonata", ".nwb": "nwb", ".dat": "nest", ".csv": "csv"}.get(
        os.path.splitext(path)[1]
    )
    writers = {"npz": _write_npz, "sonata": _write_sonata, "nwb": _write_nwb, "nest": _write_nest, "csv": _write_csv}
    if kind not in writers:
        raise ConversionError(f"{path}: no format of spikes by this ending; allowed: .npz, .h5, .nwb, .dat, .csv")
    with whole_file(path) as temporary:
        writers[kind](spikes, temporary, population)
    return [LOST[kind]] if kind in LOST else []


def _write_npz(spikes: Any, path: str, _: str) -> None:
    out = dict(neuron=spikes.neuron.astype(np.uint32), replica=np.zeros(len(spikes.neuron), np.uint32))
    if spikes.step_ms > 0:
        out.update(step=np.rint(spikes.time_ms / spikes.step_ms).astype(np.uint64), step_ms=np.float64(spikes.step_ms))
    else:
        out.update(time_ms=spikes.time_ms)
    with open(path, "wb") as file:
        np.savez(file, **out)


def _write_sonata(spikes: Any, path: str, population: str) -> None:
    h5py = need("h5py", "sonata")
    with h5py.File(path, "w") as file:
        file.attrs["magic"], file.attrs["version"] = np.uint32(0x0A7A), np.array([0, 1], np.uint32)
        group = file.create_group(f"spikes/{population}")
        sorting = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype=np.int8)
        group.attrs.create("sorting", 2, dtype=sorting)
        group["timestamps"] = spikes.time_ms
        group["timestamps"].attrs["units"] = "ms"
        group["node_ids"] = spikes.neuron.astype(np.uint64)


def _write_nwb(spikes: Any, path: str, _: str) -> None:
    pynwb = need("pynwb", "neo")
    start = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)
    nwb = pynwb.NWBFile(
        session_description="spikes of a simulated network (sprig)", identifier="sprig", session_start_time=start
    )
    count = max(spikes.neurons, int(spikes.neuron.max(initial=-1)) + 1)
    order = np.argsort(spikes.neuron, kind="stable")
    parts = np.split(spikes.time_ms[order] / 1000, np.searchsorted(spikes.neuron[order], np.arange(1, count)))
    for i in range(count):
        nwb.add_unit(id=i, spike_times=parts[i])
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(nwb)


def _write_nest(spikes: Any, path: str, _: str) -> None:
    step = spikes.step_ms or 0.1
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            "# written by sprig; senders count from 1, a spike is dated at the end of its step\n"
            f"# step_ms {step!r}\nsender\ttime_ms\n"
        )
        file.writelines(f"{i + 1}\t{t:.6f}\n" for i, t in zip(spikes.neuron.tolist(), (spikes.time_ms + step).tolist()))


def _write_csv(spikes: Any, path: str, _: str) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("time_ms", "neuron"))
        writer.writerows(zip(np.round(spikes.time_ms, 9).tolist(), spikes.neuron.tolist()))


# --- neo


def to_neo(spikes: Any, duration_ms: float | None = None) -> Any:
    """A neo.Block with one segment and one SpikeTrain a neuron."""
    neo, pq = need("neo", "neo"), need("quantities", "neo")
    spikes = as_spikes(spikes)
    count = max(spikes.neurons, int(spikes.neuron.max(initial=-1)) + 1)
    end = duration_ms if duration_ms is not None else float(spikes.time_ms.max(initial=0)) + (spikes.step_ms or 1.0)
    order = np.argsort(spikes.neuron, kind="stable")
    parts = np.split(spikes.time_ms[order], np.searchsorted(spikes.neuron[order], np.arange(1, count))) if count else []
    block, segment = neo.Block(name="sprig"), neo.Segment(name="run")
    for i, times in enumerate(parts):
        segment.spiketrains.append(neo.SpikeTrain(times * pq.ms, t_start=0 * pq.ms, t_stop=end * pq.ms, neuron=i))
    block.segments.append(segment)
    return block


def from_neo(block: Any) -> Spikes:
    """Spikes of the spike trains of a neo.Block or neo.Segment, neurons in the order of the trains; of a block with
    several segments the first."""
    pq = need("quantities", "neo")
    segment = block.segments[0] if hasattr(block, "segments") else block
    trains = list(segment.spiketrains)
    times = [np.asarray(train.times.rescale(pq.ms).magnitude, float) for train in trains]
    neuron = np.repeat(np.arange(len(trains)), [len(t) for t in times])
    return _sorted("neo", np.concatenate(times) if times else np.zeros(0), neuron, neurons=len(trains))
