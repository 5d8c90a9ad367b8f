"""Keyword arguments as keys of a configuration, and the docstrings that go with them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from . import _core
from ._tables import VERBS, keys_of
from .errors import ConfigError

Settings = list[tuple[str, str]]
F = TypeVar("F", bound=Callable[..., Any])


@lru_cache(maxsize=1)
def sections() -> dict[str, dict[str, Any]]:
    """The fields of every section, as the JSON Schema of a configuration has them."""
    schema = json.loads(_core.config_schema())
    return {
        name: section["properties"] for name, section in schema["properties"].items() if "properties" in section
    }


def toml(value: Any, key: str) -> str:
    """A value as it stands in a configuration file."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if np.isfinite(value) else {np.inf: "inf", -np.inf: "-inf"}.get(value, "nan")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple, range)):
        return "[" + ", ".join(toml(entry, key) for entry in value) + "]"
    raise ConfigError(f"{key}: found an object of the type {type(value).__name__}; allowed: numbers, text, lists")


def settings_of(verb: str, given: Mapping[str, Any]) -> Settings:
    """The settings that the keyword arguments of a function stand for. Arguments that are None are not given."""
    keys = keys_of(verb, sections())
    settings: Settings = []
    for name, value in given.items():
        if name in keys:
            if value is not None:
                settings.append((keys[name], toml(value, keys[name])))
        elif name in VERBS[verb].nested:
            if not isinstance(value, Mapping):
                if value is None:
                    continue
                raise ConfigError(f"{name}: found {type(value).__name__}; allowed: a dictionary of its options")
            settings += [(f"{name}.{key}", toml(entry, f"{name}.{key}")) for key, entry in value.items()]
        else:
            raise TypeError(f"{verb}() got an unexpected keyword argument '{name}'{_meant(name, keys, verb)}")
    return settings


def _meant(name: str, keys: Mapping[str, str], verb: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, [*keys, *VERBS[verb].nested], 1)
    if near:
        return f"; did you mean {near[0]}?"
    inside = [section for section in VERBS[verb].nested if name in sections()[section]]
    return f"; did you mean {inside[0]}={{'{name}': ...}}?" if inside else ""


def documented(verb: str) -> Callable[[F], F]:
    """Gives a function the signature and the parameters' descriptions that the field tables have for its verb."""

    def decorate(function: F) -> F:
        fields = sections()
        signature = inspect.signature(function)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        taken = {p.name for p in own}
        lines = []
        for name, key in keys_of(verb, fields).items():
            if name in taken:
                continue
            section, _, field = key.partition(".")
            entry = fields[section][field]
            default = entry.get("default")
            own.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default))
            meaning, _, allowed = entry["description"].partition("; allowed: ")
            lines.append(f"{name} : default {json.dumps(default)}\n    {meaning} ({key}); allowed: {allowed}")
        for section in VERBS[verb].nested:
            if section not in taken:
                own.append(inspect.Parameter(section, inspect.Parameter.KEYWORD_ONLY, default=None))
            inner = ", ".join(f"{k}={json.dumps(v.get('default'))}" for k, v in fields[section].items())
            lines.append(f"{section} : dict, default None\n    options of [{section}]: {inner}")
        indented = "\n".join(lines)
        title = "Options\n-------\n"
        function.__doc__ = inspect.cleandoc(function.__doc__ or "") + f"\n\n{title}{indented}\n"
        function.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]
        return function

    return decorate
