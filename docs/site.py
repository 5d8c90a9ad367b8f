"""Lays out the documentation as a site and builds it: docs/site.py SPRIG. `docs/site.py --check` builds
nothing: it sees whether mkdocs.yml lists every page that there is, and no other.

docs/ stands as it is, so that a forge shows it. Into build/docs/pages go its pages, README's neighbours that are pages
too (CHANGELOG, CONTRIBUTING), and the reference, which is written here from the program SPRIG and from the Python
package. Then mkdocs, where every warning is an error, and a check that every link within the site has its target.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).parent))
import python_reference  # noqa: E402
import reference  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PAGES, SITE = ROOT / "build/docs/pages", ROOT / "build/docs/site"
NEIGHBOURS = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
WRITTEN = ("reference/configuration.md", "reference/commands.md", "reference/python.md")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def page_text(source: Path, target: Path) -> str:
    """The page with its links as they are within the site; a link to a file that is no page becomes its path."""

    def moved(match: re.Match[str]) -> str:
        text, link = match.groups()
        if "://" in link or link.startswith(("#", "mailto:")):
            return match[0]
        path, mark, anchor = link.partition("#")
        cited = (source.parent / path).resolve().relative_to(ROOT)
        if str(cited) in NEIGHBOURS:
            page = PAGES / NEIGHBOURS[str(cited)]
        elif cited.parts[0] == "docs" and cited.suffix == ".md":
            page = PAGES.joinpath(*cited.parts[1:])
        else:
            code = f"`{cited}`"
            return code if text.strip("`") in (str(cited), cited.name, path) else f"{text} ({code})"
        here = target.parent
        up = 0
        while not page.is_relative_to(here):
            here, up = here.parent, up + 1
        return f"[{text}]({'../' * up}{page.relative_to(here)}{mark}{anchor})"

    parts = re.split(r"(^```.*?^```$)", source.read_text(), flags=re.M | re.S)  # code stays as it is
    return "".join(part if part.startswith("```") else LINK.sub(moved, part) for part in parts)


def sources() -> dict[Path, Path]:
    """Where each page comes from, and where it goes."""
    pages = {source: PAGES / source.relative_to(ROOT / "docs") for source in (ROOT / "docs").rglob("*.md")}
    return pages | {ROOT / name: PAGES / target for name, target in NEIGHBOURS.items()}


def unlisted() -> list[str]:
    """What mkdocs.yml lists and is not there, and the other way round."""
    nav = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
    listed = set(re.findall(r"([\w/-]+\.md)$", nav, re.M))
    there = {str(target.relative_to(PAGES)) for target in sources().values()} | set(WRITTEN)
    return [f"mkdocs.yml lists {page}, which is not there" for page in sorted(listed - there)] + [
        f"mkdocs.yml does not list {page}" for page in sorted(there - listed)
    ]


def lay_out(sprig: str) -> None:
    shutil.rmtree(PAGES, ignore_errors=True)
    for source, target in sources().items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page_text(source, target))
    shutil.copy(ROOT / "docs/style.css", PAGES)
    (PAGES / "reference").mkdir(exist_ok=True)
    reference.write(sprig, PAGES / "reference")
    python_reference.write(PAGES / "reference")


class Links(HTMLParser):
    """What a built page links to, and the anchors it has."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value or "")
            elif name == "href" or (name == "src" and tag in ("img", "script")):
                self.links.append(value or "")


def broken_links() -> list[str]:
    pages = {page: Links(page) for page in SITE.rglob("*.html")}
    broken = []
    for page, found in pages.items():
        if page.name == "404.html":  # served at any depth: its links are absolute
            continue
        for link in found.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            anchor = unquote(parts.fragment)
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors):
                broken.append(f"{page.relative_to(SITE)}: {link} leads nowhere")
    return sorted(set(broken))


def main() -> int:
    (argument,) = sys.argv[1:]
    if argument == "--check":
        print(*(wrong := unlisted()), sep="\n", end="\n" if wrong else "")
        return 1 if wrong else 0
    lay_out(argument)
    command = [sys.executable, "-m", "mkdocs", "--quiet", "build", "--strict", "--clean"]
    if subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}).returncode:
        return 1
    broken = broken_links()
    print(*broken, sep="\n", end="\n" if broken else "")
    pages = sum(1 for _ in SITE.rglob("*.html")) - 1
    print(f"docs: {pages} pages, {len(broken)} broken links; open {(SITE / 'index.html').relative_to(ROOT)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
