"""What looks for mutants: the tests, each by itself, which places of mutants each of them reaches, and how long it takes.

A test that does not come by the place of a mutant cannot find it. So a mutant costs the tests that reach it, and one that
nothing reaches survives without a run.
"""

import concurrent.futures
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

# From the ground up.
ROOMS = ["core", "neuron", "network", "engine", "formats", "dynamics", "coding", "instruments", "learning", "pruning", "tasks",
         "config", "report", "session", "app"]
KERNELS = "test_kernels_emulated"   # device code, as C++
OTHER_PROGRAMS = "slow|gpu|asan|tsan|double"   # sanitizers look for other things; double is the same lines once more
MEASURE = 900   # seconds that a test may take without a mutant
MOST_MEMORY = 8 << 30   # of a process, which may reserve more: a mutant may have dropped a limit
NO_END = "no end"
PLACES = 4096           # bytes of the file in which a program marks the places it reaches


class Look:
    """A test of a GoogleTest program, or a script (name: "")."""

    def __init__(self, program, name, room, command):
        self.program, self.name, self.command = program, name, command
        self.rank = ROOMS.index(room) if room in ROOMS else len(ROOMS)
        self.seconds, self.reached = 0.0, set()


def emulated_filter(tests):
    """The cases of the emulated device that differ most, as its tests choose them."""
    text = open(os.path.join(tests, "emulated_device", "CMakeLists.txt"), encoding="utf-8").read()
    return ":".join(re.search(r'string\(JOIN ":" short ([^)]*)\)', text).group(1).split())


def looks(source, tree):
    """All of them. tree: the build of source."""
    tests = os.path.join(source, "tests")
    found = []
    for base, _, names in os.walk(os.path.join(tree, "tests")):
        for program in sorted(names):
            path = os.path.join(base, program)
            if re.fullmatch(r"test_\w+", program) and os.access(path, os.X_OK) and not re.search(OTHER_PROGRAMS, program):
                chosen = [f"--gtest_filter={emulated_filter(tests)}"] if program == KERNELS else []
                listed = subprocess.run([path, "--gtest_list_tests", *chosen], check=True, stdout=subprocess.PIPE, text=True).stdout
                suite = ""
                for line in listed.splitlines():
                    word = line.split("#")[0].strip()
                    if not line.startswith(" "):
                        suite = word if word.endswith(".") else ""
                    elif suite:
                        found.append(Look(program, suite + word, os.path.basename(base), [path]))
    programs = {name: os.path.join(tree, *name.split("/"))
                for name in ("sprig", "tests/faults/sprig_faults", "tests/emulated_device/sprig_emulated")}
    sprig, faults, emulated = programs.values()
    scripts = [("golden", [os.path.join(tests, "golden", "golden.sh"), sprig], sprig),
               ("emulated verbs", [os.path.join(tests, "emulated_device", "verbs.sh"), emulated], emulated)]
    listed = subprocess.run(["ctest", "--test-dir", tree, "-R", r"^(killed\.\w+|app\.shared_study)$", "--show-only=json-v1"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    scripts += [(entry["name"], entry["command"], sprig) for entry in json.loads(listed)["tests"]]
    for verb in ("run", "prune", "study", "learn"):
        for script in (["injection.py"], ["disk.py", "power"]):
            scripts.append((f"faults {' '.join(script)} {verb}",
                            ["python3", os.path.join(tests, "faults", script[0]), *script[1:], "--program", faults, "--verb", verb,
                             "--points", "8"], faults))
    return found + [Look(name, "", "", command) for name, command, program in scripts if os.access(program, os.X_OK)]


def run(command, seconds, **variables):
    """"" when it passes, or what failed. It has a folder of its own, and ends, with all it started, after some seconds."""
    folder = tempfile.mkdtemp(prefix="mutant-")
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="2", SPRIG_REQUIRE_GPU="1",
                       SPRIG_EMULATED_MULTIPROCESSORS="8", TMPDIR=folder, **variables)
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        errors="replace", start_new_session=True,
        preexec_fn=lambda: (*(signal.signal(asked, signal.SIG_DFL)   # which nohup and shells ignore in the background
                              for asked in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)),
                            resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
                            resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))))
    try:
        printed = process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return NO_END
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if process.returncode == 0:
        return ""
    failed = re.search(r"\[  FAILED  \] ([\w./]+)", printed)
    return failed.group(1) if failed else f"exit code {process.returncode}"


def measure(look):
    """Runs it without a mutant, for its seconds and the places it reaches. What failed, or ""."""
    with tempfile.NamedTemporaryFile(prefix="reached-") as places:
        places.truncate(PLACES)
        start = time.monotonic()
        failed = run(look.command + ([f"--gtest_filter={look.name}"] if look.name else []), MEASURE, SPRIG_MUTANTS_REACHED=places.name)
        look.seconds = time.monotonic() - start
        places.seek(0)
        look.reached = {number for number, byte in enumerate(places.read()) if byte}
    return failed


def measured(source, tree, jobs, kept):
    """All looks that pass without a mutant, measured. kept: a file of what programs that are still the same have shown."""
    known = json.load(open(kept, encoding="utf-8")) if os.path.exists(kept) else {}
    every, failing = looks(source, tree), []

    def key(look):
        binary = next(path for path in reversed(look.command) if path.startswith(tree)) if not look.name else look.command[0]
        return f"{look.program} {look.name} {os.stat(binary).st_mtime_ns}"

    def one(look):
        entry = known.get(key(look))
        if entry is None:
            failed = measure(look)
            if failed:
                failing.append(look)
                print(f"left out, for it fails without a mutant: {look.program} {look.name}: {failed}", flush=True)
                return
            entry = known[key(look)] = [round(look.seconds, 3), sorted(look.reached)]
        look.seconds, look.reached = entry[0], set(entry[1])

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, every))
    with open(kept, "w", encoding="utf-8") as file:
        json.dump(known, file)
    return [look for look in every if look not in failing]
