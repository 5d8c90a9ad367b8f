#!/usr/bin/env python3
"""How long a command takes to end after a signal that asks it to stop, by what it was at.

    stop_times.py --sprig SPRIG [--stops N] [--within SECONDS] [--from S --to S] -- VERB ARGUMENTS

Starts `SPRIG VERB ARGUMENTS --out FOLDER` on a terminal, sends SIGTERM at a random time between --from and --to (to: as
long as one run that nobody stops takes), and measures until the process is gone; N times, every time from the start
unless --go-on, which goes on in the same folder. Prints a line for each: seconds, exit code, when, and what the progress
line said last. Where a process is still there after --look seconds, gdb (if there is one) says which functions its
threads are in. Exit code 1: one took longer than --within.
"""
import argparse
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time


class Terminal:
    """The last line that a process wrote onto it."""

    def __init__(self):
        self.ours, self.theirs = pty.openpty()
        self.text = b""
        self.thread = threading.Thread(target=self.read, daemon=True)

    def start(self):
        os.close(self.theirs)
        self.thread.start()

    def read(self):
        while True:
            try:
                got = os.read(self.ours, 65536)
            except OSError:
                return
            if not got:
                return
            self.text = (self.text + got)[-4000:]

    def last(self):
        lines = [line.strip() for line in re.split(r"[\r\n]|\x1b\[K", self.text.decode(errors="replace"))]
        lines = [line for line in lines if line and not line.startswith("sprig:")]
        return lines[-1] if lines else "before the first progress"


def functions_of(pid):
    """Where its threads are: innermost functions of sprig."""
    gdb = shutil.which("gdb")
    if not gdb:
        return []
    said = subprocess.run([gdb, "-p", str(pid), "-batch", "-ex", "set print frame-arguments none", "-ex",
                           "thread apply all bt 14"], capture_output=True, text=True, errors="replace").stdout
    found = []
    for thread in said.split("\nThread ")[1:]:
        names = re.findall(r"#\d+\s+(?:0x[0-9a-f]+ in )?([^\s(]+(?:<[^(]*>)?)", thread)
        names = [name[:70] for name in names if not name.startswith("__") and "gomp" not in name]
        found.append(" < ".join(names[:6]))
    return found


def start(o, out):
    terminal = Terminal()
    process = subprocess.Popen([o.sprig] + o.arguments + ["--out", out], stdout=subprocess.DEVNULL,
                               stderr=terminal.theirs, env=dict(os.environ, OMP_WAIT_POLICY="passive"))
    terminal.start()
    return process, terminal


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprig", required=True)
    parser.add_argument("--stops", type=int, default=20)
    parser.add_argument("--within", type=float, default=2)
    parser.add_argument("--from", type=float, default=0.1, dest="first")
    parser.add_argument("--to", type=float, default=0, dest="last")
    parser.add_argument("--go-on", action="store_true")
    parser.add_argument("--look", type=float, default=1.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("arguments", nargs="+", metavar="-- VERB ARGUMENTS")
    o = parser.parse_args()
    o.sprig = os.path.abspath(o.sprig)
    draw = random.Random(o.seed)
    folder = tempfile.mkdtemp(prefix="stop_times-")
    out = os.path.join(folder, "out")
    if o.last == 0:
        begin = time.monotonic()
        process, _ = start(o, out)
        code = process.wait()
        o.last = time.monotonic() - begin
        print(f"nobody stops it: {o.last:.1f} s, exit code {code}", flush=True)
        shutil.rmtree(out, ignore_errors=True)
    # one in each of N equal parts of the time, in random order
    part = (o.last - o.first) / o.stops
    times = [o.first + part * (k + draw.random()) for k in range(o.stops)]
    draw.shuffle(times)
    worst = 0
    for at in times:
        process, terminal = start(o, out)
        try:
            code = process.wait(at)
            print(f"  ended by itself before {at:.1f} s, exit code {code}", flush=True)
            shutil.rmtree(out, ignore_errors=True)
            continue
        except subprocess.TimeoutExpired:
            pass
        what = terminal.last()
        process.send_signal(signal.SIGTERM)
        begin = time.monotonic()
        looked, places = 0, []
        try:
            code = process.wait(o.look)
        except subprocess.TimeoutExpired:
            look = time.monotonic()
            places = functions_of(process.pid)
            looked = time.monotonic() - look
            code = process.wait()
        took = time.monotonic() - begin - looked
        worst = max(worst, took)
        state = sum(os.path.getsize(os.path.join(at_folder, name))
                    for at_folder, _, names in os.walk(os.path.join(out, "checkpoint")) for name in names)
        print(f"{took:6.2f} s  exit {code}  after {at:6.1f} s  states {state / 1e6:.0f} MB  {what}", flush=True)
        for place in places:
            print("          in " + place, flush=True)
        if not o.go_on:
            shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"worst of {o.stops}: {worst:.2f} s")
    sys.exit(1 if worst > o.within else 0)


if __name__ == "__main__":
    main()
