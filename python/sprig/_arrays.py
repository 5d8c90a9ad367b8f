"""Arrays as C++ takes them, each refused with one line that names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from .errors import ConfigError

Array = npt.NDArray[Any]


def refused(key: str, found: object, allowed: str) -> ConfigError:
    error = ConfigError(f"{key}: found {found}; allowed: {allowed}")
    error.where = key
    return error


def numbers(key: str, value: Any, size: int | None = None) -> Array:
    """One dimension of float64. size: as many, where a single number stands for all."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise refused(key, "a list of lists of several lengths", "an array of numbers") from None
    if array.dtype.kind not in "biuf":
        raise refused(key, f"an array of {array.dtype}", "an array of numbers")
    array = array.astype(np.float64)
    if size is not None:
        if array.ndim == 0:
            return np.full(size, array)
        if array.shape != (size,):
            raise refused(key, f"an array of the shape {array.shape}", f"one number, or {size}")
    elif array.ndim != 1:
        raise refused(key, f"an array of {array.ndim} dimensions", "one dimension")
    return np.ascontiguousarray(array)


def finite(key: str, array: Array) -> Array:
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise refused(f"{key}[{bad[0]}]", array.flat[bad[0]], "a finite number")
    return array


def weights(key: str, value: Any) -> Array:
    """Of synapses: float32, finite."""
    array = finite(key, numbers(key, value))
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    bad = np.flatnonzero(~np.isfinite(single))
    if bad.size:
        raise refused(f"{key}[{bad[0]}]", array[bad[0]], "a number within the range of 32-bit floats")
    return single


def indices(key: str, value: Any, below: int | None = None) -> Array:
    """Neurons: whole numbers from 0."""
    array = np.asarray(value)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1:
        raise refused(key, f"an array of {array.ndim} dimensions", "one dimension")
    if array.dtype.kind not in "iu":
        raise refused(key, f"an array of {array.dtype}", "an array of whole numbers")
    limit = 2**31 - 1 if below is None else below
    bad = np.flatnonzero((array < 0) | (array >= limit))
    if bad.size:
        raise refused(f"{key}[{bad[0]}]", array[bad[0]], f"a whole number in [0, {limit - 1}]")
    return array.astype(np.int64)


def delay_steps(key: str, delay_ms: Any, step_ms: float, synapses: int) -> Array:
    """In steps: none of its dimensions where one number stands for all."""
    array = np.asarray(delay_ms)
    uniform = array.ndim == 0
    array = numbers(key, array.reshape(1) if uniform else array, None if uniform else synapses)
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= step_ms * (1 - 1e-9))))
    if bad.size:
        name = key if uniform else f"{key}[{bad[0]}]"
        raise refused(name, array[bad[0]], f"at least the step of the network, {step_ms} ms")
    steps = np.floor(array / step_ms + 0.5)
    bad = np.flatnonzero(steps > _core.MOST_DELAY_STEPS)
    if bad.size:
        name = key if uniform else f"{key}[{bad[0]}]"
        raise refused(name, array[bad[0]], f"at most {_core.MOST_DELAY_STEPS} steps of {step_ms} ms")
    steps = np.maximum(steps, 1).astype(np.uint16)
    return steps.reshape(()) if uniform else steps
