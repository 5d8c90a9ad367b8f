"""The machine that the stages run on: its programs, tools and libraries, and a page about it."""
import fnmatch
import functools
import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import results

PLACES = ("", "bench", "tests/kernels")  # of a program in a build folder; .gpu has them side by side
PROGRAMS = ("sprig", "bench_ladder", "test_kernels_gpu")
TOOLS = {"ncu": ["/usr/local/cuda*/bin", "/opt/nvidia/nsight-compute/*"], "compute-sanitizer": ["/usr/local/cuda*/bin"]}


class Missing(Exception):
    """Something that a step needs is not on this machine."""


def program(name):
    folder = results.programs_folder()
    for place in PLACES:
        path = folder / place / name
        if path.is_file() and os.access(path, os.X_OK):
            return str(path.resolve())
    raise Missing(f"no {name} in {folder}; ./dev gpu pack builds the programs, at home")


def tool(name):
    path = shutil.which(name)
    for folder in TOOLS[name]:
        path = path or next(iter(sorted(glob.glob(f"{folder}/{name}"), reverse=True)), None)
    if not path:
        raise Missing(f"no {name}")
    return path


def command_of(step, folder, rehearse, environment):
    """The words of a step's command on this machine. Errors: Missing."""
    words = []
    for word in step.command + (step.rehearsed if rehearse else ()):
        if word.startswith("{programs}/"):
            words.append(program(word.removeprefix("{programs}/")))
            lost = missing_libraries(words[-1], environment)
            if lost:
                raise Missing(f"{pathlib.Path(words[-1]).name} needs {' '.join(lost)}")
        elif word.strip("{}") in TOOLS:
            if rehearse:
                raise Missing(f"{word.strip('{}')} has nothing to watch on an emulated device")
            words.append(tool(word.strip("{}")))
        else:
            words.append(word.replace("{json}", str(folder / "result.json")).replace("{folder}", str(folder)))
    return words


def load(page, rehearse):
    """Writes the page about this machine; returns the environment of the steps.
    Errors: Missing: there is no GPU, or no program can start."""
    environment = dict(os.environ, SPRIG_REQUIRE_GPU="1", OMP_NUM_THREADS=str(len(os.sched_getaffinity(0))),
                       CUDA_MODULE_LOADING="LAZY")
    paths = [program(name) for name in PROGRAMS]
    listed = output(["nvidia-smi", "-L"])
    if "GPU" not in listed and not rehearse:
        raise Missing("nvidia-smi lists no GPU")
    wanted = {library for path in paths for library in missing_libraries(path, environment)}
    folders = folders_of(wanted)
    if folders:
        environment["LD_LIBRARY_PATH"] = ":".join(filter(None, [environment.get("LD_LIBRARY_PATH"), *folders]))
    lost = {path: missing_libraries(path, environment) for path in paths}
    info = output([paths[0], "info"], environment)
    with open(page, "a") as file:
        memory = "".join(pathlib.Path("/proc/meminfo").read_text().splitlines(True)[:3])
        file.write(f"{listed}{output(['nvidia-smi'])}{memory}processors: {environment['OMP_NUM_THREADS']}\n"
                   f"libraries from: {' '.join(folders) or 'the system'}\n{info}\n")
    for path, libraries in lost.items():
        if libraries:
            print(f"{pathlib.Path(path).name} cannot start: {' '.join(libraries)} not found", flush=True)
    if all(lost.values()):
        raise Missing("no program can start: " + " ".join(sorted(set().union(*lost.values()))) + " not found")
    print("\n".join(line for line in info.splitlines() if line.startswith(("device", "self test"))), flush=True)
    if not lost[paths[0]] and "device 0" not in info:
        raise Missing("sprig sees no GPU: " + info)
    return environment


def output(command, environment=None, limit=30):
    try:
        return subprocess.run(command, env=environment, text=True, timeout=limit, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace").stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{command[0]}: {error}\n"


def missing_libraries(path, environment):
    """Shared libraries of a program that the loader does not find."""
    return lost_from(path, environment.get("LD_LIBRARY_PATH"))


@functools.cache  # a step's time is not for asking again
def lost_from(path, folders):
    listed = output(["ldd", path], dict(os.environ, LD_LIBRARY_PATH=folders or ""))
    return sorted(set(re.findall(r"^\s*(\S+) => not found", listed, re.M)))


def folders_of(libraries, seconds=20):
    """Folders that have these libraries: where CUDA and Python's packages keep them, then anywhere on the disk."""
    found = {}
    usual = ["/usr/local/cuda*/lib64", "/usr/local/cuda*/targets/*/lib"]
    usual += [f"{site}/nvidia/*/lib" for site in site_packages()]
    for folder in (folder for pattern in usual for folder in sorted(glob.glob(pattern))):
        note(found, folder, libraries)
    end = time.monotonic() + seconds
    for folder, below, _ in os.walk("/"):
        if len(found) == len(libraries) or time.monotonic() > end:
            break
        below[:] = [name for name in below if os.path.join(folder, name) not in ("/proc", "/sys", "/dev")]
        note(found, folder, libraries)
    return sorted(set(found.values()))


def note(found, folder, libraries):
    for library in libraries:
        if library not in found and os.path.exists(os.path.join(folder, library)):
            found[library] = folder


def site_packages():
    """Of this Python and of the one on PATH, which need not be the same."""
    there = output(["python3", "-c", "import sys; print(*sys.path, sep='\\n')"]).splitlines()
    return sorted({path for path in sys.path + there if path.endswith("site-packages")})


def suites_of(path):
    """The test suites of a program, without the parameters."""
    return set(re.findall(r"^(\S+)\.", output([path, "--gtest_list_tests"]), re.M))


def check_filters(steps):
    """Whether each filter names a test, a benchmark or a kernel of its program, plainly and rehearsed: an exit status."""
    failures = 0
    for name, step in steps:
        for kernel in (word.removeprefix("regex:") for word in step.command if word.startswith("regex:")):
            if kernel.encode() not in pathlib.Path(program("sprig")).read_bytes():
                print(f"{name}: sprig has no kernel {kernel}")
                failures += 1
        for words in (step.command, step.command + step.rehearsed):
            filters = [word for word in words if "_filter=" in word]
            if not filters:
                continue
            binary = next(word for word in words if word.startswith("{programs}/")).removeprefix("{programs}/")
            kind = "gtest" if "gtest" in filters[-1] else "benchmark"
            listed = output([program(binary), filters[-1], f"--{kind}_list_tests"])
            # A test program's tests are indented below their suites; a benchmark is a line "group/name".
            found = re.findall(r"^  \S" if kind == "gtest" else r"^\w+/\S+$", listed, re.M)
            if not found:
                print(f"{name}: {filters[-1]} names nothing in {binary}")
                failures += 1
    wanted = [word.split("=", 1)[1].split(":") for name, step in steps if name.startswith(("smoke/", "rest/"))
              for word in step.command if word.startswith("--gtest_filter=")]
    for suite in sorted(suites_of(program("test_kernels_gpu"))):
        if not any(fnmatch.fnmatchcase(suite + ".", pattern.split(".")[0].rstrip("*") + "*") for patterns in wanted
                   for pattern in patterns):
            print(f"{suite} is in no step of smoke or rest")
            failures += 1
    print(f"{len(steps)} steps, {failures} failures: filters that name nothing, suites that no filter names")
    return 1 if failures else 0
