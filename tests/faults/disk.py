#!/usr/bin/env python3
"""What a disk may hold after the power went, and after it was full: every such folder must lead the same command to the very
bytes of an undisturbed run, or be refused by name; an older result in it must stand.

power: SPRIG_FAULTS=journal:FILE notes every call that changes the file system, in order, with what it writes. After the n-th
of them the power goes. A write is sure to be there once its file was synced, a name (made, renamed, removed) once its folder
was; all else may be there or not. Tried of each n are three disks:
  nothing   of what is not sure
  names     all names are there, but no write that is not sure: files that are empty or old under a new name
  all       of it
full: the folder lies on a file system of so many bytes (a tmpfs; needs root), from none to what the result needs.

usage: disk.py power|full --program SPRIG_FAULTS --verb VERB [--points N]
"""

import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

import injection
import work


class Journal:
    """The calls of a run, as (call, path, to, position, size, data)."""

    def __init__(self, file):
        self.calls = []
        data, at = open(file, "rb").read(), 0
        while at < len(data):
            end = data.index(b"\n", at)
            call, path, to, position, size = data[at:end].decode().split("|")
            at = end + 1
            content = b""
            if call == "write":
                content, at = data[at:at + int(size)], at + int(size)
            self.calls.append((call, path, to, int(position), int(size), content))


class Disk:
    """Files by path, each with what was written and what is sure of it; names that are sure by folder."""

    class File:
        def __init__(self):
            self.now, self.sure = b"", b""

    def __init__(self):
        self.names, self.sure_names, self.folders, self.sure_folders = {}, {}, set(), set()

    @staticmethod
    def load(folder):
        """All of a folder that is there, as surely on the disk."""
        disk = Disk()
        for root, _, names in os.walk(folder):
            disk.folders.add(root)
            for name in names:
                file = Disk.File()
                with open(os.path.join(root, name), "rb") as source:
                    file.now = file.sure = source.read()
                disk.names[os.path.join(root, name)] = file
        disk.sure_names, disk.sure_folders = dict(disk.names), set(disk.folders)
        return disk

    def do(self, call, path, to, position, size, content):
        if call == "open":
            self.names.setdefault(path, Disk.File())  # O_CREAT; O_TRUNC is not used on files that matter
        elif call == "write" and path in self.names:
            file = self.names[path]
            file.now = file.now[:position].ljust(position, b"\0") + content + file.now[position + len(content):]
        elif call == "truncate" and path in self.names:
            self.names[path].now = self.names[path].now[:size].ljust(size, b"\0")
        elif call == "sync" and path in self.names:
            self.names[path].sure = self.names[path].now
        elif call == "sync":  # a folder: its names, not what is in its files
            here = lambda p: os.path.dirname(p) == path
            self.sure_names = {p: f for p, f in self.sure_names.items() if not here(p)} | {
                p: f for p, f in self.names.items() if here(p)}
            self.sure_folders = {p for p in self.sure_folders if not here(p)} | {p for p in self.folders if here(p)}
        elif call == "rename" and path in self.names:
            self.names[to] = self.names.pop(path)
        elif call == "remove":
            self.names.pop(path, None)
            self.folders.discard(path)
        elif call == "make_folder":
            self.folders.add(path)

    def write(self, kind, old, new):
        """The folder `old` of the journal as `new`, after the power went."""
        names = self.sure_names if kind == "nothing" else self.names
        folders = self.sure_folders if kind == "nothing" else self.folders
        os.makedirs(new)
        moved = lambda p: new + p[len(old):]
        for folder in sorted(folders):
            if folder.startswith(old):
                os.makedirs(moved(folder), exist_ok=True)
        for path, file in names.items():
            if path.startswith(old + "/") and os.path.isdir(os.path.dirname(moved(path))):
                with open(moved(path), "wb") as target:
                    target.write(file.now if kind == "all" else file.sure)


def offences_after(trials, name, folder, seed):
    """Of a folder as the disk left it."""
    found = []
    code, err = work.run(trials.line(folder, seed))
    different = work.differences(folder, trials.reference[seed]) if code == 0 else []
    if code != 0:
        found.append(f"exit code {code}: {err.strip()[-300:]}")
    elif different:
        found.append(f"{different} are not as they should be")
    else:
        shutil.rmtree(folder)
    return [f"{trials.verb}: {name}: {offence}" for offence in found]


def power(trials, over_old_result):
    folder = os.path.join(trials.home, "watched-" + str(over_old_result))
    seed = 1
    if over_old_result:
        shutil.copytree(trials.reference[1], folder)
        seed = 2
    before = Disk.load(folder) if over_old_result else Disk()
    before.folders.add(trials.home), before.sure_folders.add(trials.home)
    file = folder + ".journal"
    trials.must(trials.line(folder, seed), f"journal:{file}")
    journal = Journal(file)
    points = set(injection.spread(len(journal.calls), trials.points))
    for n, call in enumerate(journal.calls, 1):
        before.do(*call)
        if n not in points:
            continue
        for kind in ("nothing", "names", "all"):
            name = f"power-{n}-{kind}-{'old' if over_old_result else 'new'}"
            after = os.path.join(trials.home, name)
            before.write(kind, folder, after)
            yield name, after, seed


def full(trials, bytes_free):
    """On a file system of so many bytes."""
    name = f"full-{bytes_free}"
    mount = os.path.join(trials.home, name)
    os.makedirs(mount)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={bytes_free}", "none", mount], check=True)
    try:
        folder = os.path.join(mount, "out")
        code, err = work.run(trials.line(folder, 1))
        offences = []
        if code == 0 and work.differences(folder, trials.reference[1]):
            offences.append("exit code 0, and files differ")
        if code not in (0, 4) or (code == 4 and "sprig: error: " not in err):
            offences.append(f"exit code {code}: {err.strip()[-300:]}")
        if os.path.isdir(folder) and injection.torn(folder):
            offences.append(f"torn: {injection.torn(folder)}")
        subprocess.run(["mount", "-o", "remount,size=1G", mount], check=True)
        offences += [o.split(": ", 2)[2] for o in offences_after(trials, name, folder, 1)]
        return [f"{trials.verb}: {name}: {offence}" for offence in offences]
    finally:
        subprocess.run(["umount", mount], check=False)


def can_mount():
    folder = tempfile.mkdtemp()
    done = subprocess.run(["mount", "-t", "tmpfs", "none", folder], stderr=subprocess.DEVNULL, check=False).returncode == 0
    if done:
        subprocess.run(["umount", folder], check=False)
    os.rmdir(folder)
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("power", "full"))
    parser.add_argument("--program", required=True)
    parser.add_argument("--verb", required=True, choices=work.VERBS)
    parser.add_argument("--points", type=int, default=8)
    given = parser.parse_args()
    if given.what == "full" and not can_mount():
        print("skipped: no file system can be mounted here")
        sys.exit(77)
    home = os.path.realpath(tempfile.mkdtemp(prefix="sprig-disk-"))
    trials = injection.Trials(os.path.abspath(given.program), given.verb, given.points, home)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        if given.what == "power":
            disks = [*power(trials, False), *power(trials, True)]
            results = list(pool.map(lambda d: offences_after(trials, *d), disks))
        else:
            page = 4096
            needed = sum(-(-len(data) // page) + 2 for data in work.contents(trials.reference[1]).values())
            sizes = [page * k for k in injection.spread(needed + 20, trials.points)]
            results = list(pool.map(lambda size: full(trials, size), sizes))
    injection.finish(f"{given.verb}: {given.what}", "disks", results, home)


if __name__ == "__main__":
    main()
