#!/usr/bin/env python3
"""The k-th call that changes a file system, or the k-th allocation, fails or is the last: no torn file, one line that says
what happened, an older result that stands, and the same command ends in the very bytes of a run without faults.

usage: injection.py --program SPRIG_FAULTS --verb VERB [--points N] [--seed N]
       --points: how many calls of each kind are tried, evenly spread; 0: all of them
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import sys
import tempfile
import zipfile

import work

# What each call fails with, and whether a run may do without it.
FAULTS = {
    "open": "ENOSPC",
    "write": "ENOSPC",
    "sync": "EIO",
    "close": "EDQUOT",
    "rename": "EIO",
    "make_folder": "ENOSPC",
    "remove": "EROFS",
    "truncate": "EIO",
}
FAILED = {4}
OUT_OF_MEMORY = {6}


def torn(folder):
    """Files under their final names that are not whole."""
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            try:
                if name.endswith(".json"):
                    json.load(open(path, encoding="utf-8"))
                elif name.endswith(".npz"):
                    if zipfile.ZipFile(path).testzip() is not None:
                        found.append(name)
                elif name.endswith(".npy"):
                    data = open(path, "rb").read()
                    if data and not data.startswith(b"\x93NUMPY"):
                        found.append(name)
                elif name in ("table.txt", "config.resolved.toml", "report.html") and os.path.getsize(path) == 0:
                    found.append(name)
            except (ValueError, zipfile.BadZipFile):
                found.append(name)
    return found


def spread(count, points):
    if points == 0 or count <= points:
        return range(1, count + 1)
    return sorted({1 + round(k * (count - 1) / (points - 1)) for k in range(points)})


class Trials:
    def __init__(self, program, verb, points, home):
        self.program, self.verb, self.points, self.home = program, verb, points, home
        self.config = os.path.join(home, "config.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(work.CONFIG)
        self.reference = {seed: os.path.join(home, f"reference-{seed}") for seed in (1, 2)}
        for seed, folder in self.reference.items():
            self.must(self.line(folder, seed))

    def line(self, folder, seed, threads=1):
        return work.command(self.program, self.verb, self.config, folder, threads, seed)

    def must(self, line, faults=None):
        code, err = work.run(line, faults)
        if code != 0:
            raise SystemExit(f"{' '.join(line)}: exit code {code}: {err}")

    def counts(self):
        folder, file = os.path.join(self.home, "counted"), os.path.join(self.home, "counts")
        self.must(self.line(folder, 1), f"count:{file}")
        return {name: int(number) for name, number in (line.split() for line in open(file, encoding="utf-8"))}

    def trial(self, kind, k, how, over_old_result):
        """The offences of one fault, in words."""
        name = f"{kind}-{k}-{how.replace(':', '-')}-{'old' if over_old_result else 'new'}"
        folder, seed = os.path.join(self.home, name), 1
        if over_old_result:
            shutil.copytree(self.reference[1], folder)
            seed = 2
        code, err = work.run(self.line(folder, seed), f"{kind}:{k}:{how}".rstrip(":"))
        offences = []
        killed = "kill" in how
        expected = {-9} if killed else OUT_OF_MEMORY if kind == "new" else FAILED
        if code == 0:  # the call was one that the result does not need, or the fault came to none
            different = work.differences(folder, self.reference[seed])
            if different:
                offences.append(f"exit code 0, and {different} are not as they should be")
        elif code not in expected and not (kind == "new" and code == 4):
            offences.append(f"exit code {code}, allowed: {sorted(expected)}: {err.strip()[-300:]}")
        elif not killed and not [line for line in err.splitlines() if line.startswith("sprig: error: ")]:
            offences.append(f"exit code {code} without a word: {err!r}")
        bad = torn(folder) if os.path.isdir(folder) else []
        if bad:
            offences.append(f"torn: {bad}")
        code, err = work.run(self.line(folder, seed, threads=1 + k % 3))
        different = work.differences(folder, self.reference[seed]) if code == 0 else []
        if code != 0:
            offences.append(f"afterwards: exit code {code}: {err.strip()[-300:]}")
        elif different:
            offences.append(f"afterwards {different} are not as they should be")
        left = [f for _, _, files in os.walk(folder) for f in files if ".tmp-" in f]
        if left:
            offences.append(f"left for good: {left}")
        if not offences:
            shutil.rmtree(folder)
        return [f"{self.verb}: {name}: {offence}" for offence in offences]

    def plan(self):
        counts = self.counts()
        for kind, error in FAULTS.items():
            for n, k in enumerate(spread(counts[kind], self.points)):
                yield kind, k, error + (":forever" if n % 2 else ""), n % 3 == 2
        for n, k in enumerate(spread(counts["any"], self.points)):
            yield "any", k, "kill", n % 2 == 1
        for n, k in enumerate(spread(counts["new"], self.points)):
            yield "new", k, "forever" if n % 2 else "", False


def finish(title, what, results, home):
    """Says what came of it; exit code 1, and the folders stay, where there are offences."""
    offences = [offence for result in results for offence in result]
    for offence in offences[:20]:
        print(offence)
    print(f"{title}: {len(results)} {what}, {len(offences)} offences")
    if offences:
        print(f"folders are in {home}")
        sys.exit(1)
    shutil.rmtree(home)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--verb", required=True, choices=work.VERBS)
    parser.add_argument("--points", type=int, default=8)
    given = parser.parse_args()
    home = tempfile.mkdtemp(prefix="sprig-faults-")
    trials = Trials(os.path.abspath(given.program), given.verb, given.points, home)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda p: trials.trial(*p), trials.plan()))
    finish(given.verb, "faults", results, home)


if __name__ == "__main__":
    main()
