#!/usr/bin/env python3
"""Runs the fuzz targets, each on its seeds, and prints what came of it: one line a target, exit status 1 on a finding.

  tests/fuzz/run.py --runs 10000             replays the corpus and so many inputs more, the same on every machine
  tests/fuzz/run.py --minutes 60             shares an hour among the targets; what is new stays in build/fuzz/corpus
  tests/fuzz/run.py --runs 0 --target csv    the corpus alone, of one target

A finding is a crash, a sanitizer's report, an exception that is no error of sprig's, a leak, an input that takes
5 seconds of processor time (fuzz.hpp) or 512 MB, or that waits without end. It stays in build/fuzz/found, and the target
runs on it again with: build/fuzz/tests/fuzz/fuzz_NAME FILE
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
WAITS = 600   # seconds on the wall, which is what libFuzzer counts: a busy machine takes long for any input
LIMITS = [f"-timeout={WAITS}", f"-report_slow_units={WAITS}", "-rss_limit_mb=512", "-print_final_stats=1", "-verbosity=1"]
# The quarantine of freed memory counts as memory of the target: it stays small.
SANITIZERS = {"ASAN_OPTIONS": "quarantine_size_mb=16:allocator_may_return_null=0:detect_leaks=1",
              "UBSAN_OPTIONS": "print_stacktrace=1"}


def dictionary(program, folder):
    """The keys of a configuration, as libFuzzer takes words; none where there is no program to ask, which is said."""
    path = pathlib.Path(folder) / "keys.dict"
    if not program.exists():
        print(f"without a dictionary of keys: {program} is not there", flush=True)
        return []
    text = subprocess.run([program, "--help-config"], capture_output=True, text=True, check=True).stdout
    words = sorted(set(re.findall(r"[a-z_][a-z0-9_.]{2,}", text)))
    path.write_text("".join(f'"{word}"\n' for word in words))
    return [f"-dict={path}"]


def run(target, options, words, folder):
    name = target.name.removeprefix("fuzz_")
    found = options.build / "found"
    found.mkdir(exist_ok=True)
    kept = options.build / "corpus" / name if options.minutes else pathlib.Path(folder) / name
    kept.mkdir(parents=True, exist_ok=True)
    seeds = HERE / "corpus" / name
    longest = max((path.stat().st_size for path in seeds.glob("*")), default=0)
    command = [target, *LIMITS, f"-max_len={max(4096, longest)}", f"-artifact_prefix={found}/{name}-", "-seed=1"]
    if options.minutes:
        command += [f"-max_total_time={max(1, int(options.seconds_each))}"]
    else:
        command += [f"-runs={options.runs}"]
    if name in ("config", "assignment", "described", "settings"):
        command += words
    command += [kept] + ([seeds] if seeds.is_dir() else [])
    begin = time.monotonic()
    log = options.build / "found" / f"{name}.log"
    with open(log, "wb") as to:
        status = subprocess.run([str(word) for word in command], stdout=to, stderr=subprocess.STDOUT,
                                env=os.environ | SANITIZERS, cwd=folder).returncode
    text = log.read_text(errors="replace")
    done = re.search(r"number_of_executed_units: *(\d+)", text)
    peak = re.search(r"peak_rss_mb: *(\d+)", text)
    if status == 0:
        log.unlink()
    return {"name": name, "executions": int(done[1]) if done else 0, "seconds": time.monotonic() - begin,
            "peak_mb": int(peak[1]) if peak else 0, "finding": "" if status == 0 else str(log)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build" / "fuzz")
    parser.add_argument("--program", type=pathlib.Path, help="sprig, whose keys are the words of some inputs; default: of this build")
    parser.add_argument("--runs", type=int, default=10000, help="inputs of each target")
    parser.add_argument("--minutes", type=float, default=0, help="of all targets together, instead of --runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="targets at a time")
    parser.add_argument("--target", action="append", default=[], help="its name, such as csv; all otherwise; repeatable")
    options = parser.parse_args()
    options.build = options.build.resolve()
    targets = sorted(path for path in (options.build / "tests" / "fuzz").glob("fuzz_*") if os.access(path, os.X_OK) and
                     path.is_file() and path.suffix == "")
    if options.target:
        targets = [path for path in targets if path.name.removeprefix("fuzz_") in options.target]
    if not targets:
        sys.exit("no fuzz targets in " + str(options.build) + ": ./dev fuzz builds them")
    options.seconds_each = 60 * options.minutes * options.jobs / len(targets)
    program = options.program or options.build / "sprig"
    failed = 0
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        words = dictionary(program, folder)
        print(f"{'target':12} {'executions':>12} {'seconds':>8} {'exec/s':>8} {'peak MB':>8}  findings")
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for result in pool.map(lambda target: run(target, options, words, folder), targets):
                failed += bool(result["finding"])
                rate = result["executions"] / max(result["seconds"], 1e-3)
                print(f"{result['name']:12} {result['executions']:12d} {result['seconds']:8.1f} {rate:8.0f} "
                      f"{result['peak_mb']:8d}  {result['finding'] or 'none'}", flush=True)
    sys.exit(1 if failed else 0)


main()
