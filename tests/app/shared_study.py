#!/usr/bin/env python3
"""A study that several processes share, or that is computed in parts, is the study that one process computes alone.

    shared_study.py --sprig SPRIG [--seed N] [--processes N] [--kills N] -- ARGUMENTS OF sprig study

Shared: starts so many processes on one folder, at once, and kills some of them at random times (SIGKILL); those that
are left must end, and the folder must be that of one process, file by file; each cell must have been counted once.
Then all of them are killed, and one more process finishes what they left; one is stopped; a study of another
configuration is refused while one works; networks are kept. Parts: three folders, merged in another
order, where one is missing at first.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import kill_resume  # noqa: E402

ENVIRONMENT = dict(os.environ, OMP_WAIT_POLICY="passive")


class Study:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="shared_study-")
        self.random = random.Random(options.seed)

    def path(self, name, file=""):
        """Run folders are all called out, which their pages say."""
        out = os.path.join(self.folder, name, "out")
        return os.path.join(out, file) if file else out

    def start(self, out, *more):
        return self.sprig("study", *self.options.arguments, "--threads", "1", *more, "--out", self.path(out))

    def sprig(self, *arguments):
        return subprocess.Popen([self.options.sprig, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, env=ENVIRONMENT)

    def must(self, what, said=""):
        if not what:
            sys.exit(f"shared_study: {said}\nkept: {self.folder}")

    def ends(self, process, code=0):
        text, _ = process.communicate(timeout=600)
        self.must(process.returncode == code, f"exit code {process.returncode}, expected {code}: {text[-1500:]}")
        return text

    def same(self, name, expected="alone"):
        masked = kill_resume.MASKED | {"share", "work_key"}
        options = SimpleNamespace(masked=masked, verb="study", any_order=kill_resume.ANY_ORDER_OF["study"])
        found = kill_resume.differences(self.path(expected), self.path(name), options)
        self.must(not found, f"{name} is not the study of one process:\n  " + "\n  ".join(found))
        with open(self.path(name, "cells.jsonl"), encoding="utf-8") as lines:
            keys = [json.loads(line)["key"] for line in lines]
        self.must(len(keys) == len(set(keys)) == self.cells, f"{len(keys)} lines of {self.cells} cells")

    def alone(self):
        begin = time.monotonic()
        self.ends(self.start("alone"))
        self.seconds = time.monotonic() - begin
        with open(self.path("alone", "cells.jsonl"), encoding="utf-8") as lines:
            self.cells = len(lines.readlines())

    def shared(self, name, processes, kills):
        started = [self.start(name, "--set", "study.share=true") for _ in range(processes)]
        for process in self.random.sample(started, kills):
            time.sleep(self.random.uniform(0, self.seconds / kills))
            process.send_signal(signal.SIGKILL)
        killed = 0
        for process in started:
            text, _ = process.communicate(timeout=600)
            killed += process.returncode == -signal.SIGKILL
            self.must(process.returncode in (0, -signal.SIGKILL), f"exit code {process.returncode}: {text[-1500:]}")
        return killed

    def stopped(self, name):
        """One that is asked to stop says so, and another goes on."""
        process = self.start(name, "--set", "study.share=true")
        time.sleep(self.seconds / 3)
        process.send_signal(signal.SIGTERM)
        text, _ = process.communicate(timeout=60)
        self.must(process.returncode in (75, 0, -signal.SIGTERM), f"stopped with {process.returncode}: {text}")
        return self.ends(self.start(name, "--set", "study.share=true"))

    def refusals(self):
        """Another study keeps out of a folder that is shared."""
        first = self.start("held", "--set", "study.share=true")
        deadline = time.monotonic() + 60
        while not os.path.isdir(self.path("held", "shares")) and first.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        first.send_signal(signal.SIGSTOP)
        try:
            text = self.ends(self.start("held", "--set", "network.gain=0.35"), 4)
            self.must("is writing into this folder" in text, text)
        finally:
            first.send_signal(signal.SIGCONT)
        self.ends(first)
        self.same("held")
        text = self.ends(self.start("held", "--set", "study.share=true", "--again"), 2)
        self.must("--again" in text, text)

    def parts(self):
        for k in (1, 2, 3):
            self.ends(self.start(f"part{k}", "--set", f"study.part=\"{k}/3\""))

        def merged(*names):
            return self.sprig("merge", *(self.path(name) for name in names), "--out", self.path("merged"))

        text = self.ends(merged("part3", "part1"), 75)
        self.must("cells are in no part" in text, text)
        self.ends(merged("part3", "part2", "part1"))
        self.same("merged")
        self.must("already done" in self.ends(merged("part3", "part2", "part1")), "merged twice")

    def kept(self):
        """Networks that are kept are made by who ends the study."""
        keep = ["--set", "study.keep=best"]
        self.ends(self.start("alone_keeps", *keep))
        both = [self.start("keeps", "--set", "study.share=true", *keep) for _ in range(2)]
        for process in both:
            self.ends(process)
        self.same("keeps", "alone_keeps")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprig", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("arguments", nargs="+", metavar="-- ARGUMENTS")
    study = Study(parser.parse_args())
    study.alone()
    killed = study.shared("shared", study.options.processes, study.options.kills)
    study.same("shared")
    all_killed = study.shared("left", study.options.processes, study.options.processes)
    study.shared("left", 1, 0)
    study.same("left")
    study.stopped("stopped")
    study.same("stopped")
    study.refusals()
    study.parts()
    study.kept()
    print(f"{study.cells} cells by {study.options.processes} processes, {killed} killed; by {study.options.processes}, "
          f"{all_killed} killed, and one more; stopped; in 3 parts, merged: all are the study of one process "
          f"({study.seconds:.1f} s)")
    shutil.rmtree(study.folder)


if __name__ == "__main__":
    main()
