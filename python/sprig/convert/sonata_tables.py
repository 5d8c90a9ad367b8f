"""SONATA's attributes: of a node or an edge in its group, else of its type in a table, else in a file of parameters."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import InputError
from .files import plain_file


def write_table(path: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=" ")
        writer.writerow(names)
        writer.writerows(rows)


def type_table(path: str, key: str) -> dict[int, dict[str, Any]]:
    """{type id: {column: text}}."""
    if plain_file(path) > 1 << 28:
        raise InputError(path, "is larger than 256 MiB; allowed: a table of types")
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter=" "))
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(path, f"is no table: {error}") from error
    table = {}
    for line, row in enumerate(rows, 2):
        try:
            table[int(row[key])] = {k: v for k, v in row.items() if v not in (None, "", "NULL", "NaN") and k != key}
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(path, f"line {line}: has no whole number in column {key}") from error
    return table


def columns_of(
    group: Any, kind: str, types: dict[int, dict[str, Any]], path: str, read_parameters: Any
) -> dict[str, Any]:
    """{attribute: array or list, one a node or edge, or one value}."""
    name = group.name
    for key in (f"{kind}_type_id",):
        if key not in group:
            raise InputError(path, f"{name}: has no {key}")
    type_id = group[f"{kind}_type_id"][()]
    count = len(type_id)
    for key in group:
        if hasattr(group[key], "shape") and group[key].shape[:1] != (count,):
            raise InputError(path, f"{name}/{key}: has shape {group[key].shape}; allowed: {count} values")
    columns: dict[str, Any] = {}
    used = np.unique(type_id)
    rows = [types.get(int(t), {}) for t in used]
    which = np.searchsorted(used, type_id)
    for row in rows:
        parameters = row.get("dynamics_params")
        if parameters and read_parameters and parameters.endswith(".json"):
            for k, v in read_parameters(parameters).items():
                row.setdefault(k, v)
    for key in {k for row in rows for k in row} - {"dynamics_params", "population"}:
        values = [row.get(key) for row in rows]
        if key in ("model_type", "model_template"):
            columns[key] = [v for v in values if v is not None]
            continue
        try:
            columns[key] = np.array([np.nan if v is None else float(v) for v in values])[which]
        except (TypeError, ValueError):
            pass  # a text, such as a morphology: of no use here
    ids = group[f"{kind}_group_id"][()] if f"{kind}_group_id" in group else np.zeros(count, int)
    index = group[f"{kind}_group_index"][()] if f"{kind}_group_index" in group else np.arange(count)
    for inner in group:
        if not inner.isdigit():
            continue
        mine = ids == int(inner)
        for prefix in ("", "dynamics_params"):
            where = group[inner][prefix] if prefix and prefix in group[inner] else group[inner] if not prefix else {}
            for key in where:
                if not hasattr(where[key], "shape") or where[key].dtype.kind not in "fiu" or where[key].ndim != 1:
                    continue
                values, at = where[key][()], index[mine]
                if len(at) and at.max() >= len(values):
                    raise InputError(
                        path, f"{where[key].name}: has {len(values)} values; {kind}_group_index goes to {at.max()}"
                    )
                column = np.array(np.broadcast_to(np.asarray(columns.get(key, np.nan), float), (count,)))
                column[mine] = values[at]
                columns[key] = column
    return columns
