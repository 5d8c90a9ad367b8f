"""What a converter refuses: a bad file (InputError) or a wish that cannot be met (ConversionError). One line each."""

from __future__ import annotations

import importlib
import os
from typing import Any

from .. import errors

__all__ = ["ConversionError", "InputError", "need"]


class ConversionError(errors.ConfigError):
    """What was asked for cannot be carried over; says what would make it possible."""


class InputError(errors.InputError):
    """A file is not what it should be; names file and place."""

    def __init__(self, path: str | os.PathLike[str], text: str) -> None:
        super().__init__(f"{os.fspath(path)}: {text}")
        self.where = os.fspath(path)


def need(module: str, extra: str) -> Any:
    """The optional package `module`, or one line that says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConversionError(
            f"needs the Python package '{module}', which is not installed; install it, or sprig with [{extra}]"
        ) from error
