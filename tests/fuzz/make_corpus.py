#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets: tests/fuzz/make_corpus.py SPRIG writes tests/fuzz/corpus/TARGET/seed-*.

Small files of every kind that is read, by NumPy, by SciPy and by the program's own writers. What fuzzing found lies
beside them under other names and stays.
"""
import gzip
import io
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import scipy.sparse

HERE = pathlib.Path(__file__).resolve().parent
count = {}


def seed(target, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    number = count[target] = count.get(target, -1) + 1
    if isinstance(content, str):
        content = content.encode()
    (folder / f"seed-{number}").write_bytes(content)


def part(content):
    """As fuzz.hpp cuts bytes into parts."""
    content = content.encode() if isinstance(content, str) else content
    return struct.pack("<H", len(content)) + content


def npy(array, order="C"):
    to = io.BytesIO()
    np.save(to, np.asarray(array, order=order), allow_pickle=False)
    return to.getvalue()


def members(**arrays):
    return b"".join(part(name + ".npy") + part(npy(array)) for name, array in arrays.items())


def members_of(npz):
    with zipfile.ZipFile(npz) as file:
        return b"".join(part(info.filename) + part(file.read(info)) for info in file.infolist())


def idx(images, labels):
    first = struct.pack(">IIII", 0x803, len(images), *images[0].shape) + b"".join(i.tobytes() for i in images)
    return first, struct.pack(">II", 0x801, len(labels)) + bytes(labels)


def image_seeds():
    images = [np.arange(6, dtype=np.uint8).reshape(2, 3) + k for k in range(3)]
    first, second = idx(images, [1, 9, 0])
    seed("idx", part(first) + second)
    seed("idx", part(gzip.compress(first, mtime=0)) + gzip.compress(second, mtime=0))
    seed("idx", part(struct.pack(">IIII", 0x803, *3 * [0xFFFFFFFF])) + second)
    seed("idx_gz", part(first) + second)
    record = bytes([3]) + bytes(range(256)) * 12
    seed("cifar", record)
    seed("cifar", gzip.compress(record * 2, mtime=0))
    seed("cifar", gzip.compress(record, mtime=0) * 2)


def table_seeds():
    for text in ("x,y\n1,2\n3,4.5e-3\n", "\ufeff\"a b\";c\r\n1;2\r\n", "1\t2\n-inf\tnan\n", "a,\"b\n1,2", "0\n1e400\n"):
        for choice in (0, 1, 6):
            seed("csv", bytes([choice]) + text.encode())
    for text in ("name,sign,population,tau_m_ms\na,exc,E,20\nb,inh,I,10\n", "id\tv_th\n1\t1.5\n", "sign\n1\n-1\n0\n"):
        seed("nodes", text)
    edges = ("source,target,weight,delay_ms,receptor,type\n0,1,0.5,1.5,exc,chem\n1,0,0.25,1,inh,gap\n",
             "pre\tpost\tsynapses\nAVAL\tAVAR\t3\nAVAR\tAVBL\t1\n", "from,to\n0,2\n2,0\n")
    for text in edges:
        for choice in (0, 1, 2, 4, 64, 128):
            seed("edges_csv", bytes([choice]) + text.encode())
    seed("edges_csv", bytes([32]) + part("name,sign\nAVAL,exc\nAVAR,inh\nAVBL,exc\n") + edges[1].encode())


def network_seeds(sprig):
    matrix = scipy.sparse.csr_matrix(np.array([[0, .5, 0], [.25, 0, -1], [0, 0, .125]]))
    for form in ("csr", "csc", "coo", "bsr"):
        to = io.BytesIO()
        scipy.sparse.save_npz(to, matrix.asformat(form), compressed=form == "coo")
        seed("scipy", bytes([0]) + members_of(to))
        seed("scipy", bytes([32 + 64]) + to.getvalue())
    dense = matrix.toarray()
    seed("dense", bytes([32]) + npy(dense))
    seed("dense", bytes([128 + 32]) + npy(dense.astype(">f4"), "F"))
    seed("dense", bytes([0]) + members(w=dense))
    edges = dict(source=np.array([0, 1, 2], np.uint32), target=np.array([1, 2, 0]), weight=np.array([.5, 1, -1]))
    seed("edges_npz", bytes([0]) + members(**edges))
    seed("edges_npz", bytes([64]) + members(**edges, delay_ms=np.array([1., 2, 3]), step_ms=np.array(.1)))
    seed("edges_npz", bytes([128]) + members(**edges, delay_steps=np.array([1, 2, 3], np.uint16), step_ms=np.array(.1)))
    seed("edges_npz", bytes([1]) + members(**edges, tau_m_ms=np.array(20.), neuron_name=np.array(["Å", "Ł", "c"])))
    names = dict(pre=np.array(["Å", "b"]), post=np.array(["b", "Ł"]), receptor=np.array(["exc", "inh"]),
                 w=np.array([1., 2]))
    seed("edges_npz", bytes([0]) + members(**names))
    seed("names", members(neuron_name=np.array(["Å", "Ł", "😀", ""]), bytes=np.array([b"ab", b"c"]), n=np.arange(3)))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "e.csv").write_text("source,target,weight\n0,1,0.5\n1,2,-1\n2,0,0.25\n")
        subprocess.run([sprig, "convert", "e.csv", "n.npz", "--quiet"], cwd=folder, check=True)
        seed("network", members_of(path / "n.npz"))
        seed("network", (path / "n.npz").read_bytes())
        seed("names", (path / "n.npz").read_bytes())


def array_seeds():
    for dtype in ("<f2", "<f4", ">f8", "|i1", "<i8", ">u4", "|b1", "<U3", "|S4"):
        seed("values", npy(np.ones((2, 2)).astype(dtype)))
    seed("values", npy(np.arange(6.).reshape(2, 3), "F"))
    seed("values", npy(np.zeros((0, 3))))
    records = np.array([(1, 2), (3, 4)], [("step", "<u4"), ("neuron", "<u4")])
    seed("spikes", npy(records))
    seed("spikes", npy(np.array([(1, 2, 0)], [("step", "<u8"), ("neuron", "<u2"), ("replica", "|u1")])))
    seed("spikes", "time_ms,neuron\n1.5,0\n2,1\n")
    seed("spikes", bytes([1]) + members(time_ms=np.array([1., 2]), neuron=np.array([0, 1])))
    seed("spikes", bytes([1]) + members(step=np.array([1, 2]), neuron=np.array([0, 1]), step_ms=np.array(.1)))
    seed("stimulus", npy(np.ones((4, 2))))
    seed("stimulus", npy(np.ones(3, np.float32)))
    seed("stimulus", "a,b\n1,2\n3,4\n")


CONFIGS = ("[run]\nduration_ms = 10\nseed = 3\nprobe = [0, 1]\n[network]\nneurons = 20\ndensity = 0.5\n",
           "[network]\nneurons = 10\ndelay_ms = \"uniform(1, 2)\"\n[neuron]\ntau_m_ms = \"normal(20, 2)\"\n",
           "[study]\nvariants = [\"a: prune.density=0.2; run.seed=4\"]\nmethods = [\"lnp\", \"random\"]\n",
           "[learn]\nneurons = 10\n[learn.x]\n", "a.b.c = 1\n[[population]]\nname = 'E'\n",
           "run = {seed = 1, duration_ms = 1e400}\n", "[run]\nseed = 0x10\nseed = 010\nduration_ms = nan\n",
           "[run]\nduration_ms = 1_000.5\ndevice = \"cuda:1\"\n[drive]\nnoise_sigma = -0.0\n")
DESCRIBED = """[run]
duration_ms = 5
[[population]]
name = "E"
size = 8
tau_m_ms = "uniform(10, 20)"
[[population]]
name = "I"
size = 2
[[projection]]
from = "E"
to = "I"
rule = "%s"
weight = 0.5
delay_ms = 1.5
[[stimulus]]
kind = "poisson"
to = "E"
rate_hz = 10
weight = 0.1
[[record]]
what = "spikes"
from = "E"
"""
RULES = ("all_to_all", "one_to_one", "probability(0.5)", "in_degree(3)", "out_degree(1)", "total(7)",
         "file:/proc/self/fd/100", "edges(/proc/self/fd/100)")


def word_seeds():
    for text in CONFIGS:
        seed("config", text)
    for rule in RULES:
        seed("config", DESCRIBED % rule)
        seed("described", part("source,target,weight\n0,1,0.5\n") + part(npy(np.ones(8))) + (DESCRIBED % rule).encode())
    seed("described", part("") + part("") + CONFIGS[0].encode())
    values = DESCRIBED.replace('"uniform(10, 20)"', '"file:/proc/self/fd/101"') % RULES[0]
    seed("described", part("") + part(npy(np.full(8, 20.))) + values.encode())
    network = "[network]\nfile = \"/proc/self/fd/100\"\n"
    seed("described", part("pre,post\n0,1\n") + part("") + network.encode())
    seed("assignment", "run.seed=7\nnetwork.density=0.5\npopulation.E.size=4\npopulation.I.a.size=3\n"
                       "projection.0.weight=0.2\nstimulus.0.amplitude=1\nrun.probe=[1, 2]\n")
    seed("assignment", "study.methods=[lnp, random]\nneuron.tau_m_ms=normal(20, 2)\nrun.duration_ms=1e400\n")
    for number, text in enumerate(("a: run.seed=1; network.density=0.2", "run.seed = [1, 2, 3]", "lognormal(0.5, 1e-3)",
                                   "probability(0.1)", "file:a.npy", "cuda:3")):
        seed("settings", bytes([number]) + text.encode())
    for words in (("run", "--config", "a.toml", "--set", "run.seed=3", "--device", "cuda:1", "--out", "o"),
                  ("plan", "--device-model", "H100", "--device-memory", "141G", "--max-neurons", "1M"),
                  ("bench", "vogels", "--compare", "x.json", "--threads", "2"), ("convert", "a", "b", "--to", "dense"),
                  ("report", "o", "--figures", "f"), ("help", "run"), ("--help-config=json",), ("-V",), ("simulate",),
                  ("study", "--checkpoint-every", "1e400", "--again", "--seed", "010", "--quiet")):
        seed("command", "\n".join(words))


def json_seeds(sprig):
    manifest = {"version": "0.2.0", "git_revision": "abc", "seed": 1, "device": "cpu", "hash": "0123", "verb": "run",
                "command": "sprig run", "complete": True, "hardware": {"processor": "x"}, "wall_s": 1.5}
    results = ({"verb": "run", "neurons": 3, "rates_hz": [{"population": "all", "rate_hz": 2.5}], "hash": "00"},
               {"verb": "prune", "rounds": [{"round": 1, "neurons": 3, "synapses": 4}], "density": 0.1},
               {"verb": "lyapunov", "exponents": [0.1, -0.2], "error": [0.01, 0.02]},
               {"verb": "study", "tables": [], "rows": [{"method": "lnp", "nrmse": {"mean": 1, "low": 0, "high": 2}}]},
               {"verb": "bench", "benchmark": "vogels", "parameters": {"neurons": 4000, "batch": 1}, "rtf": 0.5,
                "events_per_s": 1e9, "construct_s": None, "hash": "0123456789abcdef", "device": "cpu"})
    observation = {"raster": {"time_ms": [1, 2], "neuron": [0, 1]}, "rates": {"edges": [0, 1, 2], "counts": [3, 4]}}
    for result in results:
        text = json.dumps(result)
        seed("json", text)
        seed("bench_json", text)
        seed("report", part(json.dumps(manifest)) + part(json.dumps(observation)) + text.encode())
    seed("json", "[" * 100 + "]" * 100)
    seed("json", '{"a": "\\ud800", "b": 1e999, "c": [true, null]}')
    tiny = ["--set", "network.neurons=10", "--set", "network.density=0.5", "--set", "lyapunov.exponents=2"]
    for verb, more in (("run", ["--set", "run.duration_ms=2"]),
                       ("lyapunov", ["--set", "lyapunov.duration_ms=20"]),
                       ("prune", ["--set", "prune.method=magnitude", "--set", "prune.density=0.5"])):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sprig, verb, "--quiet", "--out", "o", *tiny, *more], cwd=folder, capture_output=True)
            if done.returncode != 0:
                sys.exit(done.stderr.decode())
            run = pathlib.Path(folder, "o")
            texts = [settled(run / name) for name in ("manifest.json", "observation.json", "result.json")]
            seed("report", part(texts[0]) + part(texts[1]) + texts[2].encode())


def settled(path):
    """JSON of a run without what is another each time."""
    if not path.exists():
        return ""
    times = ("started", "git_revision", "compiler", "rtf")

    def walk(value):
        if isinstance(value, dict):
            return {key: "x" if key in times[:3] else 1 if key in times or key.endswith(("_s", "wall_s")) and
                    isinstance(entry, (int, float)) else walk(entry) for key, entry in value.items()}
        return [walk(entry) for entry in value] if isinstance(value, list) else value

    return json.dumps(walk(json.loads(path.read_text())), separators=(",", ":"))


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def log_seeds():
    before, lines = "", []
    for number in range(3):
        piece = json.dumps({"value": number, "key": f"cell {number}"}, separators=(",", ":"))
        before = f"{crc32c((before + piece).encode()):08x}"
        lines.append(f'{piece[:-1]},"crc":"{before}"}}\n')
    seed("work_log", "".join(lines))
    seed("work_log", "".join(lines)[:-5])
    seed("work_log", lines[0] + lines[2])


def state_seeds():
    seed("state", b"")
    seed("state", bytes(400))
    header = b"SPRIGCKP" + struct.pack("<IIQI", 1, 0x01020304, 7, 4) + b"0.2.0 seed".ljust(32, b"\0")
    sums = crc32c(header)
    state = struct.pack("<Qd", 1, 2.5) + struct.pack("<Q", 2) + b"ab"
    block = struct.pack("<II", len(state), crc32c(state, sums)) + state
    end = struct.pack("<II", 0, crc32c(state, sums)) + b"SPRIGEND"
    seed("checkpoint", header + struct.pack("<I", sums) + block + end)
    seed("checkpoint", header + struct.pack("<I", sums) + block)


def main():
    sprig = str(pathlib.Path(sys.argv[1]).resolve())
    for old in HERE.glob("corpus/*/seed-*"):
        old.unlink()
    image_seeds()
    table_seeds()
    network_seeds(sprig)
    array_seeds()
    word_seeds()
    json_seeds(sprig)
    log_seeds()
    state_seeds()
    print(f"{sum(count.values())} seeds of {len(count)} targets")


main()
