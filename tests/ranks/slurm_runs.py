#!/usr/bin/env python3
"""Batch scripts of examples/ and docs/ do what they say, under a Slurm of this machine (slurm.py).

    slurm_runs.py --sprig SPRIG ranks|study|scripts

ranks: examples/ranks.sbatch leaves the folder of one process; given USR1, as near its time limit, it is requeued, goes on, and
leaves the same. study: the array of docs/how-to/cluster.md shares a study, one of its jobs is requeued, and the table is that of
one process. scripts: shellcheck has nothing to say of any of them. Exit code 77 where there is no Slurm, or no shellcheck.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
import kill_resume  # noqa: E402
import slurm  # noqa: E402


def must(what, said):
    if not what:
        sys.exit(f"slurm_runs: {said}")


def documented():
    """The batch scripts of the page."""
    with open(os.path.join(ROOT, "docs", "how-to", "cluster.md"), encoding="utf-8") as file:
        return [block for block in re.findall(r"```bash\n(.*?)```", file.read(), re.S) if "#SBATCH" in block]


class Runs:
    def __init__(self, sprig):
        self.sprig = sprig
        self.folder = tempfile.mkdtemp(prefix="slurm_runs-")
        os.environ["PATH"] = os.path.dirname(os.path.abspath(sprig)) + ":" + os.environ["PATH"]  # of the jobs too
        os.environ.update(OMP_WAIT_POLICY="passive", OMPI_MCA_hwloc_base_binding_policy="none",
                          OMPI_MCA_mpi_yield_when_idle="1", SCRATCH=os.path.join(self.folder, "shared"))

    def out(self, name):
        """Run folders are all called study, as in the scripts: their pages say it."""
        return os.path.join(self.folder, name, "study")

    def alone(self, verb, *arguments):
        done = subprocess.run([self.sprig, verb, "--threads", "1", "--out", self.out("alone"), *arguments], capture_output=True,
                              text=True, env=dict(os.environ, SPRIG_RANKS="off"), check=False)
        must(done.returncode == 0, done.stderr)

    def same(self, verb, name, more=frozenset(), any_order=()):
        options = SimpleNamespace(masked=kill_resume.MASKED | more, verb=verb, any_order=list(any_order))
        found = kill_resume.differences(self.out("alone"), self.out(name), options)
        must(not found, f"{name} is not the folder of one process:\n  " + "\n  ".join(found))

    def configuration(self, name, source, *changes):
        """A copy in our folder, changed."""
        with open(os.path.join(HERE, source), encoding="utf-8") as file:
            text = file.read()
        for old, new in changes:
            must(text.count(old) == 1, f"{source} has {text.count(old)} times {old}")
            text = text.replace(old, new)
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def stop(self, cluster, job):
        """After a second of work, as Slurm does near the time limit."""
        end = time.monotonic() + 60
        while cluster.field(job, "JobState") != ["RUNNING"]:
            must(time.monotonic() < end, f"job {job}: {cluster.field(job, 'JobState')}")
            time.sleep(0.1)
        time.sleep(1)
        cluster.tell("scancel", "--batch", "--signal=USR1", str(job))

    # ---- parts ------------------------------------------------------------------------------------------------------

    def ranks(self):
        """The script asks for four nodes; options of sbatch are stronger than its lines."""
        config = self.configuration("run.toml", "run.toml", ("duration_ms = 200", "duration_ms = 6000"))
        script = os.path.join(ROOT, "examples", "ranks.sbatch")
        shape = ["--nodes=1", "--cpus-per-task=1"]
        self.alone("run", "--config", config)
        masked = frozenset({"device", "device_asked", "run.device"})
        with slurm.Cluster(cpus=4) as cluster:
            job = cluster.submit(*shape, "--ntasks-per-node=3", script, config, self.out("three"))
            must(cluster.wait(job) == ["COMPLETED"], cluster.printed(job))
            self.same("run", "three", masked)
            print("three ranks by srun: the folder of one process")

            job = cluster.submit(*shape, "--ntasks-per-node=2", script, config, self.out("stopped"))
            self.stop(cluster, job)
            must(cluster.wait(job) == ["COMPLETED"], cluster.printed(job))
            must(cluster.field(job, "Restarts") == ["1"], f"not requeued: {cluster.printed(job)}")
            onward = [line for line in cluster.printed(job).splitlines() if "goes on from step" in line]
            must(onward, f"began anew: {cluster.printed(job)}")
            self.same("run", "stopped", masked)
            print("two ranks, USR1, requeued: " + onward[0])

    def scripts(self):
        examples = os.path.join(ROOT, "examples")
        paths = [os.path.join(examples, name) for name in os.listdir(examples) if name.endswith(".sbatch")]
        for k, block in enumerate(documented()):
            paths.append(os.path.join(self.folder, f"block-{k}.sh"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(block)
        must(len(paths) >= 3, f"only {paths}")
        done = subprocess.run(["shellcheck", *paths], capture_output=True, text=True, check=False)
        must(done.returncode == 0, done.stdout + done.stderr)
        print(f"{len(paths)} scripts")

    def study(self):
        scripts = [block for block in documented() if "study.share=true" in block]
        must(len(scripts) == 1, "docs/how-to/cluster.md has no array that shares a study")
        path = os.path.join(self.folder, "study.sbatch")
        with open(path, "w", encoding="utf-8") as file:
            file.write(scripts[0])
        self.alone("study", "--config", self.configuration("study.toml", "../app/killed.toml", ("seeds = 2", "seeds = 6")))
        with slurm.Cluster(cpus=3) as cluster:
            job = cluster.submit("--array=1-3", "--cpus-per-task=1", f"--chdir={self.folder}", path)
            self.stop(cluster, f"{job}_2")
            states = cluster.wait(job)
            must(states == ["COMPLETED"] * 3, f"{states} {[cluster.printed(n) for n in range(1, 8)]}")
            must("1" in cluster.field(job, "Restarts"), "none of the array was requeued")
            self.same("study", "shared", frozenset({"share", "work_key"}), kill_resume.ANY_ORDER_OF["study"])
            print("an array of three jobs, one of them requeued: the study of one process")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprig", required=True)
    parser.add_argument("part", choices=["ranks", "study", "scripts"])
    options = parser.parse_args()
    why = slurm.missing() if options.part != "scripts" else "" if shutil.which("shellcheck") else "no shellcheck"
    if why:
        print("SKIPPED: " + why)
        return 77
    runs = Runs(options.sprig)
    if options.part == "ranks" and "MPI: built without" in subprocess.run([options.sprig, "info"], capture_output=True, text=True,
                                                                 check=True).stdout:
        print("SKIPPED: sprig was built without MPI")
        return 77
    getattr(runs, options.part)()
    shutil.rmtree(runs.folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
