#!/usr/bin/env python3
"""A command that is killed and started again leaves what it leaves when nobody kills it.

    kill_resume.py --sprig SPRIG --kills N [--vary-threads] [--signals KILL,TERM] -- VERB ARGUMENTS

Runs `SPRIG VERB ARGUMENTS --out FOLDER` once whole. Then, in folders of their own, it starts the command, ends it at a
random time or at a random call that changes the file system (a write is left half done), starts it again, a few times,
until it has been killed N times in all and every folder is finished; and compares each folder with the whole one, byte
by byte, but for clocks, host, process and command line. Exit code 0: all are equal. Without a C compiler, and where a
program cannot have a library preloaded (sanitizers), it kills at random times alone.

What may differ between two whole runs is left out: keys of JSON and lines of TOML and pages by name (MASKED, --mask);
files whose lines come in the order in which workers finish are compared as sets of lines (--any-order). A file that
only one of the folders has is a difference, so nothing temporary may be left.
"""
import argparse
import difflib
import fnmatch
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))

# Keys that are of the process and the machine, not of the result.
MASKED = {"wall_s", "started", "finished", "host", "hostname", "pid", "command_line", "threads", "slices",
          "config_hash", "crc", "rtf", "simulation_wall_s", "steps_per_s", "synaptic_events_per_s",
          "presentations_per_s"}
# By verb: what is measured in seconds or joules, or says which process did it.
MASKED_OF = {
    "prune": {"seconds"},
    "bench": {"rtf_least", "rtf_most", "events_per_s", "construct_s", "prune_s", "wall_s_of_repeats", "bandwidth",
              "bandwidth_share", "memory", "sweep", "hardware", "earlier_processes"},
}
ANY_ORDER_OF = {"study": ["metrics.jsonl", "cells.jsonl"], "learn": ["metrics.jsonl"],
                "train": ["metrics.jsonl"]}
LEFT_OUT = {"lock", ".lock"}  # who is at work, or was


def masked_json(value, masked):
    if isinstance(value, dict):
        return {k: masked_json(v, masked) for k, v in value.items() if k not in masked}
    if isinstance(value, list):
        return [masked_json(v, masked) for v in value]
    return value


def comparable(path, name, options):
    """The lines of a file as they must be equal, or its bytes."""
    with open(path, "rb") as file:
        data = file.read()
    masked = options.masked
    ending = os.path.splitext(name)[1]
    try:
        if ending == ".json":
            return json.dumps(masked_json(json.loads(data), masked), indent=1).split("\n")
        if ending == ".jsonl":
            lines = [json.dumps(masked_json(json.loads(line), masked)) for line in data.decode().splitlines()]
            return sorted(lines) if any(fnmatch.fnmatch(name, p) for p in options.any_order) else lines
        if ending == ".toml":
            return [line for line in data.decode().splitlines() if line.split(" = ")[0] not in masked]
        if ending == ".html":
            if options.verb == "bench":  # drawings of times
                return []
            text = re.sub(r'<p class="lead">.*?</p>', "", data.decode(), flags=re.S)
            text = re.sub(r"<div><dt>(presentations a second|real-time factor)</dt>.*?</div>", "", text, flags=re.S)
            words = "|".join(re.escape(word) for word in sorted(masked))
            text = re.sub(rf"<tr><td>({words})</td>.*?</tr>", "", text, flags=re.S)
            return [line for line in text.splitlines()
                    if line.strip() and not re.match(rf'\s*("({words})": |({words}) = )', line)]
    except (ValueError, UnicodeDecodeError) as error:
        print(f"{path}: {error}", file=sys.stderr)
    return data


def files_of(folder):
    found = set()
    for at, folders, names in os.walk(folder):
        found.update(os.path.relpath(os.path.join(at, name), folder) for name in names if name not in LEFT_OUT)
        found.update(os.path.relpath(os.path.join(at, name), folder) + "/" for name in folders)
    return found


def differences(whole, other, options):
    """Sentences."""
    ours, theirs = files_of(whole), files_of(other)
    found = [f"{name}: only in the run that nobody killed" for name in sorted(ours - theirs)]
    found += [f"{name}: only in the run that was killed" for name in sorted(theirs - ours)]
    for name in sorted(ours & theirs):
        if name.endswith("/"):
            continue
        a = comparable(os.path.join(whole, name), name, options)
        b = comparable(os.path.join(other, name), name, options)
        if a == b:
            continue
        if isinstance(a, list) and isinstance(b, list):
            lines = list(difflib.unified_diff(a, b, "whole", "killed", n=0, lineterm=""))[2:12]
            found.append("\n    ".join([f"{name}: differs"] + [line[:300] for line in lines]))
        else:
            found.append(f"{name}: differs, {len(a)} and {len(b)} bytes")
    return found


class Runs:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="kill_resume-")
        self.shim = None if options.no_calls else self.build_shim()
        self.kills = self.at_calls = self.with_states = self.stops = self.starts = 0

    def build_shim(self):
        compiler = shutil.which(os.environ.get("CC", "cc"))
        if not compiler:
            return None
        library = os.path.join(self.folder, "kill_at_call.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, os.path.join(HERE, "kill_at_call.c"), "-ldl"],
                       check=True)
        return library

    def start(self, out, vary, call=None, count_to=None):
        o = self.options
        command = [o.sprig] + o.arguments + ["--out", out]
        if vary and o.vary_threads:
            command += ["--threads", str(self.random.choice([1, 2, 3])),
                        "--set", f"run.slices={self.random.choice([0, 1, 3, 5])}"]
        environment = dict(os.environ, OMP_WAIT_POLICY="passive")
        if self.shim and (call or count_to):
            environment["LD_PRELOAD"] = self.shim
            if call:
                environment["KILL_AT_CALL"] = str(call)
            if count_to:
                environment["KILL_COUNT_TO"] = count_to
        self.starts += 1
        self.log = open(os.path.join(os.path.dirname(out), "log.txt"), "a+b")
        return subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment, cwd=o.cwd)

    def whole(self):
        """The one that nobody kills: how long it takes, and how many calls it makes."""
        home = os.path.join(self.folder, "whole")
        os.makedirs(home)
        out, count = os.path.join(home, "out"), os.path.join(home, "calls")
        begin = time.monotonic()
        code = self.start(out, False, count_to=count).wait()
        if code != self.options.code and self.shim:
            self.shim = None
            shutil.rmtree(out, ignore_errors=True)
            begin = time.monotonic()
            code = self.start(out, False).wait()
        self.seconds = time.monotonic() - begin
        self.calls = int(open(count).read()) if os.path.exists(count) else 0
        if code != self.options.code:
            self.fail(home, f"the command ends with exit code {code}")
        return out

    def fail(self, home, what):
        with open(os.path.join(home, "log.txt"), "rb") as log:
            text = log.read().decode(errors="replace")[-2000:]
        sys.exit(f"kill_resume: {what}\n{text}\nkept: {self.folder}")

    def end_somewhere(self, out, home):
        """Starts it and kills it; the exit code where it ended before that, None where it was killed."""
        o = self.options
        by_call = self.shim and self.calls and self.random.random() < 0.5
        if by_call:
            code = self.start(out, True, call=self.random.randint(1, self.calls)).wait()
        else:
            process = self.start(out, True)
            which = self.random.choice(o.signals)
            try:
                code = process.wait(self.random.uniform(0, self.seconds))
            except subprocess.TimeoutExpired:
                process.send_signal(which)
                begin = time.monotonic()
                code = process.wait()
                if which != signal.SIGKILL and code in (75, -which):  # -which: before it listens
                    self.kills += 1
                    self.stops += 1
                    took = time.monotonic() - begin
                    if took > o.stop_within:
                        self.fail(home, f"took {took:.1f} s to stop")
                    return None
        if code == -signal.SIGKILL:
            self.kills += 1
            self.at_calls += 1 if by_call else 0
            self.with_states += os.path.isdir(os.path.join(out, "checkpoint"))
            return None
        return code

    def trial(self, number):
        o = self.options
        home = os.path.join(self.folder, str(number))
        os.makedirs(home)
        out = os.path.join(home, "out")
        code = None
        for _ in range(self.random.randint(1, o.chain)):
            code = self.end_somewhere(out, home)
            if code is not None:
                break
        while code in (None, 75):
            code = self.start(out, True).wait()
        if code != o.code:
            self.fail(home, f"started again, the command ends with exit code {code}")
        found = differences(self.reference, out, o)
        if found:
            print(f"kill_resume: run {number} differs:", file=sys.stderr)
            for sentence in found:
                print("  " + sentence, file=sys.stderr)
            self.fail(home, "a run that was killed leaves something else")
        shutil.rmtree(home)

    def run(self):
        o = self.options
        begin = time.monotonic()
        self.reference = self.whole()
        number = 0
        while self.kills < o.kills and number < 20 * o.kills + 20:
            self.trial(number)
            number += 1
        if self.kills < o.kills:
            self.fail(os.path.join(self.folder, "whole"), f"only {self.kills} of {o.kills} kills met the command at work")
        print(f"{o.verb}: {self.kills} kills ({self.at_calls} at one of {self.calls} calls, {self.stops} by signals to "
              f"stop, the others at random times within {self.seconds:.2f} s; {self.with_states} left a state under "
              f"way) in {number} runs of {self.starts} starts: all folders are identical "
              f"({time.monotonic() - begin:.0f} s)")
        shutil.rmtree(self.folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprig", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--chain", type=int, default=3, help="kills of one folder, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vary-threads", action="store_true", help="each start with other threads and slices")
    parser.add_argument("--signals", default="KILL", help="at random times, of these: KILL,TERM,USR1")
    parser.add_argument("--stop-within", type=float, default=10, help="seconds, of the signals that ask to stop")
    parser.add_argument("--no-calls", action="store_true", help="kill at random times alone")
    parser.add_argument("--code", type=int, default=0, help="exit code of the command that nobody kills")
    parser.add_argument("--mask", default="", help="more keys that may differ, by commas")
    parser.add_argument("--any-order", action="append", default=[], help="more files whose lines may be in any order")
    parser.add_argument("--cwd", default=None)
    parser.add_argument("arguments", nargs="+", metavar="-- VERB ARGUMENTS")
    options = parser.parse_args()
    options.sprig = os.path.abspath(options.sprig)
    options.verb = options.arguments[0]
    options.signals = [getattr(signal, "SIG" + name) for name in options.signals.split(",")]
    options.masked = MASKED | MASKED_OF.get(options.verb, set()) | set(filter(None, options.mask.split(",")))
    options.any_order = options.any_order + ANY_ORDER_OF.get(options.verb, [])
    Runs(options).run()


if __name__ == "__main__":
    main()
