#!/usr/bin/env python3
"""Stands for each of sprig's programs, nvidia-smi and compute-sanitizer in runner_test.py: tells how it was called and does
what FAKE_PLAN says, "word=deed,word=deed": the deed of the first word that is in its arguments. It has a resident_kernel."""
import json
import os
import pathlib
import signal
import sys
import time

name, arguments = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
line = " ".join([name, *arguments])
if name == "nvidia-smi":
    print(os.environ.get("FAKE_GPU", "GPU 0: a fake"))
    sys.exit(0)
if arguments == ["info"]:
    print("device 0: a fake\nself test: ok")
    sys.exit(0)
if arguments[-1].endswith("_list_tests"):
    if not any(word in line for word in os.environ.get("FAKE_UNKNOWN", "").split()):
        print("ladder/a_rung" if "benchmark" in arguments[-1] else "All/GpuBptt.\n  Is/0")
    sys.exit(0)


def tell(what):
    with open(os.environ["FAKE_LOG"], "a") as log:
        log.write(json.dumps({"what": what, "line": line, "at": time.time(), "pid": os.getpid(),
                              "blocking": os.environ.get("CUDA_LAUNCH_BLOCKING")}) + "\n")


def value(option):
    return next((word.split("=", 1)[1] for word in reversed(arguments) if word.startswith(option + "=")), None)


tell("begin")
plan = [item.split("=") for item in os.environ.get("FAKE_PLAN", "").split(",") if item]
deed = next((deed for word, deed in plan if word in line), "pass")
if deed == "fail-once":
    deed = "pass" if os.environ.get("CUDA_LAUNCH_BLOCKING") else "fail"
if deed == "hang":
    time.sleep(60)
if deed == "ignore":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)
if deed == "slow":
    time.sleep(3)
if deed == "crash":
    print("[ RUN      ] All/Fake.Passes/0\n[       OK ] All/Fake.Passes/0\n[ RUN      ] All/Fake.Crashes/1")
    sys.exit(139)
if deed == "silent":
    sys.exit(0)
if value("--gtest_output"):
    failed = deed == "fail"
    test = {"classname": "All/Fake", "name": "Is/0", "result": "SKIPPED" if deed == "skip" else "COMPLETED"}
    if failed:
        test["failures"] = [{"failure": "as planned"}]
        print("[  FAILED  ] All/Fake.Is/0, where GetParam() = 3 (1 ms)")
    suites = [] if deed == "empty" else [{"testsuite": [test]}]
    path = value("--gtest_output").removeprefix("json:")
    pathlib.Path(path).write_text(json.dumps({"testsuites": suites, "time": "0s"}))
elif value("--benchmark_out"):
    failed = deed == "fail"
    runs = [{"name": f"ladder/{rung}/iterations:1/manual_time", "us_a_step": 2.0, "hash": float(k if deed == "differ" else 1)}
            for k, rung in enumerate(("5_mailbox", "6_split_by_delay"))]
    pathlib.Path(value("--benchmark_out")).write_text(json.dumps({"context": {"host_name": "h"}, "benchmarks": runs}))
else:  # sprig bench: what is kept of brunel on the CPU, with that hash or another
    failed = deed == "fail"
    kept = json.loads((pathlib.Path(os.environ["FAKE_ROOT"]) / "bench/results/brunel-cpu.json").read_text())
    if deed == "differ":
        kept["hash"] = "0123456789abcdef"
    folder = pathlib.Path(arguments[arguments.index("--out") + 1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(kept))
tell("end")
sys.exit(1 if failed else 0)
