#!/usr/bin/env python3
"""`mpirun sprig run` leaves what `sprig run` leaves, and ends when one of its ranks does.

    mpi_runs.py --sprig SPRIG results|checkpoints|failures|refusals

results: run folders on 1, 2, 3, 4 and 8 ranks of 1 and 2 threads (of the drawn network; of others on some) are those of one process,
file by file. checkpoints: a run
that is stopped, or killed, on some ranks goes on, on others, to the same folder. failures: a rank is killed, fails, or was
given something else; all end within ten seconds, with one line that names it. refusals: what is not divided says so.
Exit code 77 without mpirun, and where sprig was built without MPI.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import kill_resume  # noqa: E402

CONFIG = os.path.join(HERE, "run.toml")
LEARNS = os.path.join(HERE, "..", "support", "resume_run.toml")
ENVIRONMENT = dict(os.environ, OMP_WAIT_POLICY="passive", OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_hwloc_base_binding_policy="none",
                   OMPI_MCA_btl_base_warn_component_unused="0")
MOST_SECONDS = 10  # until the last rank has ended


class Runs:
    def __init__(self, sprig):
        self.sprig = sprig
        self.folder = tempfile.mkdtemp(prefix="mpi_runs-")

    def path(self, name):
        """Run folders are all called out, which their pages say."""
        return os.path.join(self.folder, name, "out")

    def command(self, ranks, *arguments):
        return (["mpirun", "-n", str(ranks)] if ranks > 0 else []) + [self.sprig, *arguments]

    def start(self, ranks, *arguments):
        return subprocess.Popen(self.command(ranks, *arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=ENVIRONMENT)

    def must(self, what, said=""):
        if not what:
            sys.exit(f"mpi_runs: {said}\nkept: {self.folder}")

    def ends(self, process, code=0):
        text, _ = process.communicate(timeout=550)
        self.must(process.returncode == code, f"exit code {process.returncode}, expected {code}: {text[-2000:]}")
        return text

    def run(self, name, ranks, *arguments, code=0):
        return self.ends(self.start(ranks, "run", "--out", self.path(name), *arguments), code)

    def same(self, name, expected):
        options = SimpleNamespace(masked=kill_resume.MASKED | {"device", "device_asked", "run.device"}, verb="run",
                                  any_order=[])
        found = kill_resume.differences(self.path(expected), self.path(name), options)
        self.must(not found, f"{name} is not {expected}:\n  " + "\n  ".join(found))

    def result(self, name):
        with open(os.path.join(self.path(name), "result.json"), encoding="utf-8") as file:
            return json.load(file)

    # ---- parts ------------------------------------------------------------------------------------------------------

    def results(self):
        networks = {
            "drawn": ["--config", CONFIG],
            "stored": ["--set", "network.neurons=400", "--set", "network.delay_ms=uniform(0.5, 3)", "--set", "run.duration_ms=200",
                       "--set", "drive.noise_sigma=3", "--set", "neuron.i_dc=1.2", "--set", "run.record_spikes=true"],
            "counts": ["--config", CONFIG, "--set", "run.record_spikes=false", "--set", "run.count_window_ms=7",
                       "--set", "run.weight_bits=16", "--set", "run.replicas=2"],
        }
        for name, arguments in networks.items():
            self.run(name, 0, *arguments, "--threads", "1")
            self.must(self.result(name)["spikes"] > 300, f"{name} is silent")
            cuts = [(ranks, threads) for ranks in [1, 2, 3, 4, 8] for threads in [1, 2]]
            for ranks, threads in cuts if name == "drawn" else [(2, 1), (3, 2), (5, 1)]:
                on = f"{name}-{ranks}-{threads}"
                self.run(on, ranks, *arguments, "--threads", str(threads))
                self.same(on, name)
            print(f"{name}: hash {self.result(name)['hash']}, {self.result(name)['spikes']} spikes, the same on ranks")
        text = self.ends(self.start(2, "info"))
        self.must(text.count("ranks: 2; MPI: ") == 1, text)

    def checkpoints(self):
        long = ["--config", CONFIG, "--set", "run.duration_ms=1200", "--threads", "1", "--checkpoint-every", "0.002"]
        self.run("whole", 0, *long)
        for after in [1, 5]:
            for how in [signal.SIGUSR1, signal.SIGKILL]:
                name = f"{how.name}-{after}"
                process = self.start(3, "run", "--out", self.path(name), *long)
                self.wait_for_state(name, process)
                if how == signal.SIGUSR1:
                    process.send_signal(how)  # mpirun hands it on to the ranks
                else:
                    for _, pid in self.pids_of(name):  # at once: of mpirun's own end they learn when they may be done
                        os.kill(pid, how)
                text, _ = process.communicate(timeout=60)
                if how == signal.SIGUSR1:
                    self.must(process.returncode == 75, f"exit code {process.returncode}, expected 75: {text}")
                self.nobody_left(name)
                text = self.run(name, after, *long)
                self.must("goes on from step" in text, f"began anew: {text}")
                self.same(name, "whole")
                print(f"{how.name} on 3 ranks, then {after}: {text.splitlines()[0]}")

    def wait_for_state(self, name, process):
        states = os.path.join(self.path(name), "checkpoint")
        end = time.monotonic() + 60
        while not (os.path.isdir(states) and any(".tmp-" not in name for name in os.listdir(states))):
            self.must(process.poll() is None and time.monotonic() < end, f"{name} kept no state")
            time.sleep(0.02)


    def pids_of(self, name):
        """Ranks of the run in a folder: processes of sprig that were given it."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().decode(errors="replace").split("\0")
                with open(f"/proc/{pid}/environ", "rb") as file:
                    rank = [e for e in file.read().decode(errors="replace").split("\0") if e.startswith("OMPI_COMM_WORLD_RANK=")]
            except OSError:
                continue
            if self.path(name) in words and words[0] == self.sprig and rank:
                found.append((int(rank[0].split("=")[1]), int(pid)))
        return sorted(found)

    def nobody_left(self, name):
        end = time.monotonic() + MOST_SECONDS
        while self.pids_of(name):
            self.must(time.monotonic() < end, f"ranks of {name} go on: {self.pids_of(name)}")
            time.sleep(0.05)

    def failures(self):
        long = ["--config", CONFIG, "--set", "run.duration_ms=1000000", "--threads", "1", "--checkpoint-every", "0.002"]
        for rank in [0, 2, 3]:
            name = f"killed-{rank}"
            process = self.start(4, "run", "--out", self.path(name), *long)
            self.wait_for_state(name, process)
            pids = dict(self.pids_of(name))
            self.must(len(pids) == 4, f"ranks: {pids}")
            os.kill(pids[rank], signal.SIGKILL)
            begin = time.monotonic()
            text, _ = process.communicate(timeout=60)
            self.nobody_left(name)
            seconds = time.monotonic() - begin
            named = [line for line in text.splitlines() if f"rank {rank} " in line and "killed" in line.lower()]
            self.must(process.returncode != 0 and len(named) == 1 and seconds < MOST_SECONDS,
                      f"rank {rank} was killed; after {seconds:.1f} s: {text}")
            print(f"rank {rank} killed: all ended after {seconds:.2f} s: {named[0]}")
        self.tells("another seed", ["run", "--config", CONFIG], ["run", "--config", CONFIG, "--seed", "12"], 2,
                   'rank 1 of 2: was started otherwise than rank 0: found "seed = 12"; allowed: "seed = 11"')
        self.tells("another verb", ["run", "--config", CONFIG], ["info", "--config", CONFIG], 2, "rank 1 of 2: ")
        self.tells("a file that is not there", ["run", "--config", CONFIG], ["run", "--config", "nowhere.toml"], 3,
                   "rank 1 of 2: nowhere.toml: ")
        self.tells("rank 0 fails", ["run", "--config", "nowhere.toml"], ["run", "--config", CONFIG], 3,
                   "rank 0 of 2: nowhere.toml: ")
        blocked = os.path.join(self.folder, "blocked")
        with open(blocked, "w", encoding="utf-8"):
            pass
        same = ["run", "--config", CONFIG, "--out", os.path.join(blocked, "out")]
        self.tells("the folder cannot be made", same, same, 4, "rank 0 of 2: ")
        bad = ["run", "--config", CONFIG, "--set", "run.threads=-1"]
        self.tells("all fail alike", bad, bad, 3, "sprig: error: --set run.threads: found -1")

    def tells(self, what, of_root, of_other, code, sentence):
        begin = time.monotonic()
        process = subprocess.Popen(["mpirun", "-n", "1", self.sprig, *of_root, ":", "-n", "1", self.sprig, *of_other],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT,
                                   cwd=self.folder)
        text, _ = process.communicate(timeout=60)
        seconds = time.monotonic() - begin
        errors = [line for line in text.splitlines() if line.startswith("sprig: error: ")]
        self.must(process.returncode == code and len(errors) == 1 and sentence in errors[0] and seconds < MOST_SECONDS,
                  f"{what}: exit code {process.returncode} after {seconds:.1f} s: {text}")
        print(f"{what}: {errors[0]}")

    def refusals(self):
        for verb in ["prune", "lyapunov", "study", "learn", "train", "search", "plan"]:
            text = self.ends(self.start(2, verb), 2)
            self.must(text.count(f"sprig: error: sprig {verb}: was started on 2 ranks, and is not divided among them") == 1, text)
        text = self.run("learns", 2, "--config", LEARNS, code=3)
        self.must(text.count("sprig: error: projection.stdp.w_max: found synapses that learn, over 2 ranks") == 1, text)
        text = self.ends(self.start(2, "--version"))
        self.must(text.count("sprig 0") == 1, text)
        alone = subprocess.run(self.command(2, "plan", "--config", CONFIG), env=dict(ENVIRONMENT, SPRIG_RANKS="off"), text=True,
                               capture_output=True, timeout=60)
        self.must(alone.returncode == 0, alone.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sprig", required=True)
    parser.add_argument("part", choices=["results", "checkpoints", "failures", "refusals"])
    options = parser.parse_args()
    sprig = os.path.abspath(options.sprig)
    if not shutil.which("mpirun"):
        print("skipped: there is no mpirun here")
        sys.exit(77)
    about = subprocess.run([sprig, "info"], text=True, capture_output=True, timeout=120).stdout
    if "MPI: built without" in about or "Open MPI" not in about:
        print("skipped: sprig was built without Open MPI")
        sys.exit(77)
    runs = Runs(sprig)
    getattr(runs, options.part)()
    shutil.rmtree(runs.folder)


if __name__ == "__main__":
    main()
