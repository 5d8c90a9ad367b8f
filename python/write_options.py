"""Writes sprig/options.py: the options of every function as classes for type checkers, from the field tables.

usage: write_options.py PACKAGE, the folder with the module _core and _tables.py. Reads nothing else of the package,
which may lack NumPy while it is being built.
"""

import json
import sys
from pathlib import Path

package = Path(sys.argv[1])
sys.path.insert(0, str(package))
import _core  # noqa: E402
from _tables import VERBS, keys_of  # noqa: E402

SECTIONS = {n: s["properties"] for n, s in json.loads(_core.config_schema())["properties"].items() if "properties" in s}

PARAMETERS = {name for name, _, _ in _core.neuron_parameters}


def type_of(schema: dict) -> str:
    if "enum" in schema:
        return "Literal[" + ", ".join(json.dumps(word) for word in schema["enum"]) + "]"
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(part) for part in schema["anyOf"]))
    if schema["type"] == "array":
        return f"Sequence[{type_of(schema['items'])}]"
    return {"boolean": "bool", "integer": "int", "number": "float", "string": "str"}[schema["type"]]


def field(name: str, schema: dict, arrays: bool) -> str:
    text = f"{schema['description']} (default {json.dumps(schema.get('default'))})"
    more = " | npt.NDArray[Any] | Sequence[float]" if arrays and name in PARAMETERS else ""
    return f"    {name}: {type_of(schema)}{more} | None\n    {json.dumps(text, ensure_ascii=False)}\n"


def options(name: str, doc: str, fields: dict, arrays: bool = False) -> str:
    body = "".join(field(key, schema, arrays) for key, schema in fields.items())
    return f'\n\nclass {name}(TypedDict, total=False):\n    """{doc}"""\n\n{body}'


nested = dict.fromkeys(section for verb in VERBS.values() for section in verb.nested)
text = '''"""The options of sprig's functions. Written by write_options.py from C++'s field tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

import numpy.typing as npt
'''
for section in nested:
    text += options(section.capitalize(), f"Options of [{section}].", SECTIONS[section])
for verb, table in VERBS.items():
    chosen = {name: SECTIONS[key.split(".")[0]][name] for name, key in keys_of(verb, SECTIONS).items()}
    text += options(f"{verb.capitalize()}Options", f"Keyword arguments of {verb}().", chosen, verb == "given")
    text += "".join(f"    {section}: {section.capitalize()} | None\n" for section in table.nested)
out = package / "options.py"
if not out.exists() or out.read_text() != text:
    out.write_text(text)
else:
    out.touch()
