"""The rules of bench/gpu/run.py and keep.py, on fake programs: what is run, what is on the disk after a kill, what goes on."""
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
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RUN, KEEP = ROOT / "bench/gpu/run.py", ROOT / "bench/gpu/keep.py"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.programs, self.tools = self.folder / "programs", self.folder / "tools"
        for place, names in ((self.programs, ("sprig", "bench_ladder", "test_kernels_gpu")),
                             (self.tools, ("nvidia-smi", "compute-sanitizer"))):
            place.mkdir()
            for name in names:
                (place / name).symlink_to(HERE / "fake_program.py")
        self.out = self.folder / "out"
        self.environment = dict(os.environ, SPRIG_GPU_PROGRAMS=str(self.programs), FAKE_ROOT=str(ROOT),
                                FAKE_LOG=str(self.folder / "calls"), PATH=f"{self.tools}:{os.environ['PATH']}")
        for variable in ("CUDA_LAUNCH_BLOCKING", "SPRIG_GPU_PATIENCE"):
            self.environment.pop(variable, None)

    def start(self, *words, plan="", patience="1", **environment):
        return subprocess.Popen(
            [sys.executable, str(RUN), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=dict(self.environment, FAKE_PLAN=plan, SPRIG_GPU_PATIENCE=patience, **environment))

    def run_stages(self, *words, budget="1000", **options):
        process = self.start(*words, "--budget", budget, "--out", str(self.out), **options)
        self.said = process.communicate()[0]
        return process.returncode

    def keep(self, *words):
        done = subprocess.run([sys.executable, str(KEEP), str(self.out), *words], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = done.stdout
        return done.returncode

    def lines(self, name):
        path = self.out / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def stages(self):
        return [(line["step"], line["rc"]) for line in self.lines("stages.jsonl")]

    def calls(self, what="begin"):
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [call for call in map(json.loads, lines) if call["what"] == what]


    @staticmethod
    def beside(rung):
        """The line of a rung in the table: the fake ladder takes 2 us for each."""
        figures = json.loads((ROOT / "bench/kernels/predictions.json").read_text())["figures"]
        predicted = figures[f"ladder/{rung}/us_a_step"]
        return rf"ladder/{rung}/us_a_step +2 +{predicted:g} +{2 / predicted:.2f}"


class Rules(Case):
    def test_each_step_leaves_a_line_and_its_result(self):
        self.assertEqual(self.run_stages("smoke", "ladder", "nets/brunel"), 0, self.said)
        steps = [step for step, _ in self.stages()]
        self.assertEqual(sorted(steps), sorted(["smoke/resident", "smoke/resident-kernel", "smoke/engine", "smoke/placed", "smoke/plastic",
                                                "smoke/stimuli", "smoke/competitive", "smoke/event-times", "smoke/bptt",
                                                "smoke/tangent", "smoke/devices",
                                                "ladder/ladder", "nets/brunel"]))
        self.assertEqual(steps[0], "smoke/resident")
        results = {line["name"]: line["result"] for line in self.lines("results.jsonl")}
        self.assertEqual(results["resident"]["tests"], 1)
        self.assertEqual(results["brunel"]["hash"], "616915bd7b335bc4")
        self.assertNotIn("host_name", results["ladder"]["context"])
        self.assertIn("13 of 13 steps ended well", self.said)
        self.assertRegex(self.said, self.beside("5_mailbox"))

    def test_few_files_come_back(self):
        self.run_stages("smoke", "nets", "sanitize")
        self.assertLessEqual({path.name for path in self.out.iterdir()},
                             {"stages.jsonl", "results.jsonl", "log.txt", "machine.txt", "sanitizer.txt", "ncu.txt"})

    def test_steps_of_a_group_run_side_by_side_and_groups_in_turn(self):
        self.run_stages("smoke", plan="GpuPlastic=slow,GpuEngine=slow")
        begin = {call["line"].split("filter=")[1]: call["at"] for call in self.calls("begin")}
        end = {call["line"].split("filter=")[1]: call["at"] for call in self.calls("end")}
        self.assertLess(begin["*GpuPlastic*"], end["*GpuEngine*"])
        self.assertLess(begin["*GpuEngine*"], end["*GpuPlastic*"])
        self.assertLess(end["*GpuResident*"], min(begin["*GpuPlastic*"], begin["*GpuEngine*"]))

    def test_a_step_that_hangs_is_ended_and_the_others_go_on(self):
        self.assertEqual(self.run_stages("nets/vogels", "micro/microcircuit", "ladder", plan="vogels=hang", patience="0.3"), 1)
        self.assertEqual(self.stages(), [("nets/vogels", 124), ("micro/microcircuit", 0), ("ladder/ladder", 0),
                                         ("nets/vogels", 124)])
        self.assertIn("ran past its limit", self.said)

    def test_a_step_that_ignores_the_signal_is_killed(self):
        self.run_stages("nets/vogels", plan="vogels=ignore", patience="0.3", budget="10")
        self.assertEqual(self.stages()[0], ("nets/vogels", 137))

    def test_a_failed_step_is_tried_once_more_at_the_end_blocking_and_with_its_first_failing_test(self):
        self.assertEqual(self.run_stages("smoke/resident", "smoke/bptt", plan="GpuResident=fail"), 1)
        self.assertEqual(self.stages(), [("smoke/resident", 1), ("smoke/bptt", 0), ("smoke/resident", 1)])
        last = self.calls()[-1]
        self.assertEqual(last["blocking"], "1")
        self.assertTrue(last["line"].endswith("--gtest_filter=All/Fake.Is/0"), last["line"])
        self.assertEqual({call["blocking"] for call in self.calls()[:-1]}, {None})

    def test_of_a_program_that_crashed_the_test_that_was_running_is_tried_again(self):
        self.run_stages("smoke/resident", plan="GpuResident=crash")
        self.assertTrue(self.calls()[-1]["line"].endswith("--gtest_filter=All/Fake.Crashes/1"))

    def test_a_second_try_that_ends_well_is_neither_a_result_nor_an_end(self):
        self.assertEqual(self.run_stages("nets/brunel", plan="brunel=fail-once"), 1)
        self.assertEqual(self.stages(), [("nets/brunel", 1), ("nets/brunel", 0)])
        self.assertEqual(len(self.lines("results.jsonl")), 1)
        self.assertIn("0 of 1 steps ended well", self.said)

    def test_there_is_no_third_try(self):
        for _ in range(2):
            self.run_stages("nets/brunel", plan="brunel=fail")
        self.assertEqual(self.stages(), [("nets/brunel", 1), ("nets/brunel", 1), ("nets/brunel", None)])
        self.assertIn("failed twice before", self.said)

    def test_a_step_whose_limit_does_not_fit_is_not_run(self):
        self.assertEqual(self.run_stages("smoke/resident", "smoke/bptt", budget="45"), 1)
        self.assertEqual(self.stages(), [("smoke/resident", None), ("smoke/bptt", 0)])
        self.assertRegex(self.said, r"not run: \d+ s left, its limit is 60 s")

    def test_a_program_that_ends_well_and_shows_nothing_has_failed(self):
        for deed, why in (("skip", "1 tests were skipped"), ("empty", "no test ran"), ("silent", "it left no result")):
            self.out = self.folder / deed
            self.assertEqual(self.run_stages("smoke/resident", plan=f"GpuResident={deed}"), 1)
            self.assertIn(f"FAILED: {why}", self.said)

    def test_another_hash_than_the_cpus_is_a_failure(self):
        self.assertEqual(self.run_stages("nets/brunel", plan="brunel=differ"), 1)
        self.assertIn("hash 0123456789abcdef, but brunel-cpu.json has 616915bd7b335bc4", self.said)

    def test_rungs_with_different_hashes_are_a_failure(self):
        self.assertEqual(self.run_stages("ladder", plan="ladder=differ"), 1)
        self.assertIn("rungs differ in their hash", self.said)

    def test_memcheck_does_not_report_the_errors_that_a_test_provokes(self):
        self.run_stages("sanitize/memcheck", "sanitize/racecheck")
        memcheck, racecheck = (call["line"] for call in self.calls())
        self.assertIn("--tool memcheck --report-api-errors no --error-exitcode 1", memcheck)
        self.assertNotIn("report-api-errors", racecheck)

    def test_without_compute_sanitizer_its_steps_are_not_run(self):
        (self.tools / "compute-sanitizer").unlink()
        if shutil.which("compute-sanitizer") or list(pathlib.Path("/usr/local").glob("cuda*/bin/compute-sanitizer")):
            self.skipTest("it is installed here")
        self.run_stages("sanitize/racecheck")
        self.assertIn("not run: no compute-sanitizer", self.said)


class Resuming(Case):
    def wait_for_calls(self, count):
        end = time.monotonic() + 30
        while len(self.calls()) < count and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(len(self.calls()), count)

    def test_what_was_done_before_a_kill_is_kept_and_not_run_again(self):
        words = ("nets/vogels", "nets/brunel", "nets/hrsnn")
        process = self.start(*words, "--budget", "1000", "--out", str(self.out), plan="hrsnn=hang")
        self.wait_for_calls(3)
        process.kill()
        process.communicate()
        os.kill(self.calls()[-1]["pid"], signal.SIGKILL)
        self.assertEqual(self.stages(), [("nets/vogels", 0), ("nets/brunel", 0)])
        with open(self.out / "stages.jsonl", "a") as file:
            file.write('{"stage": "ne')  # a line that was being written
        self.assertEqual(self.run_stages(*words), 0, self.said)
        self.assertEqual(len(self.calls()), 4)
        self.assertIn("bench hrsnn", self.calls()[-1]["line"])
        whole = [line for line in (self.out / "stages.jsonl").read_text().splitlines() if line.endswith("}")]
        self.assertEqual([json.loads(line)["step"] for line in whole], list(words))

    def test_a_signal_ends_the_step_and_says_what_was_done(self):
        process = self.start("nets/vogels", "nets/brunel", "--budget", "1000", "--out", str(self.out), plan="brunel=hang")
        self.wait_for_calls(2)
        process.terminate()
        said = process.communicate(timeout=20)[0]
        self.assertEqual(process.returncode, 1)
        self.assertEqual(self.stages(), [("nets/vogels", 0), ("nets/brunel", None)])
        self.assertIn("stopped by a signal", said)
        with self.assertRaises(ProcessLookupError):
            os.kill(self.calls()[-1]["pid"], 0)

    def test_rest_is_what_keep_has_not_seen_done(self):
        self.run_stages("nets/vogels", "nets/brunel", plan="vogels=fail")
        self.assertEqual(self.keep("--into", str(self.folder / "kept")), 0, self.said)
        self.out = self.folder / "second"
        self.run_stages("nets/vogels", "nets/brunel", "nets/hrsnn", "--rest")
        self.assertEqual(self.stages(), [("nets/vogels", None), ("nets/hrsnn", 0)])
        self.out = self.folder / "third"  # without --rest what is named is run
        self.run_stages("nets/brunel")
        self.assertEqual(self.stages(), [("nets/brunel", 0)])

    def test_keep_twice_is_keep_once(self):
        self.run_stages("nets/brunel")
        for _ in range(2):
            self.keep("--into", str(self.folder / "kept"))
        self.assertEqual(len((self.programs / "done.jsonl").read_text().splitlines()), 1)


class Keeping(Case):
    def test_results_become_files_beside_the_cpus(self):
        self.run_stages("nets/brunel", "ladder", "smoke/resident")
        self.assertEqual(self.keep("--into", str(self.folder / "kept")), 0, self.said)
        self.assertEqual({path.name for path in (self.folder / "kept").iterdir()}, {"brunel-cuda.json", "ladder.json"})
        self.assertIn("hash 616915bd7b335bc4, as brunel-cpu.json", self.said)
        self.assertRegex(self.said, self.beside("6_split_by_delay"))

    def test_a_wrong_result_is_said(self):
        self.run_stages("nets/brunel", plan="brunel=differ")
        self.assertEqual(self.keep("--into", str(self.folder / "kept")), 1)
        self.assertIn("WRONG: hash 0123456789abcdef", self.said)

    def test_a_rehearsal_is_not_kept_as_a_result(self):
        before = sorted((ROOT / "bench/results").iterdir())
        self.run_stages("nets/brunel", "--rehearse")
        self.keep()
        self.assertEqual(sorted((ROOT / "bench/results").iterdir()), before)

    def test_a_folder_that_no_run_wrote_is_refused(self):
        self.assertEqual(self.keep(), 2)
        self.assertIn("stages.jsonl does not exist", self.said)


class Refusals(Case):
    def test_an_unknown_stage_is_refused_with_those_that_there_are(self):
        self.assertEqual(self.run_stages("nets", "smok"), 2)
        self.assertIn("no stage smok; stages: smoke micro", self.said)
        self.assertEqual(self.calls(), [])

    def test_a_budget_and_a_folder_are_needed(self):
        for words in (["smoke"], ["smoke", "--budget", "10"], ["smoke", "--budget", "-1", "--out", str(self.out)],
                      ["smoke", "--budget", "nan", "--out", str(self.out)]):
            process = self.start(*words)
            process.communicate()
            self.assertEqual(process.returncode, 2, words)

    def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(self):
        (self.folder / "file").write_text("")
        self.out = self.folder / "file" / "out"
        self.assertEqual(self.run_stages("smoke"), 2)
        self.assertIn("Not a directory", self.said)
        self.assertEqual(self.calls(), [])

    def test_without_programs_nothing_runs(self):
        shutil.rmtree(self.programs)
        self.assertEqual(self.run_stages("smoke"), 3)
        self.assertIn("./dev gpu pack", self.said)

    def test_without_a_gpu_only_a_rehearsal_runs(self):
        self.assertEqual(self.run_stages("smoke/bptt", FAKE_GPU="none"), 3)
        self.assertIn("nvidia-smi lists no GPU", self.said)
        self.assertEqual(self.run_stages("smoke/bptt", "--rehearse", FAKE_GPU="none"), 0)


class Filters(Case):
    def check(self, **environment):
        process = self.start("--check", **environment)
        self.said = process.communicate()[0]
        return process.returncode

    def test_a_filter_that_names_no_test_is_found(self):
        self.assertEqual(self.check(), 0, self.said)
        self.assertEqual(self.check(FAKE_UNKNOWN="GpuBptt.*/1"), 1)
        self.assertIn("sanitize/synccheck: --gtest_filter=", self.said)
        self.assertEqual(self.check(FAKE_UNKNOWN="^choice/"), 1)
        self.assertIn("rest/choice: --benchmark_filter=^choice/ names nothing in bench_ladder", self.said)
        (self.programs / "sprig").unlink()
        (self.programs / "sprig").write_text("#!/bin/sh\n")
        (self.programs / "sprig").chmod(0o755)
        self.assertEqual(self.check(), 1)
        self.assertIn("ncu/ncu: sprig has no kernel resident_kernel", self.said)


class Predictions(unittest.TestCase):
    """bench/kernels: predictions.json has what is predicted; the page and the ladder agree with it."""

    def setUp(self):
        self.figures = json.loads((ROOT / "bench/kernels/predictions.json").read_text())["figures"]

    def test_every_rung_has_a_prediction(self):
        source = (ROOT / "bench/kernels/ladder.cu").read_text()
        ladder = source[source.index("ladder() {"):source.index("variations() {")]
        rungs = re.findall(r'^ *\{"(\w+)"', ladder, re.M)
        self.assertGreater(len(rungs), 6)
        self.assertEqual([rung for rung in rungs if f"ladder/{rung}/us_a_step" not in self.figures], [])

    def test_the_page_says_what_the_file_says(self):
        page = (ROOT / "bench/kernels/README.md").read_text()
        rows = re.findall(r"^\| (\d+|exchange alone)[ ,].*?\| ([\d.]+) \|", page, re.M)
        said = {rung.replace(" ", "_"): float(value) for rung, value in rows}
        rungs = [(name.split("/")[1], value) for name, value in self.figures.items() if name.startswith("ladder/")]
        self.assertEqual(said, {name if name == "exchange_alone" else name.split("_")[0]: value for name, value in rungs})


if __name__ == "__main__":
    unittest.main()
