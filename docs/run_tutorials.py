"""Runs the programs that pages are: docs/run_tutorials.py --sprig PROGRAM [--update] PAGE...

In a folder of its own for each page, top to bottom: a block with a title is written to the file of that name; a block of
`sh` is run by bash, with PROGRAM's folder on PATH (without --sprig: SPRIG_PROGRAM of the environment); a block of `text`
right behind it is what it must print, on either stream, but for times ("0.4 s"). `sh fails` must not exit with 0.
--update writes what was printed into the page.

`<!-- needs: nir -->` names the Python modules without which the next block of `sh` is left out, `<!-- page needs: numpy
-->` those without which the page is; under SPRIG_REQUIRE_PEERS=1 that is a failure. `python3` is the Python that runs
this. Exit codes: 0 every output is the page's, 1 one is not, 77 where nothing was run.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.M | re.S)
PAGE_NEEDS = re.compile(r"<!-- page needs: ([\w ]+) -->")
NEEDS = re.compile(r"<!-- needs: ([\w ]+) -->\s*$")
LONGEST_S = 300  # of one block


def comparable(text: str) -> list[str]:
    """Lines without what differs from run to run."""
    time = r"\b\d+(\.\d+)?(e-?\d+)? s\b|(?<=real-time factor )[-+.e\d]+"
    lines = [re.sub(time, "N", line.rstrip()) for line in text.rstrip().splitlines()]
    return [re.sub(" +", " ", line) for line in lines]  # a table is as wide as its times


def lacking(modules: list[str], environment: dict[str, str]) -> list[str]:
    probe = "import importlib.util, sys; print(*[m for m in sys.argv[1:] if importlib.util.find_spec(m) is None])"
    found = subprocess.run(
        [sys.executable, "-c", probe, *modules], env=environment, capture_output=True, text=True, check=True
    )
    return found.stdout.split()


class Page:
    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path, self.environment = path, environment
        self.failures = self.commands = self.left_out = 0

    def fail(self, at: int, text: str) -> None:
        line = self.path.read_text().count("\n", 0, at) + 1
        print(f"{self.path}:{line}: {text}")
        self.failures += 1

    def leave_out(self, at: int, what: str, missing: list[str]) -> None:
        reason = f"{what}: no Python module {', '.join(missing)}"
        if os.environ.get("SPRIG_REQUIRE_PEERS") == "1":
            self.fail(at, f"{reason}, and SPRIG_REQUIRE_PEERS=1")
        else:
            print(reason)

    def run(self, update: bool) -> None:
        text = self.path.read_text()
        if (needs := PAGE_NEEDS.search(text)) and (missing := lacking(needs[1].split(), self.environment)):
            self.leave_out(needs.start(), f"{self.path.name} is left out", missing)
            return
        blocks = list(FENCE.finditer(text))
        edits: list[tuple[int, int, str]] = []
        with tempfile.TemporaryDirectory() as folder:
            for block, after in zip(blocks, [*blocks[1:], None], strict=True):
                info = block["info"]
                if title := re.search(r'title="([^"]+)"', info):
                    (Path(folder) / title[1]).write_text(block["body"])
                elif info.split()[:1] == ["sh"]:
                    printed = self.command(block, text, folder)
                    if (
                        printed is None
                        or after is None
                        or after["info"] != "text"
                        or text[block.end() : after.start()].strip()
                    ):
                        continue
                    if update:
                        edits.append((after.start("body"), after.end("body"), printed.rstrip() + "\n"))
                    elif comparable(printed) != comparable(after["body"]):
                        lines = difflib.unified_diff(
                            comparable(after["body"]), comparable(printed), "page", "printed", lineterm=""
                        )
                        self.fail(after.start(), "prints something else\n" + "\n".join(lines))
        for start, end, printed in reversed(edits):
            text = text[:start] + printed + text[end:]
        if edits:
            self.path.write_text(text)

    def command(self, block: re.Match[str], text: str, folder: str) -> str | None:
        if needs := NEEDS.search(text, 0, block.start()):
            if needs.end() == block.start() and (missing := lacking(needs[1].split(), self.environment)):
                self.leave_out(block.start(), f"{self.path.name}: a block is left out", missing)
                self.left_out += 1
                return None
        self.commands += 1
        script = f'set -euo pipefail\npython3() {{ "{sys.executable}" "$@"; }}\n' + block["body"]
        try:
            done = subprocess.run(
                ["bash", "-c", script], cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, timeout=LONGEST_S, errors="replace", text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            self.fail(block.start(), f"takes more than {LONGEST_S} s")
            return None
        if (done.returncode == 0) == ("fails" in block["info"].split()):
            self.fail(block.start(), f"exit code {done.returncode}\n{done.stdout}")
            return None
        return done.stdout.replace(f"{folder}/", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sprig", type=Path, default=os.environ.get("SPRIG_PROGRAM"))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("pages", type=Path, nargs="+")
    arguments = parser.parse_args()
    if not arguments.sprig:
        print("no --sprig and no SPRIG_PROGRAM: nothing is run")
        return 77
    environment = dict(os.environ, NO_COLOR="1", OMP_NUM_THREADS="2", COLUMNS="100")
    environment["PATH"] = f"{Path(arguments.sprig).resolve().parent}:{environment['PATH']}"
    pages = [Page(path, environment) for path in arguments.pages]
    for page in pages:
        page.run(arguments.update)
        print(f"{page.path.name}: {page.commands} commands, {page.left_out} left out, {page.failures} failures")
    if any(page.failures for page in pages):
        return 1
    return 0 if any(page.commands for page in pages) else 77


if __name__ == "__main__":
    sys.exit(main())
