#!/usr/bin/env python3
"""Mutants: faults that are planted one at a time in a copy of the sources, to see whether the tests find them.

mutants.py lists them: a file, a piece of its text that is there once, and what stands in its place, in which M is true
where this mutant is the chosen one. All are compiled into one build; the environment variable SPRIG_MUTANT chooses. So a
mutant costs the time of the tests that it takes to find it, and no compilation.

usage: run.py check                             every piece of text is there, once
       run.py build [--build DIR] [--jobs N]    copies, plants, builds (DIR: build/mutants)
       run.py test [--build DIR] [--only N,N...] [--jobs N] [--report FILE]
"""

import argparse
import concurrent.futures
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from mutants import MUTANTS  # noqa: E402

HEADER = """// Which mutant the environment chooses; 0: none.
#pragma once
#include <cstdlib>
inline const int sprig_chosen_mutant = [] {
  const char* const text = std::getenv("SPRIG_MUTANT");
  return text == nullptr ? 0 : std::atoi(text);
}();
constexpr bool sprig_mutant(int number) { return !__builtin_is_constant_evaluated() && sprig_chosen_mutant == number; }
"""

# From the ground up; a room's mutants are looked for by its own tests first, then by those of the rooms above.
ROOMS = ["core", "neuron", "network", "engine", "formats", "dynamics", "coding", "instruments", "learning", "pruning", "tasks",
         "config", "report", "session", "app"]
KERNELS = "test_kernels_emulated"   # device code, as C++
AIM = 0.95


def room_of(file):
    return re.match(r"(?:include/sprig|host|kernels)/(\w+)/", file).group(1)


def planted():
    """{file: text with all of its mutants}. Errors: a piece of text that is not there, or not once."""
    texts, errors = {}, []
    for number, (file, old, new, _) in enumerate(MUTANTS, 1):
        path = os.path.join(ROOT, file)
        if not os.path.exists(path):
            errors.append(f"{number}: {file} is not there")
            continue
        original = open(path, encoding="utf-8").read()
        text = texts.setdefault(file, original)
        if original.count(old) != 1:
            errors.append(f"{number}: {file} has {original.count(old)} times: {old}")
        elif text.count(old) != 1:
            errors.append(f"{number}: {file}: another mutant changes: {old}")
        elif not re.search(r"\bM\b", new):
            errors.append(f"{number}: {file}: no M in: {new}")
        else:
            texts[file] = text.replace(old, re.sub(r"\bM\b", f"sprig_mutant({number})", new))
    if errors:
        raise SystemExit("\n".join(errors))
    return texts


def write_if_other(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path) or open(path, encoding="utf-8", errors="surrogateescape").read() != text:
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)


def build(folder, jobs):
    source, tree = os.path.join(folder, "source"), os.path.join(folder, "tree")
    texts = planted()
    files = subprocess.run(["git", "-C", ROOT, "ls-files"], check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    for file in filter(None, files):
        target = os.path.join(source, file)
        if file in texts:
            write_if_other(target, texts[file])
        elif not os.path.exists(target) or not filecmp.cmp(os.path.join(ROOT, file), target, shallow=False):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(os.path.join(ROOT, file), target, follow_symlinks=False)   # of now: what was made of it is older
    header = os.path.join(folder, "mutant.hpp")
    write_if_other(header, HEADER)
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    subprocess.run(["cmake", "-S", source, "-B", tree, "-G", "Ninja", "-DSPRIG_CUDA=OFF", "-DSPRIG_BENCH=OFF",
                    "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1", f"-DCMAKE_CXX_FLAGS=-include {header}",
                    *launcher], check=True, stdout=subprocess.DEVNULL)
    # The sanitizers look for other things, and are slow.
    listed = subprocess.run(["ninja", "-C", tree, "-t", "targets", "all"], check=True, stdout=subprocess.PIPE, text=True).stdout
    programs = re.findall(r"^(sprig|tests/faults/sprig_faults|tests/\S+/test_\w+): CXX_EXECUTABLE_LINKER", listed, re.M)
    programs = [program for program in programs if not re.search("slow|gpu|asan|tsan", program)]
    subprocess.run(["cmake", "--build", tree, "--parallel", str(jobs), "--target", *programs, "--", "-k", "0"],
                   check=True)   # all that does not compile is said at once


def emulated_filter(tests):
    """The cases of the emulated device that differ most, as its tests choose them."""
    text = open(os.path.join(tests, "emulated_device", "CMakeLists.txt"), encoding="utf-8").read()
    return ":".join(re.search(r'string\(JOIN ":" short ([^)]*)\)', text).group(1).split())


def suites(tree):
    """(rank, name, command) of everything that looks for mutants, from the ground up."""
    found = []
    source = os.path.join(os.path.dirname(tree), "source", "tests")
    for base, _, names in os.walk(os.path.join(tree, "tests")):
        for name in names:
            path = os.path.join(base, name)
            if name.startswith("test_") and "." not in name and os.access(path, os.X_OK) \
                    and not re.search("slow|gpu|asan|tsan", name):
                room = os.path.basename(base)
                only = [f"--gtest_filter={emulated_filter(source)}"] if name == KERNELS else []
                found.append((ROOMS.index(room) if room in ROOMS else len(ROOMS), name,
                              [path, "--gtest_brief=1", "--gtest_fail_fast", "--gtest_catch_exceptions=1", *only]))
    sprig = os.path.join(tree, "sprig")
    found.append((len(ROOMS), "golden", [os.path.join(source, "golden", "golden.sh"), sprig]))
    faults = os.path.join(tree, "tests", "faults", "sprig_faults")
    for verb in ("run", "prune", "study", "learn"):
        for script in (["injection.py"], ["disk.py", "power"]):
            found.append((len(ROOMS) + 1, f"faults {' '.join(script)} {verb}",
                          ["python3", os.path.join(source, "faults", script[0]), *script[1:], "--program", faults, "--verb", verb,
                           "--points", "8"]))
    return sorted(found, key=lambda suite: suite[0])


def run_suite(command, mutant, folder, timeout):
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="1" if mutant else "2",
                       SPRIG_REQUIRE_GPU="1", SPRIG_EMULATED_MULTIPROCESSORS="8")
    if mutant:
        environment["SPRIG_MUTANT"] = str(mutant)
    try:
        done = subprocess.run(command, env=environment, cwd=folder, timeout=timeout, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace")
    except subprocess.TimeoutExpired:
        return "no end"
    if done.returncode == 0:
        return ""
    failed = re.search(r"\[  FAILED  \] ([\w./]+)", done.stdout)
    return failed.group(1) if failed else f"exit code {done.returncode}"


def look_for(number, every, seconds, folder):
    """(suite, test) that finds a mutant; None: it survives."""
    room = ROOMS.index(room_of(MUTANTS[number - 1][0]))
    of_kernels = MUTANTS[number - 1][0].startswith("kernels/")
    nearest = sorted(every, key=lambda suite: (of_kernels and suite[1] != KERNELS, suite[0] < room, suite[0]))
    for _, name, command in nearest:
        found = run_suite(command, number, folder, 60 + 5 * seconds[name])
        if found:
            return name, found
    return None


def test(folder, only, jobs, report):
    tree = os.path.join(folder, "tree")
    every, seconds = suites(tree), {}
    work = os.path.join(folder, "work")
    os.makedirs(work, exist_ok=True)
    for _, name, command in every:
        start = time.monotonic()
        found = run_suite(command, 0, work, 900)
        seconds[name] = time.monotonic() - start
        if found:
            raise SystemExit(f"{name} fails without a mutant: {found}")
    print(f"without a mutant: {len(every)} suites pass in {sum(seconds.values()):.0f} s", flush=True)
    numbers = only or range(1, len(MUTANTS) + 1)
    results = {}

    def one(number):
        found = look_for(number, every, seconds, work)
        file, _, new, why = MUTANTS[number - 1]
        print(f"{number:4} {'caught by ' + ' '.join(found) if found else 'SURVIVES: ' + new.strip()}  ({file}: {why})", flush=True)
        results[number] = found

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, numbers))
    caught = sum(found is not None for found in results.values())
    of_room = {}
    for number, found in results.items():
        counts = of_room.setdefault(room_of(MUTANTS[number - 1][0]), [0, 0])
        counts[0] += found is not None
        counts[1] += 1
    print("\n".join(f"{room:12} {of_room[room][0]:3} of {of_room[room][1]:3}" for room in ROOMS if room in of_room))
    print(f"{caught} of {len(results)} mutants caught ({100 * caught / len(results):.1f} %)")
    if report:
        with open(report, "w", encoding="utf-8") as file:
            json.dump([{"number": n, "file": MUTANTS[n - 1][0], "what": MUTANTS[n - 1][3],
                        "caught_by": list(results[n]) if results[n] else None} for n in sorted(results)], file, indent=1)
    return caught >= AIM * len(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("check", "build", "test"))
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "mutants"))
    parser.add_argument("--only", type=lambda text: [int(n) for n in text.split(",")])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--report")
    given = parser.parse_args()
    if given.what == "check":
        planted()
        print(f"{len(MUTANTS)} mutants in {len({m[0] for m in MUTANTS})} files")
    elif given.what == "build":
        build(os.path.abspath(given.build), given.jobs)
    elif not test(os.path.abspath(given.build), given.only, given.jobs, given.report):
        sys.exit(1)


if __name__ == "__main__":
    main()
