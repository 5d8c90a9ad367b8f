"""The docstrings of classes whose arguments are a table of fields in C++."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from . import _core

C = TypeVar("C", bound=type)


def described_fields(table: str, **other_names: str) -> Callable[[C], C]:
    """Adds what each field may hold and means. other_names: arguments that are called otherwise than their field."""

    def decorate(kind: C) -> C:
        arguments = inspect.signature(kind).parameters
        lines = []
        for name, allowed, meaning in _core.field_texts[table]:
            shown = other_names.get(name, name)
            if shown in arguments:
                lines.append(f"{shown} : {allowed}\n    {meaning}")
        kind.__doc__ = inspect.cleandoc(kind.__doc__ or "") + "\n\nParameters\n----------\n" + "\n".join(lines) + "\n"
        return kind

    return decorate
