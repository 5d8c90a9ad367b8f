"""./dev gpu run [STAGE | STAGE/STEP]... --budget S --out DIR [--rest]

What a card is asked in the minutes that one has it; without a STAGE all of them.

Nothing is built or installed: the programs are those of `./dev gpu pack`. A step starts only if its limit fits into
what is left of the budget, and what it gave is on the disk when it ends: DIR/stages.jsonl (a line a try), results.jsonl,
log.txt, machine.txt. A step that ended well is not run again: not in the same DIR, and with --rest not when done.jsonl
beside the programs has it either (`./dev gpu keep` writes it). A step that failed is tried once more when all others are
through, to find out why: with CUDA_LAUNCH_BLOCKING=1, so that an error names its kernel, and of a test program only its
first failing test. It has failed whatever comes of that.

  --list       print the steps and run nothing
  --check      ask the programs whether every filter of tests and benchmarks names one; needs no GPU
  --rehearse   small steps, on an emulated device: a machine without a GPU will do
Environment: SPRIG_GPU_PROGRAMS, the folder of the programs (.gpu); SPRIG_GPU_PATIENCE, a factor on all limits (1).
Exit status: 0 every step ended well, 1 not every one, 2 usage, 3 the programs cannot start here.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import machine
import results
from stages import STAGES

LOG_BYTES = 200_000  # of a step's output, its end


class Stopped(Exception):
    pass


def asked_steps(names):
    """[[(stage/step, Step)]]: the groups of the stages and steps that are named; of all stages when none is."""
    unknown = [name for name in names if name not in STAGES and name not in every_step()]
    if unknown:
        usage(f"there is no stage {unknown[0]}; stages: {' '.join(STAGES)}; steps: STAGE/STEP, see --list")
    groups = []
    for name in names or STAGES:
        stage = name.split("/")[0]
        for group in STAGES[stage]:
            chosen = [(f"{stage}/{step.name}", step) for step in group if name in (stage, f"{stage}/{step.name}")]
            if chosen:
                groups.append(chosen)
    return groups


def every_step():
    return {f"{stage}/{step.name}": step for stage, groups in STAGES.items() for group in groups for step in group}


class Runner:
    def __init__(self, arguments, environment):
        self.begin = time.monotonic()
        self.budget = arguments.budget
        self.rehearse = arguments.rehearse
        self.out = arguments.out
        self.environment = environment
        self.patience = float(os.environ.get("SPRIG_GPU_PATIENCE", "1"))
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sprig-gpu-"))
        self.history = results.tries(self.out / "stages.jsonl", results.done() if arguments.rest else None)
        self.rows, self.figures = [], {}

    def tries(self, name):
        """The tries of a step, this DIR's and, with --rest, earlier ones."""
        return [entry for entry in self.history if entry["step"] == name]

    def finished(self, name):
        return any(results.ended_well(entry) for entry in self.tries(name))

    def left(self):
        return self.budget - (time.monotonic() - self.begin)

    def run(self, groups):
        """Every step that is not finished; then those that failed, once more."""
        for group in groups:
            self.run_group([named for named in group if not self.finished(named[0])])
        for named in [named for group in groups for named in group]:
            if len(self.tries(named[0])) == 1 and not self.finished(named[0]):
                self.run_group([named])

    def run_group(self, group):
        running = []
        try:
            for name, step in group:
                process = self.start(name, step)
                if process:
                    running.append(process)
            while running:
                for process in [one for one in running if one.handle.poll() is not None]:
                    running.remove(process)
                    self.end(process, process.handle.returncode)
                time.sleep(0.02)
        except Stopped:
            for process in running:
                process.handle.terminate()
            for process in running:
                process.handle.wait()
                self.not_run(process.name, process.step, "stopped by a signal", process)
            raise

    def start(self, name, step):
        limit = step.limit_s * self.patience
        tries = self.tries(name)
        if len(tries) > 1:
            return self.not_run(name, step, "failed twice before")
        if self.left() <= limit:
            return self.not_run(name, step, f"{max(self.left(), 0):.0f} s left, its limit is {limit:.0f} s")
        try:
            command = machine.command_of(step, self.folder / name, self.rehearse, self.environment)
        except machine.Missing as missing:
            return self.not_run(name, step, str(missing))
        environment = dict(self.environment)
        if tries:
            environment["CUDA_LAUNCH_BLOCKING"] = "1"
            if tries[0].get("test"):
                command.append("--gtest_filter=" + tries[0]["test"])
        return Process(name, step, limit, len(tries) + 1, ["timeout", "-k", "5", f"{limit:.3f}", *command],
                       self.folder / name, environment)

    def end(self, process, rc):
        name, step = process.name, process.step
        rc = 128 - rc if rc < 0 else rc  # ended by a signal, in the shell's words
        entry = {"stage": name.split("/")[0], "step": name, "try": process.attempt, "rc": rc,
                 "s": round(time.monotonic() - process.begin, 3), "limit_s": process.limit, "ended": time.time()}
        told = self.keep_log(process)
        result = self.read_result(process)
        wrong = results.wrong(step.result, result) if result else "it left no result" if step.result and rc == 0 else ""
        if wrong:
            entry["wrong"] = wrong
        if rc != 0 and step.result == "gtest":
            entry["test"] = first_failing_test(told)  # for the second try
        if result and process.attempt == 1:  # the second has one test, or times of a device that is waited for
            results.append_line(self.out / "results.jsonl",
                                {"name": step.name, "kind": step.result, "rehearsal": self.rehearse, "result": result})
            self.figures.update(results.figures(step.name, step.result, result))
        results.append_line(self.out / "stages.jsonl", entry)
        self.history.append(entry)
        self.tell(entry)
        if rc != 0:
            print("\n".join("    " + line for line in told.splitlines()[-8:]), flush=True)

    def not_run(self, name, step, why, process=None):
        if process:
            self.keep_log(process)
        entry = {"stage": name.split("/")[0], "step": name, "rc": None, "not_run": why,
                 "limit_s": step.limit_s * self.patience}
        results.append_line(self.out / "stages.jsonl", entry)
        self.tell(entry)

    def keep_log(self, process):
        with open(process.output, "rb") as file:
            file.seek(max(0, os.path.getsize(process.output) - LOG_BYTES))
            told = file.read().decode(errors="replace")
        with open(self.out / process.step.log, "a") as log:
            log.write(f"== {process.name}, try {process.attempt}: {' '.join(process.command)}\n{told}\n")
        return told

    def read_result(self, process):
        path = process.folder / "result.json"
        if not process.step.result or not path.exists():
            return None
        try:
            return results.summary(process.step.result, json.loads(path.read_text()))
        except (ValueError, KeyError):
            return None

    def tell(self, entry):
        self.rows.append(entry)
        print(row(entry), flush=True)

    def table(self):
        """What is printed last: a line a try, then the figures beside what was predicted. True: every step ended well."""
        for entry in self.rows:
            print(row(entry))
        print("\n".join([""] + results.figure_lines(self.figures, self.rehearse)))
        asked = {entry["step"] for entry in self.rows}
        good = {entry["step"] for entry in self.rows if results.ended_well(entry)}
        used = self.budget - self.left()
        print(f"\n{len(good)} of {len(asked)} steps ended well; {used:.0f} of {self.budget:g} s used")
        return good == asked


class Process:
    """A step that runs: its output goes to a file, its result to {json} or {folder}."""

    def __init__(self, name, step, limit, attempt, command, folder, environment):
        self.name, self.step, self.limit, self.attempt, self.command = name, step, limit, attempt, command
        self.folder, self.output = folder, folder.with_suffix(".log")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.begin = time.monotonic()
        with open(self.output, "wb") as output:
            self.handle = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                           stderr=subprocess.STDOUT, env=environment, cwd=results.ROOT)


def first_failing_test(told):
    """By the program's output: the first that failed, or the one that was running when the process ended."""
    failed = re.search(r"^\[  FAILED  \] ([^\s,]+)", told, re.M)
    begun = re.findall(r"^\[ RUN      \] (\S+)", told, re.M)
    return failed[1] if failed else begun[-1] if begun else None


def row(entry):
    if entry["rc"] is None:
        outcome, seconds = "not run: " + entry["not_run"], ""
    else:
        seconds = f"{entry['s']:.1f}"
        outcome = {0: "ok", 124: "FAILED: ran past its limit", 137: "FAILED: ran past its limit, killed"}.get(
            entry["rc"], f"FAILED: exit status {entry['rc']}")
        if "wrong" in entry:
            outcome = "FAILED: " + entry["wrong"] if entry["rc"] == 0 else outcome + ", " + entry["wrong"]
        if entry["try"] > 1:
            outcome = "the second try: " + outcome
    return f"{entry['step']:28}{seconds:>8}{entry['limit_s']:7.0f}  {outcome}"


def arguments_of(words):
    parser = argparse.ArgumentParser(prog="./dev gpu run", usage=__doc__, add_help=False)
    parser.add_argument("stages", nargs="*")
    parser.add_argument("--budget", type=float)
    parser.add_argument("--out", type=pathlib.Path)
    for flag in ("--rest", "--rehearse", "--list", "--check"):
        parser.add_argument(flag, action="store_true")
    arguments = parser.parse_args(words)
    if not (arguments.list or arguments.check):
        if arguments.budget is None or not arguments.budget > 0 or arguments.out is None:
            usage("--budget SECONDS and --out DIR are needed")
    return arguments


def usage(why):
    print(f"dev gpu run: {why}", file=sys.stderr)
    sys.exit(2)


def stop(*_):
    raise Stopped


def main(words):
    if {"-h", "--help"} & set(words):
        print(__doc__)
        return 0
    arguments = arguments_of(words)
    groups = asked_steps(arguments.stages)
    if arguments.list:
        for group in groups:
            for name, step in group:
                print(f"{name:28}{step.limit_s:5} s  {' '.join(step.command)}")
        return 0
    if arguments.check:
        return machine.check_filters([named for group in groups for named in group])
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        with open(arguments.out / "stages.jsonl", "a"):
            pass
    except OSError as error:
        usage(f"--out {arguments.out}: {error.strerror}")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    begin = time.monotonic()
    try:
        environment = machine.load(arguments.out / "machine.txt", arguments.rehearse)
        runner = Runner(arguments, environment)
        runner.begin = begin
    except machine.Missing as missing:
        print(f"dev gpu run: {missing}", file=sys.stderr)
        return 3
    try:
        runner.run(groups)
    except Stopped:
        print("stopped; the same command goes on from here", flush=True)
    finally:
        shutil.rmtree(runner.folder, ignore_errors=True)
    return 0 if runner.table() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
