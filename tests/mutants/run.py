#!/usr/bin/env python3
"""Mutants: faults that are planted one at a time in a copy of the sources, to see whether the tests find them.

mutants.py lists them: a file, a piece of its text that is there once, and what stands in its place, in which M is true
where this mutant is the chosen one. All are compiled into one build; the environment variable SPRIG_MUTANT chooses. Each
test is run once without a mutant, to see which of them it reaches (looks.py). So a mutant costs the time of those tests that
can find it, and no compilation.

usage: run.py check                                           every piece of text is there, once
       run.py build [--build DIR] [--only LIST] [--jobs N]    copies, plants, builds (DIR: build/mutants)
       run.py test [--build DIR] [--only LIST] [--sample N] [--jobs N] [--report FILE]

LIST: numbers and parts of files' names, as 3,10-20,host/session. --sample N: N of them, drawn at random, in the order in which
they were drawn; the report is written as results come. So whatever part of it was run is a fair sample. The build asks no
compiler cache, which could know little of it: mutants of headers are in nearly every file.
"""

import argparse
import concurrent.futures
import filecmp
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from looks import KERNELS, NO_END, OTHER_PROGRAMS, ROOMS, measured, run  # noqa: E402
from mutants import MUTANTS  # noqa: E402

HEADER = """// Which mutant the environment chooses (SPRIG_MUTANT), 0: none; and a file (SPRIG_MUTANTS_REACHED) in which byte N says
// that mutant N's place was reached, for processes that are killed as well.
#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cstdlib>
inline const int sprig_chosen_mutant = [] {
  const char* const text = std::getenv("SPRIG_MUTANT");
  return text == nullptr ? 0 : std::atoi(text);
}();
inline unsigned char* const sprig_reached = [] {
  const char* const path = std::getenv("SPRIG_MUTANTS_REACHED");
  const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
  void* const bytes = file < 0 ? MAP_FAILED : ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) ::close(file);
  return bytes == MAP_FAILED ? nullptr : static_cast<unsigned char*>(bytes);
}();
constexpr bool sprig_mutant(int number) {
  if (__builtin_is_constant_evaluated()) return false;
  if (sprig_reached != nullptr && sprig_reached[number] == 0) sprig_reached[number] = 1;
  return sprig_chosen_mutant == number;
}
"""

HEADER_NAME = "sprig/mutant.hpp"
PACES = (1, 10)   # seconds: a test is quick, middling or slow
LONGEST = 20      # seconds of tests that run in one process: one that does not end is waited for ten times as long
AIM = 0.95


def room_of(file):
    return re.match(r"(?:include/sprig|host|kernels)/(\w+)/", file).group(1)


def planted(numbers):
    """{file: text with those of its mutants that are among numbers}. Errors: a piece of text that is not there, or not once."""
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
        elif number in numbers:
            texts[file] = text.replace(old, re.sub(r"\bM\b", f"sprig_mutant({number})", new))
    if errors:
        raise SystemExit("\n".join(errors))
    return {file: f'#include "{HEADER_NAME}"\n{text}' for file, text in texts.items() if "sprig_mutant(" in text}


def source_of(folder):
    return os.path.join(folder, "source")


def tree_of(folder):
    return os.path.join(source_of(folder), "build", "mutants")


def write_if_other(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path) or open(path, encoding="utf-8", errors="surrogateescape").read() != text:
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)


def build(folder, numbers, jobs):
    source, tree = source_of(folder), tree_of(folder)
    texts = planted(numbers)
    files = subprocess.run(["git", "-C", ROOT, "ls-files"], check=True, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    for file in filter(None, files):
        target = os.path.join(source, file)
        if file in texts:
            write_if_other(target, texts[file])
        elif not os.path.exists(target) or not filecmp.cmp(os.path.join(ROOT, file), target, shallow=False):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(os.path.join(ROOT, file), target, follow_symlinks=False)   # of now: what was made of it is older
    write_if_other(os.path.join(source, "include", HEADER_NAME), HEADER)
    subprocess.run(["cmake", "--preset", "cpu-release", "-B", tree, "-DSPRIG_BENCH=OFF"], cwd=source, check=True,
                   stdout=subprocess.DEVNULL)
    listed = subprocess.run(["ninja", "-C", tree, "-t", "targets", "all"], check=True, stdout=subprocess.PIPE, text=True).stdout
    programs = re.findall(r"^(sprig|tests/faults/sprig_faults|tests/\S+/sprig_emulated|tests/\S+/test_\w+): CXX_EXECUTABLE_LINKER", listed, re.M)
    programs = [program for program in programs if not re.search(OTHER_PROGRAMS, program)]
    subprocess.run(["cmake", "--build", tree, "--parallel", str(jobs), "--target", *programs, "--", "-k", "0"],
                   check=True)   # all that does not compile is said at once


def pieces(turn):
    """A turn, cut where its tests take LONGEST together."""
    cut, seconds = [[]], 0
    for look in turn:
        if cut[-1] and seconds + look.seconds > LONGEST:
            cut.append([])
            seconds = 0
        cut[-1].append(look)
        seconds += look.seconds
    return cut


def in_turn(number, every):
    """(program, tests, seconds) of what reaches a mutant: those of its own room first, then from the ground up, the quick ones
    of all before the slow ones."""
    room = ROOMS.index(room_of(MUTANTS[number - 1][0]))
    of_kernels = MUTANTS[number - 1][0].startswith("kernels/")
    turns = {}
    for look in sorted((look for look in every if number in look.reached), key=lambda look: look.seconds):
        pace = sum(look.seconds > limit for limit in PACES)
        nearest = (pace, of_kernels and look.program != KERNELS, look.rank < room, look.rank, look.program)
        turns.setdefault(nearest, []).append(look)
    return [piece for nearest in sorted(turns) for piece in pieces(turns[nearest])]


def look_for(number, every):
    """(program, test) that finds a mutant; None: it survives; "": nothing reaches it."""
    turns = in_turn(number, every)
    for turn in turns:
        command, limit = turn[0].command, 30 + 10 * sum(look.seconds for look in turn)
        if turn[0].name:
            command = [*command, "--gtest_brief=1", "--gtest_fail_fast", f"--gtest_filter={':'.join(look.name for look in turn)}"]
        found = run(command, limit, SPRIG_MUTANT=str(number))
        if found == NO_END:   # a loaded machine may be slow: without the mutant the same must end in that time
            found = "" if run(command, limit) else NO_END
        elif found:           # and may fail a test once
            again = command if found.startswith("exit code") else [*turn[0].command, f"--gtest_filter={found}"]
            found = found if run(again, limit, SPRIG_MUTANT=str(number)) else ""
        if found:
            return turn[0].program, found
    return None if turns else ""


def write(report, results):
    with open(report, "w", encoding="utf-8") as file:
        json.dump([{"number": n, "file": MUTANTS[n - 1][0], "what": MUTANTS[n - 1][3],
                    "caught_by": list(results[n]) if results[n] else None} for n in sorted(results)], file, indent=1)


def test(folder, numbers, jobs, report):
    start = time.monotonic()
    every = measured(source_of(folder), tree_of(folder), jobs, os.path.join(folder, "reached.json"))
    print(f"without a mutant: {len(every)} tests pass in {sum(look.seconds for look in every):.0f} s", flush=True)
    results, writing = {}, threading.Lock()

    def one(number):
        found = look_for(number, every)
        file, _, new, why = MUTANTS[number - 1]
        said = "caught by " + " ".join(found) if found else ("SURVIVES: " if found is None else "NOT REACHED: ") + new.strip()
        print(f"{number:4} {said}  ({file}: {why})", flush=True)
        with writing:
            results[number] = found
            if report:
                write(report, results)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, numbers))
    caught = sum(bool(found) for found in results.values())
    of_room = {}
    for number, found in results.items():
        counts = of_room.setdefault(room_of(MUTANTS[number - 1][0]), [0, 0])
        counts[0] += bool(found)
        counts[1] += 1
    print("\n".join(f"{room:12} {of_room[room][0]:3} of {of_room[room][1]:3}" for room in ROOMS if room in of_room))
    print(f"{caught} of {len(results)} mutants caught ({100 * caught / len(results):.1f} %) in {time.monotonic() - start:.0f} s")
    return caught >= AIM * len(results)


def numbers_of(text):
    numbers = set()
    for part in text.split(","):
        if re.fullmatch(r"\d+(-\d+)?", part):
            ends = part.split("-")
            numbers.update(range(int(ends[0]), int(ends[-1]) + 1))
        else:
            numbers.update(number for number, mutant in enumerate(MUTANTS, 1) if part in mutant[0])
    if not numbers or not numbers <= set(range(1, len(MUTANTS) + 1)):
        raise argparse.ArgumentTypeError(f"found {text}; allowed: from 1 to {len(MUTANTS)}, and parts of files' names")
    return sorted(numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("check", "build", "test"))
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "mutants"))
    parser.add_argument("--only", type=numbers_of, default=list(range(1, len(MUTANTS) + 1)))
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--report")
    given = parser.parse_args()
    if given.what == "check":
        planted(given.only)
        print(f"{len(MUTANTS)} mutants in {len({m[0] for m in MUTANTS})} files")
    elif given.what == "build":
        build(os.path.abspath(given.build), given.only, given.jobs)
    else:
        drawn = random.Random(1).sample(given.only, min(given.sample, len(given.only)))
        if not test(os.path.abspath(given.build), drawn or given.only, given.jobs, given.report):
            sys.exit(1)


if __name__ == "__main__":
    main()
