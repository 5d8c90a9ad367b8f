"""What a run of the stages leaves: JSON lines that survive a kill, figures, and what they are compared with."""
import json
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "bench" / "results"
PREDICTIONS = ROOT / "bench" / "kernels" / "predictions.json"


def append_line(path, entry):
    """Adds one JSON line that is on the disk when this returns."""
    with open(path, "ab+") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a line that a kill cut off
                file.write(b"\n")
        file.write(json.dumps(entry).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_lines(path):
    """The entries of a file of JSON lines; a line that a kill cut off is left out."""
    entries = []
    if path.exists():
        for line in path.read_text(errors="replace").splitlines():
            try:
                entries.append(json.loads(line))
            except ValueError:
                pass
    return entries


def programs_folder():
    return pathlib.Path(os.environ.get("SPRIG_GPU_PROGRAMS") or ROOT / ".gpu")


def done():
    """The tries of earlier runs, which `keep` has put beside the programs."""
    return programs_folder() / "done.jsonl"


def tries(*paths):
    """The tries of steps in files of JSON lines, each once and in the order in which they ended; not what was not run."""
    entries = [entry for path in paths if path for entry in read_lines(path) if entry.get("rc") is not None]
    return sorted({json.dumps(entry): entry for entry in entries}.values(), key=lambda entry: entry["ended"])


def ended_well(entry):
    """Of a first try: the second one is to find out why it failed."""
    return entry["rc"] == 0 and "wrong" not in entry and entry["try"] == 1


def summary(kind, raw):
    """What is kept of a program's own JSON."""
    if kind == "gtest":
        tests = [test for suite in raw["testsuites"] for test in suite["testsuite"]]
        return {"tests": len(tests), "failed": [full_name(test) for test in tests if test.get("failures")],
                "skipped": [full_name(test) for test in tests if test.get("result") == "SKIPPED"], "time": raw["time"]}
    if kind == "benchmark":
        for key in ("host_name", "executable"):
            raw.get("context", {}).pop(key, None)
    return raw


def full_name(test):
    return test["classname"] + "." + test["name"]


def wrong(kind, result):
    """Why a program that ended well has not shown what it must, or ""."""
    if kind == "gtest":
        if result["tests"] == 0:
            return "no test ran"
        if result["skipped"]:
            return f"{len(result['skipped'])} tests were skipped"
    if kind == "bench":
        check = result.get("check", {})
        if check.get("verdict") == "FAIL":
            return check.get("reason", "its rates are wrong")
        return hash_against_cpu(result)[1]
    if kind == "benchmark":
        errors = [run["error_message"] for run in result["benchmarks"] if run.get("error_occurred")]
        if errors:
            return errors[0]
        if not result["benchmarks"]:
            return "no benchmark ran"
        hashes = {run["hash"] for run in result["benchmarks"] if "hash" in run and "exchange_alone" not in run["name"]}
        if len(hashes) > 1:
            return "rungs differ in their hash"
    return ""


SIZES = ("benchmark", "parameters", "duration_ms", "warmup_ms", "seed", "weight_bits", "steps", "step_ms")


def hash_against_cpu(result):
    """(what to say, what is wrong or ""): the hash beside that of the same run on the CPU, where one is kept."""
    if not result.get("hash"):
        return "no hash", ""
    for path in sorted(KEPT.glob("*-cpu.json")):
        kept = json.loads(path.read_text())
        if all(kept.get(key) == result.get(key) for key in SIZES):
            if kept["hash"] == result["hash"]:
                return f"hash {result['hash']}, as {path.name}", ""
            return "", f"hash {result['hash']}, but {path.name} has {kept['hash']}"
    return f"hash {result['hash']}, none of this size is kept from the CPU", ""


def figures(name, kind, result):
    """{figure: value} under the names that predictions.json has."""
    if kind == "bench" and result.get("steps_per_s"):
        return {f"{name}/us_a_step": 1e6 / result["steps_per_s"], f"{name}/events_per_s": result["events_per_s"]}
    if kind == "benchmark":
        return {run["name"].split("/iterations")[0] + "/us_a_step": run["us_a_step"] for run in result["benchmarks"]
                if "us_a_step" in run}
    return {}


def predictions():
    return json.loads(PREDICTIONS.read_text())["figures"]


def figure_lines(found, rehearsal):
    """Each figure beside its prediction, which is of no emulated device."""
    predicted = {} if rehearsal else predictions()
    lines = [f"{'figure':44}{'measured':>12}{'predicted':>12}{'ratio':>8}"] if found else []
    for name, value in found.items():
        line = f"{name:44}{value:12.4g}"
        if name in predicted:
            line += f"{predicted[name]:12.4g}{value / predicted[name]:8.2f}"
        lines.append(line)
    return lines
