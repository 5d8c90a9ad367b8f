"""The stages end to end on an emulated device: a run that is killed, its rest, what is kept; small, and with the CPU's hashes.

rehearsal_test.py SPRIG TEST_KERNELS_GPU BENCH_LADDER
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = dict(zip(("sprig", "test_kernels_gpu", "bench_ladder"), sys.argv[1:4]))
STAGES = ("smoke", "micro", "ladder", "nets", "sanitize")


class Rehearsal(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        for name, path in PROGRAMS.items():
            (self.programs / name).symlink_to(path)
        # A step is small, but the machine may be busy.
        self.environment = dict(os.environ, SPRIG_GPU_PROGRAMS=str(self.programs), SPRIG_GPU_PATIENCE="20")

    def start(self, out, *words):
        return subprocess.Popen(
            [sys.executable, str(ROOT / "bench/gpu/run.py"), *words, "--rehearse", "--budget", "100000", "--out", str(out)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment, start_new_session=True)

    def keep(self, out):
        return subprocess.run([sys.executable, str(ROOT / "bench/gpu/keep.py"), str(out), "--into", str(self.folder / "kept")],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment)

    def lines(self, path):
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def test_a_killed_run_is_kept_and_its_rest_is_run(self):
        first, second = self.folder / "first", self.folder / "second"
        process = self.start(first, *STAGES)
        while len(self.lines(first / "stages.jsonl")) < 4 and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)  # its steps end by themselves, or at their limits
        said = process.communicate()[0]
        done = [entry["step"] for entry in self.lines(first / "stages.jsonl") if entry["rc"] == 0]
        self.assertGreaterEqual(len(done), 4, said)
        kept = self.keep(first)
        self.assertEqual(kept.returncode, 0, kept.stdout)

        process = self.start(second, *STAGES, "--rest")
        said = process.communicate()[0]
        entries = self.lines(second / "stages.jsonl")
        self.assertEqual([entry for entry in entries if entry["rc"]], [], said)
        self.assertEqual([entry for entry in entries if "wrong" in entry], [], said)
        not_run = {entry["not_run"] for entry in entries if entry["rc"] is None}
        self.assertLessEqual(not_run, {"compute-sanitizer has nothing to watch on an emulated device"}, said)
        rest = [entry["step"] for entry in entries if entry["rc"] == 0]
        self.assertEqual(set(rest) & set(done), set())
        stages = {step.split("/")[0] for step in rest + done}
        self.assertLessEqual({"smoke", "micro", "ladder", "nets"}, stages, said)

        kept = self.keep(second)
        self.assertEqual(kept.returncode, 0, kept.stdout)
        print(said + kept.stdout)
        self.same_as_on_the_cpu(first, second)
        process = self.start(self.folder / "third", "smoke", "micro", "ladder", "nets", "--rest")
        process.communicate()
        self.assertEqual((process.returncode, self.lines(self.folder / "third" / "stages.jsonl")), (0, []))

    def same_as_on_the_cpu(self, *outs):
        """Every network's hash, with the very settings of the run."""
        sys.path.insert(0, str(ROOT / "bench/gpu"))
        from stages import STAGES as table
        steps = {step.name: step for groups in table.values() for group in groups for step in group}
        results = [line for out in outs for line in self.lines(out / "results.jsonl") if line["kind"] == "bench"]
        self.assertGreater(len(results), 10)
        for line in results:
            step = steps[line["name"]]
            folder = self.folder / "cpu" / line["name"]
            words = [word.replace("{folder}", str(folder)) for word in step.command[1:] + step.rehearsed]
            words[words.index("cuda")] = "cpu"
            subprocess.run([PROGRAMS["sprig"], *words], check=True, stdout=subprocess.DEVNULL)
            self.assertEqual(json.loads((folder / "result.json").read_text())["hash"], line["result"]["hash"], line["name"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
