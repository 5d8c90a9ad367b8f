"""What sprig raises. Each error's ``where`` is the key, the file or the quantity that it is about."""

from __future__ import annotations

import builtins
from typing import Any

__all__ = ["ActivityWarning", "ConfigError", "DeviceError", "Error", "InputError", "Interrupted", "MemoryError", "NumericalError"]


class Error(Exception):
    """The base of sprig's errors."""

    where: str = ""


class ConfigError(Error, ValueError):
    """A parameter or an array that is not allowed: ``prune.density: found 2.0; allowed: a number in (0, 1]``."""


class InputError(Error, OSError):
    """A file that cannot be read or written, or that holds what it may not hold."""


class DeviceError(Error, RuntimeError):
    """The GPU that was asked for cannot be used."""


class MemoryError(Error, builtins.MemoryError):  # noqa: A001
    """More than fits into memory."""


class NumericalError(Error, ArithmeticError):
    """A state that is not finite, or a singular system, with the neuron and the step."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or "interrupt" in a notebook. ``partial`` is the result as far as it had come, or None."""

    where: str = ""

    def __init__(self, message: str = "", partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class ActivityWarning(UserWarning):
    """A run in which hardly a neuron fires, or nearly all fire as often as they can; the text says what to change."""
