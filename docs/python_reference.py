"""The Python package's reference page, from its signatures and docstrings.

The package is imported, with its module: docstrings hold the options, which come from the program's tables of fields.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

HEAD = """# Python

[Install it](../python.md#install), then `import sprig`. The same bits as the command line: equal options give equal hashes.
Options have the names, defaults and ranges of [configuration keys](configuration.md).
"""


def docstring(text: str | None) -> str:
    """A docstring as Markdown: sections bold, parameters a list, examples as code."""
    out: list[str] = []
    lines = textwrap.dedent(inspect.cleandoc(text or "")).splitlines()
    in_list = in_code = False
    for i, line in enumerate(lines):
        if line.startswith((">>>", "...")) and not in_code:
            out += ["", "```pycon"]
            in_code = True
        if in_code and not line.strip():
            out += ["```"]
            in_code = False
        if in_code:
            out.append(line)
        elif i + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[i + 1]):
            out += ["", f"**{line}**", ""]
            in_list = True
        elif re.fullmatch(r"-{3,}", line):
            continue
        elif in_list and " : " in line and not line.startswith(" "):
            name, colon, kind = line.partition(" : ")
            out.append(f"- `{name}`" + (f": {safe(kind)}  " if colon else "  "))
            in_list = bool(colon)
        elif in_list and line.startswith(" "):
            out.append("  " + safe(line.strip()))
        else:
            out.append(safe(line))
    if in_code:
        out.append("```")
    return "\n".join(out)


def safe(line: str) -> str:
    """Code in single backquotes, everything else as plain text."""
    parts = re.split(r"(``[^`]+``|`[^`]+`)", line)
    plain = lambda text: re.sub(r"([\[\]_*|])", r"\\\1", text.replace("<", "&lt;"))  # noqa: E731
    return "".join(f"`{part.strip('`')}`" if part.startswith("`") else plain(part) for part in parts)


def entry(level: int, name: str, signature: str, doc: str | None) -> list[str]:
    lines = ["", f"{'#' * level} {name}", ""]
    if signature:
        lines += ["```python", signature, "```", ""]
    return lines + [docstring(doc)]


def signature_of(name: str, function: Callable[..., object]) -> str:
    """As it is written in Python. Parameters without a type come from tables of options, which the docstring lists."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""

    def annotation(kind: object) -> str:
        return kind if isinstance(kind, str) else inspect.formatannotation(kind)

    parts, keyword_only = [], False
    for parameter in signature.parameters.values():
        if parameter.annotation is parameter.empty and parameter.name not in ("self", "cls"):
            if "**options" not in parts:
                parts.append("**options")
            continue
        if parameter.kind == parameter.KEYWORD_ONLY and not keyword_only:
            parts.append("*")
            keyword_only = True
        stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        part = stars + parameter.name
        if parameter.annotation is not parameter.empty:
            part += f": {annotation(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            part += f" = {parameter.default!r}"
        parts.append(part)
    back = "" if signature.return_annotation is signature.empty else f" -> {annotation(signature.return_annotation)}"
    line = f"{name}({', '.join(parts)}){back}"
    return line if len(line) <= 88 else f"{name}(\n    " + ",\n    ".join(parts) + f",\n){back}"


def page() -> str:
    try:
        package = importlib.import_module("sprig")
    except ImportError as error:
        sys.exit(f"docs: the Python package cannot be imported ({error}); ./dev docs builds it")
    lines = [HEAD, docstring(package.__doc__)]
    names = [name for name in package.__all__ if not name.startswith("_")]
    functions = [n for n in names if inspect.isroutine(getattr(package, n))]
    classes = [n for n in names if inspect.isclass(getattr(package, n))]
    errors = [n for n in classes if issubclass(getattr(package, n), Exception)]
    lines += ["", "## Functions"]
    for name in functions:
        lines += entry(
            3, f"sprig.{name}", signature_of(f"sprig.{name}", getattr(package, name)), getattr(package, name).__doc__
        )
    lines += ["", "## Classes"]
    for name in classes:
        if name not in errors:
            lines += class_entry(name, getattr(package, name))
    lines += ["", "## Errors", "", "| error | when |", "|---|---|"]
    for name in errors:
        first = inspect.cleandoc(getattr(package, name).__doc__ or "").split("\n\n")[0].replace("\n", " ")
        lines.append(f"| `sprig.{name}` | {safe(first)} |")
    return "\n".join(lines) + "\n"


def class_entry(name: str, cls: type) -> list[str]:
    lines = entry(3, f"sprig.{name}", "", cls.__doc__)
    rows = []
    for member, value in vars(cls).items():
        if member.startswith("_"):
            continue
        if isinstance(value, property):
            rows.append(f"| `{member}` | {safe(inspect.cleandoc(value.__doc__ or '').replace(chr(10), ' '))} |")
            continue
        function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if inspect.isfunction(function):
            lines += entry(
                4, f"{name}.{member}", signature_of(f"{name}.{member}", getattr(cls, member)), function.__doc__
            )
    if rows:
        lines += ["", "| attribute | |", "|---|---|", *rows]
    return lines


def write(folder: Path) -> None:
    (folder / "python.md").write_text(page())
